/** A call between two phones of our own, without anybody: does sound get through the media engine, both ways? */
import { messageOf } from '../config/errors.ts'
import { within } from '../config/within.ts'
import type { Endpoint, MediaServer, Tap } from '../media/contract.ts'
import type { AudioTest } from './door.ts'

const RATE = 8000
/** Of the sound that came: half a second. */
const SAMPLES = 4000
/** What each of the two says, in Hz; neither is a multiple of the other. */
const TONES = [440, 1000] as const
const PATIENCE_MS = 5_000
/** Of its energy; coding and a resampler take a little. */
const SHARE_MIN = 0.8

/** Takes about a second. Never rejects: what went wrong is in the answer. */
export async function testAudio(media: MediaServer): Promise<AudioTest> {
  const { engine, play, tap } = media.capabilities
  if (!play || !tap) return { ok: null, message: `The ${engine} engine cannot listen to a call, so sound is not tested. Make a call between two phones.`, heard: [] }
  const endpoints: Endpoint[] = []
  const taps: Tap[] = []
  const stop = new AbortController()
  try {
    const caller = await media.createEndpoint({ callId: 'audio test', legId: 'caller', peerAddress: '127.0.0.1' })
    endpoints.push(caller)
    const callee = await media.createEndpoint({ callId: 'audio test', legId: 'callee', offer: caller.localSdp, peerAddress: /^c=IN IP[46] (\S+)/m.exec(caller.localSdp)?.[1] ?? '127.0.0.1' })
    endpoints.push(callee)
    await caller.negotiate('answer', callee.localSdp)
    const sides = [{ speaks: caller, hears: callee, tone: TONES[0] }, { speaks: callee, hears: caller, tone: TONES[1] }]
    const heard = await Promise.all(sides.map(async ({ speaks, hears, tone }) => {
      const sound: number[] = []
      const { promise: enough, resolve } = Promise.withResolvers<void>()
      taps.push(await hears.tap({ sampleRate: RATE, onAudio: (pcm) => {
        sound.push(...pcm)
        if (sound.length >= 2 * SAMPLES) resolve()
      } }))
      void speaks.play({ kind: 'tone', frequencies: [tone], cadenceMs: [1_000] }, { repeat: 60, signal: stop.signal }).catch(() => {})
      await within(enough, PATIENCE_MS)
      // The beginning is still silence.
      return { frequency: tone, share: shareOf(sound.slice(-SAMPLES), tone), seconds: sound.length / RATE }
    }))
    const lost = heard.filter(({ share }) => share < SHARE_MIN)
    if (lost.length === 0) return { ok: true, message: `Two phones of our own heard each other in ${caller.codec ?? 'no codec'}.`, heard }
    const ways = lost.length === 2 ? 'either way' : 'one way'
    return { ok: false, message: `No clear sound came through the ${engine} engine ${ways}, although both phones are on this machine. Look whether a firewall on this machine drops UDP in RTP_PORTS, and whether its cores are busy.`, heard }
  } catch (error) {
    return { ok: false, message: `A call between two phones of our own could not be made: ${messageOf(error)}`, heard: [] }
  } finally {
    stop.abort()
    for (const tap of taps) await tap.close().catch(() => {})
    for (const endpoint of endpoints) await endpoint.close().catch(() => {})
  }
}

/** Share of the energy that lies at a frequency (Goertzel's algorithm). */
function shareOf(sound: readonly number[], frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / RATE)
  let [s1, s2, energy] = [0, 0, 0]
  for (const sample of sound) {
    const s0 = sample + coefficient * s1 - s2
    s2 = s1
    s1 = s0
    energy += sample * sample
  }
  return energy === 0 ? 0 : (2 * (s1 * s1 + s2 * s2 - coefficient * s1 * s2)) / (sound.length * energy)
}
