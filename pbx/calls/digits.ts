import { messageOf } from '../../config/errors.ts'
import type { Call } from './call.ts'
import type { Leg } from './leg.ts'

const KEYS = '0123456789*#ABCD'
/** What phones say when they say nothing of it. */
const USUAL_MS = 160

/**
 * Digits by SIP INFO: they are heard like those in the audio, by whoever collects them and by the other phone.
 * Media events are the better way (RFC 4733); some phones and trunks know only this one.
 */
export function watchDigits(call: Call, leg: Leg): void {
  sendDigits(call, leg)
  leg.dialog?.onInfo((contentType, body) => {
    const pressed = readDigit(contentType, body)
    if (pressed === undefined) return
    call.mailbox.post(async () => {
      if (!call.over) await leg.endpoint?.hearDigit(pressed.digit, pressed.durationMs)
    })
  })
}

/** Digits for a peer that has them by INFO alone, one after the other: two that cross on the way would change places. */
function sendDigits(call: Call, leg: Leg): void {
  const { endpoint, dialog } = leg
  if (!endpoint || !dialog || leg.signalled === endpoint) return
  leg.signalled = endpoint
  let before = Promise.resolve()
  endpoint.on('digit-out', (digit, durationMs) => {
    before = before
      .then(() => dialog.inform('application/dtmf-relay', `Signal=${digit}\r\nDuration=${durationMs}\r\n`))
      .catch((error: unknown) => {
        if (!call.over) call.log.warn({ leg: leg.id }, `a digit by SIP INFO did not arrive: ${messageOf(error)}`)
      })
  })
}

/** The digit of an INFO body, `application/dtmf-relay` (Signal=5, Duration=160) or `application/dtmf` (5); undefined for anything else. */
export function readDigit(contentType: string | undefined, body: string): { digit: string; durationMs: number } | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/dtmf-relay' && type !== 'application/dtmf') return undefined
  const signal = type === 'application/dtmf' ? body : /^\s*signal\s*=(.*)$/im.exec(body)?.[1]
  const digit = keyOf(signal?.trim() ?? '')
  const duration = Number(/^\s*duration\s*=\s*(\d{1,5})/im.exec(body)?.[1] ?? USUAL_MS)
  return digit === undefined ? undefined : { digit, durationMs: duration > 0 ? duration : USUAL_MS }
}

/** The key itself, or the number of its event (RFC 4733 §3.2): 10 for *, 11 for #. */
function keyOf(signal: string): string | undefined {
  if (/^1[0-5]$/.test(signal)) return KEYS[Number(signal)]
  return signal.length === 1 && KEYS.includes(signal.toUpperCase()) ? signal.toUpperCase() : undefined
}
