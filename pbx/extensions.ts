import { isDeepStrictEqual } from 'node:util'
import type { Actor } from '../config/actor.ts'
import { Refusal, refuseWrong, wrongField, type RefusalDetail } from '../config/errors.ts'
import type { PromptDesk } from '../media/contract.ts'
import { plainHandling } from './directory/handling.ts'
import { checkExtension } from './directory/input.ts'
import type { Directory, DirectorySnapshot, SnapshotExtension, SnapshotRingGroup } from './directory/types.ts'
import type { ConferenceRooms, ExtensionInput, ExtensionLine, ImportReport, Pbx, RingGroupInput, RingGroups } from './door.ts'
import { notShown } from './lines.ts'
import { checkMissedCallMail } from './mail/missed-calls.ts'
import { guardNumbered, refuseHelp, refuseUsed, whyHelp } from './numbered.ts'
import { deadEnd, wrongForwards, type HandlingChange } from './routing/handling.ts'
import { outsideMember } from './routing/members.ts'
import { normaliseDialled } from './routing/number-format.ts'
import { wrongSpeedDials } from './routing/speed-dial.ts'
import { groupRecordingOf } from './steps/ring-group.ts'

/**
 * Extensions as the directory keeps them, but for changes that would lead calls nowhere.
 *
 * @param onRemoved what else is to go with an extension
 */
export function guardExtensions(directory: Directory, onRemoved: (tenantId: string, id: string) => Promise<void> = async () => undefined): Pbx['extensions'] {
  const { extensions } = directory
  return {
    ...extensions,
    async create(actor, input) {
      // It has no number to come back to yet, so only where its forwards lead can be wrong.
      refuseHelp(directory, actor.tenantId, input.number)
      refuseDeadEnds(directory, actor.tenantId, undefined, input)
      refuseSupervision(actor, undefined, input)
      refuseNested(directory, actor.tenantId, input)
      return extensions.create(actor, withAddresses(input))
    },
    async update(actor, id, input, version) {
      const before = directory.snapshot().extension(id)
      if (before?.tenantId === actor.tenantId) {
        refuseDeadEnds(directory, actor.tenantId, id, input)
        refuseSupervision(actor, before, input)
        refuseNested(directory, actor.tenantId, input)
        if (input.number !== undefined && input.number !== before.number) {
          refuseHelp(directory, actor.tenantId, input.number)
          refuseUsed(directory, actor.tenantId, before.number)
        }
      }
      return extensions.update(actor, id, withAddresses(input), version)
    },
    async import(actor, lines, trial) {
      const errors: ImportReport['errors'] = []
      const checked = lines.flatMap((each) => {
        try {
          return [{ ...each, input: checkExtension(each.input) }]
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          errors.push(...error.details.map(({ field, message }) => ({ line: each.line, field, message })))
          return []
        }
      })
      errors.push(...wrongLines(directory, actor.tenantId, checked))
      for (const { input } of checked) refuseSupervision(actor, directory.snapshot().extensionByNumber(actor.tenantId, input.number), input)
      if (errors.length > 0) return { created: 0, updated: 0, unchanged: 0, errors: errors.toSorted((a, b) => a.line - b.line), credentials: [] }
      return extensions.import(actor, checked, trial)
    },
    async remove(actor, id) {
      const before = directory.snapshot().extension(id)
      if (before?.tenantId === actor.tenantId) {
        refuseUsed(directory, actor.tenantId, before.number)
        const snapshot = directory.snapshot()
        const groups = [
          ...snapshot.ringGroupsOf(actor.tenantId).filter(({ members }) => members.some(({ extensionId }) => extensionId === id)),
          ...snapshot.pagingGroupsOf(actor.tenantId).filter(({ members }) => members.includes(id)),
        ]
        if (groups.length > 0) throw new Refusal('conflict', `${before.number} is a member of ${groups.slice(0, 5).map((each) => `${each.number} (${each.name})`).join(', ')}. Take it out first.`)
      }
      await extensions.remove(actor, id)
      await onRemoved(actor.tenantId, id)
    },
  }
}

/** What is wrong with lines of an import: numbers that are there twice, new ones without a name, and forwards, looked at as all of the lines would be. */
function wrongLines(directory: Directory, tenantId: string, lines: readonly ExtensionLine[]): ImportReport['errors'] {
  const snapshot = directory.snapshot()
  const errors: ImportReport['errors'] = []
  const seen = new Map<string, number>()
  const after = new Map<string, SnapshotExtension>()
  for (const { line, input } of lines) {
    const { number } = input
    const first = seen.get(number)
    if (first !== undefined) errors.push({ line, field: 'number', message: `${number} is in line ${first} already.` })
    seen.set(number, first ?? line)
    const before = snapshot.extensionByNumber(tenantId, number)
    const help = before ? undefined : whyHelp(snapshot, tenantId, number)
    if (help !== undefined) errors.push({ line, field: 'number', message: help })
    if (!before && input.name === undefined) errors.push({ line, field: 'name', message: 'A new extension needs a name.' })
    const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
    after.set(number, { ...(before ?? { ...newcomer(tenantId), id: `line ${line}` }), ...given })
  }
  const byId = new Map([...after.values()].map((extension) => [extension.id, extension]))
  const then: DirectorySnapshot = {
    ...snapshot,
    extension: (id) => byId.get(id) ?? snapshot.extension(id),
    extensionByNumber: (tenant, number) => (tenant === tenantId ? after.get(number) : undefined) ?? snapshot.extensionByNumber(tenant, number),
  }
  for (const { line, input } of lines) {
    const extension = after.get(input.number)
    if (extension) errors.push(...wrongForwards(then, extension, input).map(({ field, message }) => ({ line, field, message })))
  }
  return errors
}

/** Who may not listen to calls does not give an extension the right to either. */
function refuseSupervision(actor: Actor, before: SnapshotExtension | undefined, { supervises }: Partial<Pick<ExtensionInput, 'supervises'>>): void {
  if (supervises === undefined || isDeepStrictEqual(new Set(supervises), new Set(before?.supervises)) || actor.permissions.has('calls.listen')) return
  throw new Refusal('forbidden', 'Whose calls an extension may listen to is changed only by who has the permission calls.listen.')
}

/** With the addresses trimmed that are told of missed calls. */
function withAddresses<T extends { missedCallMail?: string[] }>(input: T): T {
  return input.missedCallMail === undefined ? input : { ...input, missedCallMail: checkMissedCallMail(input.missedCallMail) }
}

/** Conference rooms, which calls may be forwarded to as well. */
export function guardConferences(directory: Directory): ConferenceRooms {
  return guardNumbered(directory.conferences, { directory, find: (id) => directory.snapshot().conference(id) })
}

/** Ring groups, of which every member must be there and every way lead somewhere. */
export function guardRingGroups(directory: Directory, desk: Pick<PromptDesk, 'own' | 'preview'>): RingGroups {
  const check = (tenantId: string, before: SnapshotRingGroup | undefined, input: Partial<RingGroupInput>): void => {
    const snapshot = directory.snapshot()
    const details: RefusalDetail[] = []
    for (const { extensionId, number } of input.members ?? []) {
      if (extensionId != null && snapshot.extension(extensionId)?.tenantId !== tenantId) details.push({ field: 'members', message: 'One of the members is no extension.' })
      if (number == null) continue
      const way = outsideMember(tenantId, number, undefined, snapshot, Date.now())
      if (snapshot.extensionByNumber(tenantId, normaliseDialled(number))) details.push({ field: 'members', message: `${number} is an extension: choose it as one.` })
      else if ('why' in way && !way.passing) details.push({ field: 'members', message: `${way.why}.` })
    }
    if (typeof input.noAnswer === 'string') {
      if (input.noAnswer === (input.number ?? before?.number)) details.push({ field: 'noAnswer', message: 'Calls cannot go on to the group itself.' })
      else {
        const why = deadEnd(snapshot, tenantId, input.noAnswer)
        if (why !== undefined) details.push({ field: 'noAnswer', message: why })
      }
    }
    refuseWrong(details)
  }
  const guarded = guardNumbered(directory.ringGroups, { directory, find: (id) => directory.snapshot().ringGroup(id), check })
  return {
    ...guarded,
    create: async (actor, input) => guarded.create(actor, withAddresses(input)),
    update: async (actor, id, input, version) => guarded.update(actor, id, withAddresses(input), version),
    async remove(actor, id) {
      await guarded.remove(actor, id)
      await desk.own.remove(groupRecordingOf(id), actor.tenantId)
    },
    async greeting(actor, id) {
      const { greeting, recordingSeconds } = await directory.ringGroups.get(actor, id)
      const own = recordingSeconds === null ? undefined : await desk.own.find(groupRecordingOf(id), actor.tenantId)
      if (own === undefined && greeting === '') throw new Refusal('not-found', 'This ring group greets nobody.')
      return own ?? desk.preview(greeting)
    },
    async setRecording(actor, id, sound) {
      await directory.ringGroups.get(actor, id)
      if (sound !== undefined) return directory.ringGroups.setRecordingSeconds(actor, id, await desk.own.keep(groupRecordingOf(id), actor.tenantId, { sound }))
      const group = await directory.ringGroups.setRecordingSeconds(actor, id, null)
      await desk.own.remove(groupRecordingOf(id), actor.tenantId)
      return group
    },
  }
}

function refuseDeadEnds(directory: Directory, tenantId: string, id: string | undefined, change: HandlingChange & Pick<ExtensionInput, 'outsideNumber'>): void {
  const snapshot = directory.snapshot()
  const notOutside = typeof change.outsideNumber === 'string' ? notShown(directory, tenantId, change.outsideNumber) : undefined
  if (notOutside !== undefined) throw wrongField('outsideNumber', notOutside)
  const before = id === undefined ? newcomer(tenantId) : snapshot.extension(id)
  if (!before) return
  refuseWrong(wrongForwards(snapshot, before, change))
}

function newcomer(tenantId: string): SnapshotExtension {
  return {
    id: '', tenantId, number: '', name: '', ringSeconds: null, maxContacts: 1, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling,
  }
}

/** @throws Refusal `unprocessable` for speed dials that lead to others */
function refuseNested(directory: Directory, tenantId: string, { speedDials = [] }: Pick<Partial<ExtensionInput>, 'speedDials'>): void {
  const why = wrongSpeedDials(directory.snapshot().changedCodesOf(tenantId), speedDials)
  if (why !== undefined) throw wrongField('speedDials', why)
}
