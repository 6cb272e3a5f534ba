import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Origin } from '../stir/signer.ts'

/** Where a call comes from, and whether that was proved: a phone of ours does by its password, as a PBX that registers with us; a carrier vouches for its calls itself. */
export function originOf(world: CallWorld, { request: { caller, inbound } }: Call): Origin {
  if (inbound) return { authenticated: world.directory.snapshot().trunk(inbound.trunkId)?.registersHere === true, id: inbound.trunkId }
  return { authenticated: caller.extensionId !== '', id: caller.extensionId }
}
