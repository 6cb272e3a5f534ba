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
