import { Refusal } from '../../config/errors.ts'
import { answer, connect, follow } from '../calls/answer.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { takeOut } from '../calls/move.ts'
import { terminate } from '../calls/termination.ts'
import { playWaiting } from '../calls/waiting-music.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotParkLot } from '../directory/types.ts'
import type { Parked } from '../calls/parking.ts'
import type { ParkStep } from '../routing/plan.ts'
import { answerAndTalk, canTalk } from '../voicemail/talk.ts'
import { speak, spokenNumber } from '../voicemail/world.ts'
import type { StepOutcome } from './outcome.ts'
import { next } from './ring.ts'
import { introduce, nameOf } from './introduce.ts'

/** How often a phone that is about to bring a call is told its slot, and how long it has for that. */
const TELL_TIMES = 20
const BETWEEN_MS = 3_000
const RETURNED = 'Park:'

/**
 * Whoever was transferred here waits in a slot. A phone of the house that dials the lot itself is told a free slot, which is
 * its own until it hangs up or brings a call; one that dials a slot gets the call in it.
 */
export async function park(world: CallWorld, call: Call, step: ParkStep): Promise<StepOutcome> {
  const lot = world.directory.snapshot().parkLot(step.lotId)
  if (!lot) return next('unknown-number', 404)
  const { onBehalfOf, caller } = call.request
  if (onBehalfOf === undefined && caller.extensionId !== '') return step.slot === null ? tellSlot(world, call, lot) : fetch(world, call, lot, step.slot)
  return keep(world, call, lot, step.slot)
}

/** The caller waits, with music, until somebody fetches him, or the time is over. */
async function keep(world: CallWorld, call: Call, lot: SnapshotParkLot, slot: string | null): Promise<StepOutcome> {
  const { endpoint } = call.caller
  if (!endpoint || endpoint.bypass === true || !world.media.capabilities.play) return next('no-parking')
  const by = call.request.onBehalfOf
  const parked = world.parking.park(lot, slot, by?.extensionId ?? null, call, by?.number ? { number: by.number, extensionId: by.extensionId || null } : null, Date.now())
  if (!parked) return slot === null ? next('parking-full') : { kind: 'next', verdict: terminate('slot-taken', 'system', null, `A call waits in slot ${slot} already.`) }
  call.cleanup.add(() => world.parking.leave(parked))
  call.parkedIn = parked.slot
  // One who was transferred is answered already, and its phone hears of nothing.
  await call.mailbox.run(() => answer(world, call))
  await call.accepting
  if (call.over) return { kind: 'done' }
  const timer = setTimeout(() => void giveBack(world, call, lot, parked), lot.timeoutSeconds * 1000)
  call.cleanup.add(() => clearTimeout(timer))
  call.changed()
  void playWaiting(world, call, call.caller.endpoint, AbortSignal.any([parked.left.signal, call.signal]))
  return { kind: 'done' }
}

/** Nobody came: it goes to who parked it, or where the lot says. */
async function giveBack(world: CallWorld, call: Call, lot: SnapshotParkLot, parked: Parked): Promise<void> {
  if (call.over || !world.parking.leave(parked)) return
  const target = lot.returnTo ?? parked.by?.number
  const waited = `Nobody fetched the call from slot ${parked.slot} within ${lot.timeoutSeconds} seconds`
  if (target === undefined) return hangUp(world, call, terminate('not-fetched', 'system', null, `${waited}, and there is nobody it could return to.`))
  await world.goOn(call, target, { extensionId: null, number: lot.number }, `${waited}, so it goes to ${target}`, RETURNED)
}

/** A free slot is kept for the phone that asks, and said until it hangs up or transfers a call. */
async function tellSlot(world: CallWorld, call: Call, lot: SnapshotParkLot): Promise<StepOutcome> {
  if (!canTalk(world, call)) return next('no-parking')
  const holder = call.request.caller.extensionId
  const slot = world.parking.reserve(lot, holder)
  if (slot === undefined) return next('parking-full')
  call.cleanup.add(() => world.parking.release(call.tenantId, slot, holder))
  call.parkHere = slot
  call.parting = (by) => terminate('nothing-brought', by)
  const talk = await answerAndTalk(world, call)
  for (let time = 0; time < TELL_TIMES && !call.over; time += 1) {
    await talk?.say('park-slot', speak(spokenNumber(slot)))
    await talk?.key(BETWEEN_MS)
  }
  if (!call.over) hangUp(world, call, terminate('nothing-brought', 'system'))
  return { kind: 'done' }
}

/** The phone gets the call that waits there. */
async function fetch(world: CallWorld, call: Call, lot: SnapshotParkLot, slot: string): Promise<StepOutcome> {
  const parked = world.parking.at(call.tenantId, slot)
  // Whoever is first has it.
  if (!parked || !world.parking.leave(parked)) return { kind: 'next', verdict: terminate('nothing-parked', 'system', null, `No call waits in slot ${slot} of ${lot.name}.`) }
  const old = parked.call
  const moved = await old.mailbox.run(async () => {
    if (old.over || old.transferring || !old.caller.dialog) return undefined
    old.transferring = { by: old.caller, number: call.request.caller.number }
    return takeOut(old, old.caller, 'callee', `Fetched from slot ${slot} by ${nameOf(call.caller)}.`)
  })
  if (!moved) return next('nothing-parked')
  call.rootId = old.rootId
  if (call.plan) call.plan = { ...call.plan, number: moved.origin.number, name: moved.origin.name, extensionId: moved.origin.extensionId }
  call.legs.push(moved)
  follow(world, call, moved)
  try {
    await call.mailbox.run(() => connect(world, call, moved))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    hangUp(world, call, terminate('caller-media', 'system', 488, error.message))
  }
  hangUp(world, old, terminate('transferred', 'system', null, `${nameOf(call.caller)} fetched the call from slot ${slot}.`))
  introduce(world, call.caller, moved)
  return { kind: 'done' }
}
