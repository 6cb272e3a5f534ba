/** Phones that people take turns at: codes to sit down and to leave, and what such a phone may call while nobody sits there. Pure, like all of routing. */
import type { DirectorySnapshot } from '../directory/types.ts'
import type { DeskAction, FeatureAction } from './feature-actions.ts'
import { internal, type Meant } from './meant.ts'
import { isFromOutside } from './paging.ts'
import { leadsToHelp, type Step } from './plan.ts'
import type { CallRequest } from './request.ts'

export function isDesk(action: FeatureAction): action is DeskAction {
  return action === 'desk-log-in' || action === 'desk-log-out'
}

export function toDesk(code: string, what: DeskAction, number: string, request: CallRequest): Step {
  if (isFromOutside(request)) return { kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number', reason: `${code} is for phones of the house` }
  return { kind: 'desk', what, number, reason: what === 'desk-log-in' ? `${code} asks who sits down at this phone` : `${code} says that nobody sits at this phone any more` }
}

const ALWAYS: ReadonlySet<Step['kind']> = new Set<Step['kind']>(['desk', 'test-number', 'clock', 'location-test'])
const INSIDE: ReadonlySet<Step['kind']> = new Set<Step['kind']>(['extension', 'ring-group', 'schedule', 'attendant', 'conference', 'announcement', 'refuse'])

/** What becomes of a call from a shared phone at which nobody sits; undefined: what was decided. Help is called as ever. */
export function refuseEmptyDesk(request: CallRequest, snapshot: DirectorySnapshot, { steps }: Meant): Meant | undefined {
  const device = snapshot.device(request.onBehalfOf?.deviceId ?? request.caller.deviceId)
  if (!device?.desk || device.desk.login || leadsToHelp({ steps })) return undefined
  const inside = device.desk.calls === 'internal' && steps.every(({ kind }) => kind !== 'outside') && INSIDE.has(steps[0]?.kind ?? 'outside')
  if (inside || ALWAYS.has(steps[0]?.kind ?? 'outside')) return undefined
  const reason = `Nobody is logged in at ${device.name}, from where ${device.desk.calls === 'internal' ? 'only help and numbers inside are' : 'only help is'} called meanwhile`
  return internal([{ kind: 'announcement', prompt: 'desk-log-in-first', refusal: 'desk-empty', reason }])
}
