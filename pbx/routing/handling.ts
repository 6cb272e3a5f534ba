import type { ChangedCodes, DirectorySnapshot, SnapshotAttendant, SnapshotExtension } from '../directory/types.ts'
import { decide } from './decide.ts'
import { findFeatureCode } from './feature-codes.ts'
import { outsideMember } from './members.ts'
import { normaliseDialled } from './number-format.ts'
import { PLACES, type FeatureAction } from './feature-actions.ts'
import { helpNumber } from './help.ts'
import { leadsToHelp, type Step } from './plan.ts'
import { dialledAs } from './speed-dial.ts'

const FORWARDS = ['forwardAlways', 'forwardBusy', 'forwardNoAnswer', 'forwardUnreachable'] as const

/** How an extension handles its calls, as far as it is changed. */
export type HandlingChange = Partial<Pick<SnapshotExtension, 'number' | (typeof FORWARDS)[number] | 'doNotDisturb' | 'followMe' | 'followMeTo'>>

/** Refusals that are no dead end: what is over one day, and the circle, which is told from its start. */
const PASSING: ReadonlySet<string> = new Set(['do-not-disturb', 'forward-loop', 'route-closed'])

export interface WrongForward {
  field: (typeof FORWARDS)[number] | 'followMe' | 'followMeTo'
  /** What is wrong, with the way it would lead. */
  message: string
}

/** Somebody of the tenant who is none of those concerned. */
const ANYBODY = { extensionId: '', deviceId: '', number: '', name: null }
const ANY_TIME = { ringSeconds: 30, at: 0 }

/** Forwards that would lead nowhere or in a circle, to be refused before they are saved. */
export function wrongForwards(snapshot: DirectorySnapshot, before: SnapshotExtension, change: HandlingChange): WrongForward[] {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  // Whom it has blocked leads nobody anywhere.
  const after: SnapshotExtension = { ...before, ...given, blockedCallers: [] }
  const then: DirectorySnapshot = {
    ...snapshot,
    extension: (id) => (id === after.id ? after : snapshot.extension(id)),
    extensionByNumber: (tenantId, number) => (tenantId === after.tenantId && number === after.number ? after : snapshot.extensionByNumber(tenantId, number)),
  }
  const asked = (dialled: string): readonly Step[] => decide({ tenantId: after.tenantId, caller: ANYBODY, dialled }, then, ANY_TIME).steps
  const wrong: WrongForward[] = []
  for (const field of FORWARDS) {
    const target = change[field]
    if (typeof target !== 'string') continue
    const message = normaliseDialled(target) === after.number ? `${after.number} cannot forward to itself.` : deadEnd(then, after.tenantId, target, after)
    if (message !== undefined) wrong.push({ field, message })
  }
  wrong.push(...wrongFollowing(then, after, change))
  if (wrong.length === 0 && typeof change.forwardAlways === 'string') {
    const circle = circleOf(then, after.tenantId, after.number, [change.forwardAlways])
    if (circle) return [{ field: 'forwardAlways', message: circle }]
  }
  const loop = asked(after.number).find((step) => step.kind === 'refuse' && step.refusal === 'forward-loop')
  if (loop && wrong.length === 0) wrong.push({ field: change.forwardAlways == null ? 'forwardBusy' : 'forwardAlways', message: `${loop.reason}.` })
  return wrong
}

/** Follow me rings extensions and numbers outside, each of which leads somewhere. */
function wrongFollowing(snapshot: DirectorySnapshot, after: SnapshotExtension, change: HandlingChange): WrongForward[] {
  if (after.followMe && after.followMeTo.length === 0 && (change.followMe === true || change.followMeTo !== undefined)) return [{ field: 'followMe', message: 'Follow me needs a number that rings.' }]
  return (change.followMeTo ?? []).flatMap(({ target }): WrongForward[] => {
    const number = normaliseDialled(target)
    const why = (): string | undefined => {
      if (number === after.number) return `${number} is the extension itself: its own phones ring where that is chosen`
      if (snapshot.extensionByNumber(after.tenantId, number)) return undefined
      const way = outsideMember(after.tenantId, number, after, snapshot, ANY_TIME.at)
      return 'why' in way && !way.passing ? `Follow me rings extensions and numbers outside. ${way.why}` : undefined
    }
    const message = why()
    return message === undefined ? [] : [{ field: 'followMeTo', message: `${message}.` }]
  })
}

/**
 * Why calls that are sent on to a number would come to nothing; undefined when they would not.
 *
 * @param by the extension that sends them on, which pays for calls to the outside
 */
export function deadEnd(snapshot: DirectorySnapshot, tenantId: string, target: string, by?: Pick<SnapshotExtension, 'id' | 'number'>): string | undefined {
  const number = normaliseDialled(target)
  const plan = decide({ tenantId, caller: ANYBODY, dialled: target, onBehalfOf: { extensionId: by?.id ?? '', number: by?.number ?? '' } }, snapshot, ANY_TIME)
  if (helpNumber(snapshot, tenantId, number) !== undefined || leadsToHelp(plan)) return `${target} calls the emergency services, where nothing that is set up may lead.`
  // Callers who are led there dial no code themselves.
  const feature = findFeatureCode(snapshot.changedCodesOf(tenantId), number)
  const first = plan.steps.find(({ kind }) => kind !== 'schedule')
  if (feature && !PLACES.has(feature.code.action) && first?.kind !== 'refuse') return `${target} is a feature code, and no phone.`
  return first?.kind === 'announcement' || (first?.kind === 'refuse' && !PASSING.has(first.refusal)) ? `This leads nowhere. ${first.reason}.` : undefined
}

/**
 * The way that leads back to a number without anybody ringing or choosing, whatever the clock says; undefined when there is none.
 *
 * @param targets where calls of the number would go at once
 */
export function circleOf(snapshot: DirectorySnapshot, tenantId: string, number: string, targets: readonly string[]): string | undefined {
  const seen = new Set<string>()
  const walk = (from: string, path: readonly string[]): readonly string[] | undefined => {
    if (from === number) return path
    if (seen.has(from)) return undefined
    seen.add(from)
    for (const next of onwards(snapshot, tenantId, from)) {
      const way = walk(normaliseDialled(next), [...path, normaliseDialled(next)])
      if (way) return way
    }
    return undefined
  }
  for (const target of targets) {
    const way = walk(normaliseDialled(target), [number, normaliseDialled(target)])
    if (way) return `Calls would go in a circle: ${way.join(' to ')}.`
  }
  return undefined
}

/** Where a number sends a caller who does nothing, at one time or another. */
function onwards(snapshot: DirectorySnapshot, tenantId: string, number: string): string[] {
  const extension = snapshot.extensionByNumber(tenantId, number)
  const schedule = snapshot.scheduleByNumber(tenantId, number)
  const attendant = snapshot.attendantByNumber(tenantId, number)
  const application = snapshot.applicationByNumber(tenantId, number)
  const targets = [extension?.forwardAlways, schedule?.open, schedule?.closed, schedule?.holiday, attendant?.noInput, application?.fallback]
  return targets.filter((target) => typeof target === 'string')
}

/** Nothing can be chosen: it is played, and the call goes on. */
export function isAnnouncement({ keys, directDial }: Pick<SnapshotAttendant, 'keys' | 'directDial'>): boolean {
  return Object.keys(keys).length === 0 && !directDial
}

type Sender = Pick<SnapshotExtension, 'number' | 'name'>

/** Everything that sends calls on, with where to. */
function senders(snapshot: DirectorySnapshot, tenantId: string): (Sender & { targets: readonly (string | null)[] })[] {
  const of = <T extends Sender>(all: readonly T[], targets: (one: T) => readonly (string | null)[]) => all.map((one) => ({ number: one.number, name: one.name, targets: targets(one) }))
  return [
    ...of(snapshot.extensionsOf(tenantId), (extension) => [...FORWARDS.map((field) => extension[field]), ...extension.followMeTo.map(({ target }) => target)]),
    ...of(snapshot.inboundNumbersOf(tenantId), ({ destination, byCaller }) => [destination, ...byCaller.map((one) => one.destination)]),
    ...of(snapshot.parkLotsOf(tenantId), ({ returnTo }) => [returnTo]),
    ...of(snapshot.schedulesOf(tenantId), ({ open, closed, holiday }) => [open, closed, holiday]),
    ...of(snapshot.attendantsOf(tenantId), ({ keys, noInput }) => [...Object.values(keys), noInput]),
    ...of(snapshot.applicationsOf(tenantId), ({ fallback }) => [fallback]),
    ...of(snapshot.ringGroupsOf(tenantId), ({ noAnswer }) => [noAnswer]),
    ...snapshot.speedDialsOf(tenantId).map(({ number, name, target }) => ({ number: dialledAs(snapshot.changedCodesOf(tenantId), number), name, targets: [target] })),
    { number: 'Wake-up calls', name: 'nobody answers', targets: [snapshot.callSettingsOf(tenantId).wakeUpDesk] },
  ]
}

/** Everything else whose calls are sent on to a number, or to its mailbox. */
export function forwardedTo(snapshot: DirectorySnapshot, tenantId: string, number: string): Sender[] {
  const changed = snapshot.changedCodesOf(tenantId)
  const leadsThere = (target: string | null): boolean => target !== null && (target === number || mailboxOf(changed, target) === number)
  return senders(snapshot, tenantId).filter((sender) => sender.number !== number && sender.targets.some(leadsThere))
}

/** Everything whose calls are sent on by this code: to a mailbox, or the company directory. */
export function forwardedByCode(snapshot: DirectorySnapshot, tenantId: string, action: FeatureAction): Sender[] {
  const changed = snapshot.changedCodesOf(tenantId)
  return senders(snapshot, tenantId).filter(({ targets }) => targets.some((target) => target !== null && findFeatureCode(changed, target)?.code.action === action))
}

/** The number whose mailbox is meant: 102 of *99102. */
function mailboxOf(changed: ChangedCodes, target: string): string | undefined {
  const feature = findFeatureCode(changed, target)
  return feature?.code.action === 'voicemail-leave' ? feature.argument : undefined
}
