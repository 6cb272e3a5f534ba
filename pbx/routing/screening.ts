/** Who is asked for a name before an extension rings. Pure, like all of routing. */
import type { DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import { excepted } from './blocked.ts'
import { isFromOutside } from './paging.ts'
import type { ExtensionStep } from './plan.ts'
import type { CallRequest } from './request.ts'

/** @returns for the step that rings it, and what its reason says of it, after a semicolon */
export function screenOf(extension: SnapshotExtension, request: CallRequest, snapshot: DirectorySnapshot): { screen: Pick<ExtensionStep, 'screen'>; said: string } {
  const { screening, number, vipNumbers } = extension
  if ((screening !== 'unknown' && screening !== 'outside') || !isFromOutside(request)) return { screen: {}, said: '' }
  const free = (why: string): ReturnType<typeof screenOf> => ({ screen: {}, said: `; ${number} asks callers for their name, and not ${why}` })
  if (request.callBack) return free('who calls back after a call for help')
  // A colleague has asked already.
  if (request.onBehalfOf !== undefined && request.onBehalfOf.extensionId !== '') return free(`whom ${request.onBehalfOf.number} transfers`)
  if (vipNumbers.includes(request.caller.number)) return free(`${request.caller.number}, who may always disturb`)
  if (excepted(snapshot.blockedOf(extension.tenantId), extension, request.caller.number) !== '') return free(`${request.caller.number}, who is always put through`)
  return { screen: { screen: screening }, said: `; ${number} asks callers ${screening === 'unknown' ? 'whom no contact has ' : 'from outside '}for their name` }
}
