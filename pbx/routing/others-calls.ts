/** Codes about a call of somebody else, that rings or goes on: to pick it up, and to listen to it. Pure, like all of routing. */
import type { DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import type { FeatureAction, PickUpAction, SupervisionAction } from './feature-actions.ts'
import { fits } from './limits.ts'
import { isFromOutside } from './paging.ts'
import type { PickUpStep, SuperviseStep } from './others-steps.ts'
import type { AnnouncementStep } from './plan.ts'
import type { CallRequest } from './request.ts'

interface Meant {
  step: PickUpStep | SuperviseStep | AnnouncementStep
  extension?: SnapshotExtension
}

type Action = PickUpAction | SupervisionAction

const ACTIONS: ReadonlySet<FeatureAction> = new Set<Action>(['pick-up-group', 'pick-up-extension', 'supervise'])

/** Whether a code is one of these. */
export function isOfOthers(action: FeatureAction): action is Action {
  return ACTIONS.has(action)
}

/** What such a code does, and to whose calls. */
export function ofOthers(code: string, action: Action, argument: string, request: CallRequest, snapshot: DirectorySnapshot): Meant {
  const { tenantId, caller } = request
  if (action === 'pick-up-group') {
    const group = snapshot.extension(caller.extensionId)?.pickupGroup ?? null
    return { step: { kind: 'pick-up', extensionId: null, reason: `${code} picks up a call that rings ${group === null ? 'at an extension without a pickup group, as the caller has none' : `in the pickup group ${group}`}` } }
  }
  const extension = snapshot.extensionByNumber(tenantId, argument)
  if (!extension) return { step: { kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number', reason: `There is no extension ${argument} whose calls could be ${action === 'supervise' ? 'listened to' : 'picked up'}` } }
  const whose = `${extension.number} (${extension.name})`
  if (action === 'pick-up-extension') return { step: { kind: 'pick-up', extensionId: extension.id, reason: `${code} picks up a call that rings at ${whose}` }, extension }
  const why = isFromOutside(request) ? 'Nobody from outside listens to calls' : superviseForbidden(snapshot, snapshot.extension(caller.extensionId), extension)
  if (why !== undefined) return { step: { kind: 'announcement', prompt: 'supervise-forbidden', refusal: 'supervise-forbidden', reason: why }, extension }
  return { step: { kind: 'supervise', extensionId: extension.id, reason: `${code} listens to the call of ${whose}, which ${caller.number} supervises` }, extension }
}

/** Why this extension may not listen to calls of that one; undefined when it may: it supervises its number, or a ring group that it is in. */
function superviseForbidden(snapshot: DirectorySnapshot, by: SnapshotExtension | undefined, { id, tenantId, number, name }: SnapshotExtension): string | undefined {
  if (!by || by.supervises.length === 0) return `${by?.number ?? 'The caller'} supervises nobody`
  if (by.id === id) return 'Nobody listens to their own call'
  const groups = snapshot.ringGroupsOf(tenantId).filter(({ members }) => members.some(({ extensionId }) => extensionId === id))
  const supervised = by.supervises.some((pattern) => fits(pattern, number) || groups.some((group) => group.number === pattern))
  return supervised ? undefined : `${by.number} (${by.name}) supervises ${by.supervises.join(', ')}, and not ${number} (${name})`
}
