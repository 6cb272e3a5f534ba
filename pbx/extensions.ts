import { Refusal } from '../config/errors.ts'
import { plainHandling } from './directory/handling.ts'
import type { Directory } from './directory/types.ts'
import type { ConferenceRooms, Pbx } from './door.ts'
import { forwardedTo, wrongForwards, type HandlingChange } from './routing/handling.ts'

/** Extensions as the directory keeps them, but for changes that would lead calls nowhere. */
export function guardExtensions(directory: Directory): Pbx['extensions'] {
  const { extensions } = directory
  return {
    ...extensions,
    async create(actor, input) {
      // It has no number to come back to yet, so only where its forwards lead can be wrong.
      refuseWrong(directory, actor.tenantId, undefined, input)
      return extensions.create(actor, input)
    },
    async update(actor, id, input, version) {
      const before = directory.snapshot().extension(id)
      if (before?.tenantId === actor.tenantId) {
        refuseWrong(directory, actor.tenantId, id, input)
        if (input.number !== undefined && input.number !== before.number) refuseUsed(directory, actor.tenantId, before.number)
      }
      return extensions.update(actor, id, input, version)
    },
    async remove(actor, id) {
      const before = directory.snapshot().extension(id)
      if (before?.tenantId === actor.tenantId) refuseUsed(directory, actor.tenantId, before.number)
      return extensions.remove(actor, id)
    },
  }
}

/** Conference rooms, which calls may be forwarded to as well. */
export function guardConferences(directory: Directory): ConferenceRooms {
  const { conferences } = directory
  return {
    ...conferences,
    async update(actor, id, input, version) {
      const before = directory.snapshot().conference(id)
      if (before?.tenantId === actor.tenantId && input.number !== undefined && input.number !== before.number) refuseUsed(directory, actor.tenantId, before.number)
      return conferences.update(actor, id, input, version)
    },
    async remove(actor, id) {
      const before = directory.snapshot().conference(id)
      if (before?.tenantId === actor.tenantId) refuseUsed(directory, actor.tenantId, before.number)
      return conferences.remove(actor, id)
    },
  }
}

function refuseWrong(directory: Directory, tenantId: string, id: string | undefined, change: HandlingChange): void {
  const snapshot = directory.snapshot()
  const before = id === undefined ? newcomer(tenantId) : snapshot.extension(id)
  if (!before) return
  const details = wrongForwards(snapshot, before, change)
  if (details.length > 0) throw new Refusal('unprocessable', details.map(({ message }) => message).join(' '), { details })
}

function refuseUsed(directory: Directory, tenantId: string, number: string): void {
  const users = forwardedTo(directory.snapshot(), tenantId, number)
  if (users.length === 0) return
  const names = users.slice(0, 5).map((each) => `${each.number} (${each.name})`).join(', ')
  const more = users.length > 5 ? ` and ${users.length - 5} more` : ''
  throw new Refusal('conflict', `Calls of ${names}${more} are forwarded to ${number}. Change that first.`)
}

function newcomer(tenantId: string): NonNullable<ReturnType<ReturnType<Directory['snapshot']>['extension']>> {
  return {
    id: '', tenantId, number: '', name: '', ringSeconds: null, maxContacts: 1, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling,
  }
}
