import type { SnapshotDevice, SnapshotExtension, SnapshotTenant, SnapshotTrunk } from '../directory/types.ts'
import type { Diversion } from '../routing/diversion.ts'
import type { IncomingInvite, IncomingRequest } from '../sip/types.ts'

/** One request on its way through its chain, and what the steps found out so far. */
export interface Visit {
  readonly request: IncomingRequest
  /** The same request, when it is an INVITE. */
  readonly invite: IncomingInvite | undefined
  tenant: SnapshotTenant | undefined
  /** Who asks, once proved. */
  caller: { device: SnapshotDevice; extension: SnapshotExtension } | undefined
  /** The trunk whose PBX asks, once proved. */
  peer?: SnapshotTrunk
  /** The carrier whose call it is, and for which number. */
  inbound?: { trunkId: string; number: string; shown: string | undefined; diverted: readonly Diversion[]; caller: { number: string; name: string } }
}

/**
 * One link of a chain. `answered` ends the chain; a Refusal thrown is answered by `reply`. Only the
 * last link may take its time, so that nothing comes between a request and what it starts.
 */
export type Step = (visit: Visit) => 'answered' | void | Promise<void>

/** @throws Error when a chain puts this step before `identify` */
export function tenantOf(visit: Visit): SnapshotTenant {
  if (!visit.tenant) throw new Error('The chain asks for the tenant before it is identified.')
  return visit.tenant
}

/** @throws Error when a chain puts this step before `authenticate` */
export function callerOf(visit: Visit): { device: SnapshotDevice; extension: SnapshotExtension } {
  if (!visit.caller) throw new Error('The chain asks who calls before that is proved.')
  return visit.caller
}
