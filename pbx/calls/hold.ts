import { Refusal } from '../../config/errors.ts'
import type { Call } from './call.ts'
import { leaveDirect } from './direct.ts'
import { hangUp } from './hang-up.ts'
import type { Leg } from './leg.ts'
import { terminate } from './termination.ts'
import type { CallWorld } from './world.ts'

/**
 * Hold and resume by re-INVITE. The three ways a phone asks for hold (sendonly, inactive, and the
 * c=0.0.0.0 of RFC 2543) reach us as one `remoteDirection`. The other phone is not re-invited:
 * its audio is ours to send, and it hears music, or without any what the holder sends, or silence.
 */
export function watchHold(world: CallWorld, call: Call, leg: Leg): void {
  leg.dialog?.onReinvite((offer) =>
    call.mailbox.run(async () => {
      const { endpoint } = leg
      // It crossed the end of the call.
      if (!endpoint || call.over) throw new Refusal('gone', 'The call is over.')
      // It only says that it is still there (RFC 4028 §7.4).
      if (call.direct?.state === 'on' && offer !== undefined && offer === leg.dialog?.remoteSdp) return leg.dialog.localSdp
      // The answer names us, so the other phone must send here too.
      void leaveDirect(call, leg)
      // Without an offer the phone wants ours, and its answer comes with the ACK (RFC 3261 §14.2).
      if (offer === undefined) return endpoint.reoffer('sendrecv')
      const answer = await endpoint.negotiate('offer', offer)
      await applyDirection(world, call, leg)
      return answer
    }),
  )
  leg.dialog?.onLateAnswer((answer) =>
    call.mailbox.post(async () => {
      if (call.over) return
      try {
        await leg.endpoint?.negotiate('answer', answer)
        await applyDirection(world, call, leg)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        // The phone believes that this answer holds and there is no way to refuse an ACK: the call cannot go on.
        hangUp(world, call, terminate(leg.origin.role === 'caller' ? 'caller-media' : 'callee-media', 'system', 488, error.message))
      }
    }),
  )
}

/** What the phone's own direction, or whoever holds the call for it by the API, means for the one at its other end. */
export async function applyDirection(world: CallWorld, call: Call, leg: Leg): Promise<void> {
  const other = leg === call.caller ? call.callee : call.caller
  await soundTo(world, other, leg)
  if (leg.step(isHolding(leg) ? 'hold' : 'resume')) call.changed()
}

function isHolding({ endpoint, holdsByOrder }: Leg): boolean {
  return holdsByOrder || endpoint?.remoteDirection === 'sendonly' || endpoint?.remoteDirection === 'inactive'
}

/** Music, silence, or the other one. */
async function soundTo(world: CallWorld, listener: Leg | undefined, from: Leg | undefined): Promise<void> {
  const { music } = world.settings.calls
  // Without music of ours a `sendonly` holder may bring its own; only when it sends nothing is silence ours to make.
  const silent = music === undefined ? from?.endpoint?.remoteDirection === 'inactive' || from?.holdsByOrder === true : from !== undefined && isHolding(from)
  // Who has the call held for itself hears nothing, but for the music of one who holds it, too.
  await listener?.endpoint?.hold(silent || listener.holdsByOrder, silent ? music : undefined)
}
