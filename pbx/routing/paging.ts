/** Whose phones answer by themselves for whom: intercom and paging. Pure, like all of routing. */
import type { DirectorySnapshot, SnapshotExtension, SnapshotPagingGroup } from '../directory/types.ts'
import { fits } from './limits.ts'
import type { ExtensionStep, PageStep, RefuseStep, RouteRefusal, Step } from './plan.ts'
import type { CallRequest } from './request.ts'

/** A call that comes from outside, or is somebody from outside who was transferred: nobody of the house speaks in it. */
export function isFromOutside({ inbound, caller }: CallRequest): boolean {
  return inbound !== undefined || caller.extensionId === ''
}

/** Members who want it are paged; whoever calls must be allowed to. */
export function toPage(group: SnapshotPagingGroup, request: CallRequest, snapshot: DirectorySnapshot): PageStep | RefuseStep {
  const { id, number, name, callers } = group
  const { caller } = request
  if (!group.enabled) return { kind: 'refuse', refusal: 'paging-disabled', reason: `The paging group ${number} (${name}) is switched off` }
  if (isFromOutside(request)) {
    if (!group.fromOutside) return { kind: 'refuse', refusal: 'page-forbidden', reason: `The paging group ${number} (${name}) takes no calls from outside` }
  } else if (callers.length > 0 && !callers.some((pattern) => fits(pattern, snapshot.extension(caller.extensionId)?.number ?? ''))) {
    return { kind: 'refuse', refusal: 'page-forbidden', reason: `${callers.join(', ')} may page ${number} (${name}), and ${caller.number} is not among them` }
  }
  const members: string[] = []
  const names: string[] = []
  const left: string[] = []
  for (const memberId of group.members) {
    const member = snapshot.extension(memberId)
    // Whoever speaks does not hear themselves from the next phone.
    if (!member?.enabled || member.id === caller.extensionId) continue
    if (!member.pageable) left.push(`${member.number} takes no paging`)
    else if (member.doNotDisturb) left.push(`${member.number} does not want to be disturbed`)
    else {
      members.push(member.id)
      names.push(member.number)
    }
  }
  return {
    kind: 'page', pagingGroupId: id, members, twoWay: group.twoWay, skipBusy: group.skipBusy, answerSeconds: group.answerSeconds,
    reason: `${number} is the paging group ${name}: ${names.join(', ') || 'nobody who can be paged'}${left.map((why) => `; ${why}`).join('')}`,
  }
}

/**
 * Neither the forwards of an extension nor its mailbox count: this is for whoever sits there.
 *
 * @param ring the step that rings it and nothing else
 */
export function toIntercom(code: string, argument: string, request: CallRequest, snapshot: DirectorySnapshot, ring: (extension: SnapshotExtension, reason: string) => ExtensionStep): { step: Step; extension?: SnapshotExtension } {
  const extension = snapshot.extensionByNumber(request.tenantId, argument)
  if (!extension) return { step: { kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number', reason: `There is no extension ${argument} that could be called by intercom` } }
  const { number, name } = extension
  const refuse = (refusal: RouteRefusal, why: string): { step: Step; extension: SnapshotExtension } => ({ step: { kind: 'refuse', refusal, reason: `${number} (${name}) ${why}` }, extension })
  if (!extension.enabled) return refuse('extension-disabled', 'is switched off')
  // Nobody from outside listens into a room: neither called, nor transferred there.
  if (isFromOutside(request)) return refuse('not-pageable', 'is called by intercom from extensions alone')
  if (!extension.pageable) return refuse('not-pageable', 'takes no intercom calls')
  if (extension.doNotDisturb && !extension.vipNumbers.includes(request.caller.number)) return refuse('do-not-disturb', 'does not want to be disturbed')
  return { step: { ...ring(extension, `${code} calls ${number} (${name}) by intercom`), busyAt: 1, intercom: true }, extension }
}
