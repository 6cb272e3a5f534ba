/** A call that begins with the house: it rings the phones of an extension first, and nobody has called yet. */
import { Refusal } from '../../config/errors.ts'
import { follow } from '../calls/answer.ts'
import { Call, type CallerLine } from '../calls/call.ts'
import { dial, type DialTarget } from '../calls/dial.ts'
import { endAfterBug, hangUp } from '../calls/hang-up.ts'
import { Leg } from '../calls/leg.ts'
import { terminate } from '../calls/termination.ts'
import { watchCall } from '../calls/watch.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotExtension } from '../directory/types.ts'
import type { Contact } from '../registrar/types.ts'
import type { Plan } from '../routing/plan.ts'
import { verdictOf } from './ring.ts'

/** Nobody is there to be told anything. */
const NO_LINE: CallerLine = {
  callId: '', answered: true, wantsOffer: false,
  progress: () => undefined,
  accept: () => Promise.reject(new Refusal('gone', 'nobody calls here')),
  reply: () => undefined,
}

export interface OwnCall {
  /** Whose phones are rung. */
  extension: SnapshotExtension
  /** What they show as the caller. */
  shows: { number: string; name: string | null }
  /** The caller's name in the history, where that is another. */
  name: string
  /** What it is for, and at whose wish. */
  before: NonNullable<Plan['before']>
  /** Of the call that it belongs to, when there was one before. */
  rootId?: string
}

export function openOwnCall(world: CallWorld, { extension, shows, name, before, rootId }: OwnCall): Call {
  const own = new Call({
    request: { tenantId: extension.tenantId, caller: { extensionId: '', deviceId: '', number: shows.number, name }, dialled: extension.number },
    invite: NO_LINE,
    caller: new Leg({ role: 'caller', extensionId: null, deviceId: null, ...shows, address: '', transport: '', userAgent: null, sipCallId: '' }),
    ...(rootId !== undefined && { rootId }),
    logger: world.logger,
    onChange: (changed) => world.events.emit('call.updated', changed.tenantId, { call: changed.view() }),
    onBug: (broken, error) => endAfterBug(world, broken, error),
  })
  // What comes of it may be recorded; whoever only waits or listens is not.
  own.recordingTried = true
  own.plan = { direction: 'internal', number: extension.number, extensionId: extension.id, name: extension.name, steps: [], before }
  world.registry.add(own)
  world.events.emit('call.started', own.tenantId, { call: own.view() })
  return own
}

/** Rings these phones of the extension, and goes on with the one that is answered. */
export function ringOwn(world: CallWorld, own: Call, { id, number, name, ringSeconds }: SnapshotExtension, contacts: readonly Contact[], onAnswered: (leg: Leg) => Promise<void>, manner: Pick<DialTarget, 'autoAnswer' | 'namePrefix' | 'near'> = {}): void {
  const targets = contacts.map((contact): DialTarget => ({ contact, extensionId: id, number, name, ...manner }))
  const ring = async (): Promise<void> => {
    const outcome = await dial(world, own, targets, ringSeconds ?? world.settings.calls.ringSeconds)
    if (outcome.kind === 'answered') await onAnswered(outcome.leg)
    else if (outcome.kind === 'failed') hangUp(world, own, verdictOf(outcome.failure))
    else if (outcome.kind === 'no-media') hangUp(world, own, terminate('no-media', 'system', null, `The media engine cannot take another call: ${outcome.reason}.`))
    else if (outcome.kind === 'no-answer') hangUp(world, own, terminate('no-answer', 'system'))
  }
  ring().catch((error: unknown) => endAfterBug(world, own, error))
}

/** The phone is answered, and the call with it. False when it is over: the phone is told. Runs in the mailbox. */
export function takeAnswered(world: CallWorld, own: Call, leg: Leg): boolean {
  if (own.over) {
    if (leg.dialog) world.registry.linger(leg.dialog.bye())
    return false
  }
  own.callee = leg
  leg.sipStatus = 200
  own.caller.step('answer')
  own.step('answer')
  follow(world, own, leg)
  watchCall(world, own)
  return true
}
