import { messageOf } from '../../config/errors.ts'
import type { Termination } from '../events/catalogue.ts'
import type { Call } from './call.ts'
import type { Leg } from './leg.ts'
import { refusalOf, statusForCaller, terminate } from './termination.ts'
import type { CallWorld } from './world.ts'

/** Ports drain and calls end meanwhile. */
const NO_MEDIA_SECONDS = '5'

/**
 * Ends the call with a verdict. The first verdict wins; what others say afterwards is ignored.
 * Safe from anywhere: the signal is aborted at once, the rest happens in the mailbox.
 * CLOSING.md says what is closed in which order.
 */
export function hangUp(world: CallWorld, call: Call, given: Termination): void {
  // An administrator may also end a call that still rings: nobody answered that.
  const verdict: Termination = given.result === 'answered' && call.answeredAt === null ? { ...given, result: 'cancelled' } : given
  if (!call.conclude(verdict)) return
  call.mailbox.post(() => tearDown(world, call, verdict))
}

/** The end of a call in which our own code failed: logged with its stack, ended like any other. */
export function endAfterBug(world: CallWorld, call: Call, error: unknown): void {
  call.log.error({ err: error }, `call failed: ${messageOf(error)}`)
  hangUp(world, call, terminate('internal-error', 'system'))
}

async function tearDown(world: CallWorld, call: Call, verdict: Termination): Promise<void> {
  for (const stop of call.cleanup) stop()
  call.cleanup.clear()

  // The phones first: they should be free before we tidy up.
  releaseCaller(world, call, verdict)
  for (const leg of call.legs) if (leg !== call.caller) releaseLeg(world, call, leg, verdict)

  const recording = call.recording
  if (recording) await recording.recording.stop().catch((error: unknown) => call.log.warn({ err: error }, 'recording did not stop cleanly'))

  await Promise.all(call.legs.map((leg) => closeEndpoint(call, leg)))
  for (const leg of call.legs) leg.end(verdict.sipStatus, endWords(leg, verdict))

  call.step('closed')
  world.registry.remove(call)
  world.events.emit('call.ended', call.tenantId, { call: call.view(), sought: call.sought })
  logClosing(call, verdict)
}

function releaseCaller(world: CallWorld, call: Call, verdict: Termination): void {
  if (call.accepting) {
    // Answered: BYE needs the dialog, and the dialog needs the caller's ACK (RFC 3261 §15).
    world.registry.linger(call.accepting.then(() => call.caller.dialog?.bye(byeReason(verdict))))
    return
  }
  // He was in a call before this one.
  if (call.caller.dialog) releaseLeg(world, call, call.caller, verdict)
  if (call.invite.answered) return void call.invite.reply(480)
  const status = statusForCaller(verdict)
  call.invite.reply(status, { reason: refusalOf(verdict.reason).phrase, headers: { Reason: `SIP;cause=${status};text="${verdict.reason}"`, ...(verdict.reason === 'no-media' && { 'Retry-After': NO_MEDIA_SECONDS }) } })
  call.caller.sipStatus = status
}

/** A called phone that still rings is cancelled by `dial`, which hears the signal; one in a dialog gets BYE. */
function releaseLeg(world: CallWorld, call: Call, leg: Leg, verdict: Termination): void {
  if (leg.dialog && !leg.dialog.ended) world.registry.linger(leg.dialog.bye(byeReason(verdict)))
}

async function closeEndpoint(call: Call, leg: Leg): Promise<void> {
  const endpoint = leg.endpoint
  if (!endpoint) return
  try {
    leg.measure(await endpoint.close())
  } catch (error) {
    call.log.warn({ err: error, leg: leg.id }, `endpoint did not close cleanly: ${messageOf(error)}`)
  }
}

function byeReason(verdict: Termination): string | undefined {
  return verdict.by === 'system' ? `SIP;cause=${refusalOf(verdict.reason).status};text="${verdict.reason}"` : undefined
}

function endWords(leg: Leg, verdict: Termination): string {
  if (verdict.by === 'system') return verdict.explanation
  return verdict.by === leg.origin.role ? 'This phone ended the call.' : 'The other side ended the call.'
}

/** The one line every call leaves in the log. */
function logClosing(call: Call, verdict: Termination): void {
  call.log.info(
    {
      from: call.request.caller.number,
      to: call.plan?.number ?? call.request.dialled,
      result: verdict.result,
      reason: verdict.reason,
      by: verdict.by,
      sipStatus: verdict.sipStatus,
      seconds: call.answeredAt && call.endedAt ? Math.round((call.endedAt - call.answeredAt) / 1000) : 0,
      legs: call.legs.length,
      mos: call.legs.map((leg) => leg.figures?.mos ?? null),
    },
    'call ended',
  )
}
