/** Ring groups of the door of the PBX, kept in memory. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Pbx, RingGroup, RingGroupInput } from '../../pbx/index.ts'

type Owned = RingGroup & { tenantId: string }

const now = new Date('2026-11-20T10:00:00Z')

const membersOf = ({ members = [] }: Partial<RingGroupInput>): RingGroup['members'] => members.map(({ extensionId = null, number = null, delaySeconds, ringSeconds = null, confirm = true }) => ({ extensionId, number, delaySeconds, ringSeconds, confirm: number !== null && confirm }))

export function createFakeRingGroups(actors: Actor[], checkVersion: (row: { version: number }, version: number | undefined) => void): Pbx['ringGroups'] {
  const rows = new Map<string, Owned>()
  const plain = ({ tenantId: _tenant, ...group }: Owned): RingGroup => group
  const find = (actor: Actor, id: string): Owned => {
    actors.push(actor)
    const row = rows.get(id)
    if (row?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There is no such ring group.')
    return row
  }
  return {
    list: async (actor) => {
      actors.push(actor)
      return [...rows.values()].filter((row) => row.tenantId === actor.tenantId).map(plain)
    },
    get: async (actor, id) => plain(find(actor, id)),
    async create(actor, input) {
      const standard = { strategy: 'all', ringSeconds: 30, memberSeconds: 15, rounds: null, skipBusy: true, namePrefix: '', alertInfo: '', noAnswer: null, missedCallMail: [] as string[], greeting: '', recordingSeconds: null, music: false, enabled: true } as const
      const group: Owned = { ...standard, ...input, members: membersOf(input), id: randomUUID(), tenantId: actor.tenantId, version: 1, createdAt: now, updatedAt: now }
      rows.set(group.id, group)
      return plain(group)
    },
    async update(actor, id, input, version) {
      const row = find(actor, id)
      checkVersion(row, version)
      return plain(Object.assign(row, input, input.members && { members: membersOf(input) }, { version: row.version + 1 }))
    },
    greeting: async (actor, id) => {
      find(actor, id)
      return import.meta.filename
    },
    setRecording: async (actor, id, sound) => ({ ...plain(find(actor, id)), recordingSeconds: sound ? 1 : null }),
    async remove(actor, id) {
      find(actor, id)
      rows.delete(id)
    },
  }
}
