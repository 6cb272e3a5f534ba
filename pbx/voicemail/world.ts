import type { DeviceActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'
import type { Boxes } from './boxes.ts'
import type { Messages } from './messages.ts'
import type { Shelf } from './shelf.ts'
import type { Sound } from './talk.ts'

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

/** A number, digit by digit. */
export const spokenNumber = (number: string): string => [...number].join(' ')

export const speak = (text: string): Sound => ({ kind: 'speak', text })

/** What there is to say of a refusal: the call goes on. */
export function isRefusal(call: Call, error: unknown, doing: string): true {
  if (!(error instanceof Refusal)) throw error
  call.log.warn({ err: error }, `voicemail: ${doing} did not work`)
  return true
}
