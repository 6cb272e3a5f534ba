import type { DeviceActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import { answer } from '../calls/answer.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Boxes } from './boxes.ts'
import type { Messages } from './messages.ts'
import type { Shelf } from './shelf.ts'
import { openTalk, type Sound, type Talk } from './talk.ts'

/** What the conversations of a mailbox work with. */
export interface VoicemailWorld {
  calls: CallWorld
  boxes: Boxes
  messages: Messages
  shelf: Shelf
  /** A sound of the tenant's own, such as a greeting. */
  findSound(name: string, tenantId: string): Promise<string | undefined>
}

/** The phone that calls, as the audit names it. */
export function actorOf({ tenantId, request: { caller } }: Call): DeviceActor {
  return { kind: 'device', tenantId, id: caller.deviceId, name: `Phone of ${caller.number}`, permissions: new Set() }
}

/** Answers, so that the caller can be heard and has a keypad. Undefined when he has hung up. */
export async function answerAndTalk({ calls }: VoicemailWorld, call: Call): Promise<Talk | undefined> {
  const { endpoint } = call.caller
  if (call.over || !endpoint) return undefined
  // Whoever knows the way types before the first word, and before the ACK is here.
  const talk = openTalk(call, endpoint, calls.media.capabilities.tap)
  call.cleanup.add(talk.close)
  await call.mailbox.run(() => answer(calls, call))
  // A caller who left the offer to us can be heard once its answer is here.
  await call.accepting
  return call.over ? undefined : talk
}

/** Whether the engine of this call can do all that a mailbox needs. */
export function canTalk({ calls: { media } }: VoicemailWorld, call: Call): boolean {
  const { play, record, speak, collect } = media.capabilities
  return play && record && speak && collect && call.caller.endpoint?.bypass !== true
}

/** A number, digit by digit. */
export const spokenNumber = (number: string): string => [...number].join(' ')

export const speak = (text: string): Sound => ({ kind: 'speak', text })

/** What there is to say of a refusal: the call goes on. */
export function isRefusal(call: Call, error: unknown, doing: string): true {
  if (!(error instanceof Refusal)) throw error
  call.log.warn({ err: error }, `voicemail: ${doing} did not work`)
  return true
}
