import type { DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import { decide } from './decide.ts'
import { findFeatureCode } from './feature-codes.ts'
import { normaliseDialled } from './number-format.ts'
import type { Step } from './plan.ts'

const FORWARDS = ['forwardAlways', 'forwardBusy', 'forwardNoAnswer', 'forwardUnreachable'] as const

/** How an extension handles its calls, as far as it is changed. */
export type HandlingChange = Partial<Pick<SnapshotExtension, 'number' | (typeof FORWARDS)[number] | 'doNotDisturb'>>

/** Refusals that are no dead end: one that is over one day, and the circle, which is told from its start. */
const PASSING: ReadonlySet<string> = new Set(['do-not-disturb', 'forward-loop'])

export interface WrongForward {
  field: (typeof FORWARDS)[number]
  /** What is wrong, with the way it would lead. */
  message: string
}

/** Somebody of the tenant who is none of those concerned. */
const ANYBODY = { extensionId: '', deviceId: '', number: '', name: null }
const ANY_TIME = { ringSeconds: 30 }

/** Forwards that would lead nowhere or in a circle, to be refused before they are saved. */
export function wrongForwards(snapshot: DirectorySnapshot, before: SnapshotExtension, change: HandlingChange): WrongForward[] {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const after: SnapshotExtension = { ...before, ...given }
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
  const loop = asked(after.number).find((step) => step.kind === 'refuse' && step.refusal === 'forward-loop')
  if (loop && wrong.length === 0) wrong.push({ field: change.forwardAlways == null ? 'forwardBusy' : 'forwardAlways', message: `${loop.reason}.` })
  return wrong
}

/**
 * Why calls that are sent on to a number would come to nothing; undefined when they would not.
 *
 * @param by the extension that sends them on, which pays for calls to the outside
 */
export function deadEnd(snapshot: DirectorySnapshot, tenantId: string, target: string, by?: Pick<SnapshotExtension, 'id' | 'number'>): string | undefined {
  const [first] = decide({ tenantId, caller: ANYBODY, dialled: target, ...(by && { onBehalfOf: { extensionId: by.id, number: by.number } }) }, snapshot, ANY_TIME).steps
  if (first?.kind === 'feature' || (first?.kind === 'voicemail' && first.what === 'listen')) return `${target} is a feature code, and no phone.`
  return first?.kind === 'announcement' || (first?.kind === 'refuse' && !PASSING.has(first.refusal)) ? `This leads nowhere. ${first.reason}.` : undefined
}

/** The extensions, ring groups and inbound numbers whose calls are sent on to a number. */
export function forwardedTo(snapshot: DirectorySnapshot, tenantId: string, number: string): Pick<SnapshotExtension, 'number' | 'name'>[] {
  const leadsThere = (target: string | null): boolean => target !== null && (target === number || mailboxOf(target) === number)
  const extensions = snapshot.extensionsOf(tenantId).filter((extension) => extension.number !== number && FORWARDS.some((field) => leadsThere(extension[field])))
  const numbers = snapshot.inboundNumbersOf(tenantId).filter((inbound) => leadsThere(inbound.destination))
  return [...extensions, ...numbers, ...snapshot.ringGroupsOf(tenantId).filter((group) => group.number !== number && leadsThere(group.noAnswer))]
}

/** The number whose mailbox is meant: 102 of *99102. */
function mailboxOf(target: string): string | undefined {
  const feature = findFeatureCode(target)
  return feature?.code.action === 'voicemail-leave' ? feature.argument : undefined
}
