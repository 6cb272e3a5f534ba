import type { Wish } from '../calls/completions.ts'
import type { CallWorld } from '../calls/world.ts'
import { callOn } from './originate.ts'
import { openOwnCall, ringOwn } from './own-call.ts'

/** Rings whoever asked and, once a phone is answered, calls the extension as if that phone had dialled it. */
export function recall(world: CallWorld, { callerId, calleeId }: Wish): void {
  const snapshot = world.directory.snapshot()
  const [caller, callee] = [snapshot.extension(callerId), snapshot.extension(calleeId)]
  if (!caller || !callee) return
  const contacts = world.registrar.contactsOf(callerId).filter(({ reachable }) => reachable !== 'no')
  const because = { step: `Complete the call to ${callee.number}: it is free now`, reason: `${caller.number} asked to be called back` }
  const own = openOwnCall(world, { extension: caller, shows: { number: callee.number, name: callee.name }, name: `Call back: ${callee.name}`, before: because })
  ringOwn(world, own, caller, contacts, (leg) => callOn(world, own, leg, caller, callee.number, because))
}
