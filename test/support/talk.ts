/** Two phones that talk: how nearly every test of calls begins. */
import type { Phone, PhoneCall } from './phone.ts'

/** One calls, the other answers. */
export async function talk(from: Phone, to: Phone, number: string, options?: Parameters<Phone['invite']>[1]): Promise<{ out: PhoneCall; in: PhoneCall }> {
  const mark = to.incoming.mark()
  const out = await from.invite(number, options)
  const incoming = await to.nextCall({ from: mark })
  await incoming.answer()
  await out.answered()
  return { out, in: incoming }
}

/** Each hears the other, newly: by the tones that they send. */
export async function hearEachOther(one: PhoneCall, other: PhoneCall): Promise<void> {
  one.audio.play(440)
  other.audio.play(1000)
  one.audio.forget()
  other.audio.forget()
  await Promise.all([one.audio.hears(1000), other.audio.hears(440)])
}

/** What a mailbox sounds when the message may be spoken, in Hz. */
export const BEEP = 1000

/** A caller who is sent to a mailbox waits until a message may be left; the greeting is cut short. */
export async function untilBeep(call: PhoneCall): Promise<void> {
  await call.answered(30_000)
  call.audio.play(0)
  await call.audio.hearsSomething()
  await call.audio.press('#')
  await call.audio.hears(BEEP, 20_000)
}

/** Leaves about three seconds of a tone in the mailbox that the caller is sent to, and hangs up. */
export async function leaveMessage(call: PhoneCall, tone = 440): Promise<void> {
  await untilBeep(call)
  call.audio.play(tone)
  await call.audio.packets(150)
  await call.bye()
}
