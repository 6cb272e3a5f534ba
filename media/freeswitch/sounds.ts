/** What is to be played, in FreeSWITCH's words. */
import { open } from 'node:fs/promises'
import type { PlaySource } from '../contract.ts'
import type { Music } from '../music/index.ts'
import type { Prompts } from '../prompts/index.ts'
import type { Storage } from '../storage/index.ts'
import { networkTone, type Tone } from '../tones.ts'
import type { Sound } from './player.ts'

export const SILENCE: Sound = { files: ['silence_stream://-1'], endless: true }

/** Longest piece of a tone that is made at once; what is longer is repeated. */
const LONGEST_TONE_MS = 1000
/** dBm0 of a tone; two of them together are as loud as one. */
const TONE_LEVEL = -7

interface LevelTone extends Tone {
  levelDbm0?: number
}

/** TGML, the language of mod_tone_stream. */
export function toneStream({ frequencies, cadenceMs, levelDbm0 = TONE_LEVEL }: LevelTone, times: number): string {
  const list = frequencies.join(',')
  const [only] = cadenceMs
  // Without a pause it has no length of its own: pieces one behind the other.
  const pieces = cadenceMs.length === 1 && only !== undefined && only > LONGEST_TONE_MS ? Math.round(only / LONGEST_TONE_MS) : 1
  const parts: string[] = []
  for (let i = 0; i < cadenceMs.length; i += 2) parts.push(`%(${pieces > 1 ? LONGEST_TONE_MS : cadenceMs[i]},${cadenceMs[i + 1] ?? 0},${list})`)
  return `tone_stream://v=${Math.min(0, levelDbm0)};${parts.join(';')};loops=${times < 0 ? -1 : times * pieces}`
}

function toneSound(tone: LevelTone): Sound {
  const cadenceMs = tone.cadenceMs.length === 0 ? [LONGEST_TONE_MS] : tone.cadenceMs
  const loop = (times: number): string => toneStream({ ...tone, cadenceMs }, times)
  return { files: [loop(1)], endless: false, seconds: cadenceMs.reduce((sum, ms) => sum + ms, 0) / 1000, loop }
}

/** Keys pressed, as they sound. */
export function keySound(digits: string, durationMs: number, gapMs: number): Sound {
  return { files: [`tone_stream://v=${TONE_LEVEL};d=${durationMs};w=${gapMs};${[...digits].join(',')}`], endless: false }
}

export interface SoundRooms {
  prompts: Prompts
  music: Music
  storage: Pick<Storage, 'sound'>
  country: string
}

/** Refuses like the rooms it asks. */
export async function soundOf(source: PlaySource, { prompts, music, storage, country }: SoundRooms): Promise<Sound> {
  switch (source.kind) {
    case 'tone': return toneSound(source)
    case 'network-tone': return toneSound(networkTone(country, source.name))
    case 'file': return { files: [await storage.sound(source.path)], endless: false }
    case 'prompt': return { files: [await prompts.prompt(source.name, source.tenantId)], endless: false }
    case 'speak': return { files: [await prompts.speak(source.text)], endless: false }
    case 'music': return musicSound(await music.files(source.name))
  }
}

/**
 * The music as if it had played all the time: FreeSWITCH would start it anew for each who hears it, so it is told
 * where to begin.
 */
async function musicSound(files: readonly string[]): Promise<Sound> {
  const lengths = await Promise.all(files.map(lengthOf))
  const total = lengths.reduce((sum, { seconds }) => sum + seconds, 0)
  if (total === 0) return { files, endless: true }
  let at = (Date.now() / 1000) % total
  let first = 0
  while (at >= lengths[first]!.seconds) {
    at -= lengths[first]!.seconds
    first = (first + 1) % files.length
  }
  const order = [...files.slice(first), ...files.slice(0, first)]
  return { files: [`${order[0]}@@${Math.floor(at * lengths[first]!.rate)}`, ...order.slice(1), ...files.slice(first, first + 1)], endless: true }
}

/** Of a WAV file of 16 bits, by its first chunk of sound: seconds and samples a second. */
async function lengthOf(path: string): Promise<{ seconds: number; rate: number }> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const { buffer } = await file.read(Buffer.alloc(44), 0, 44, 0)
    const [rate, bytesPerSecond] = [buffer.readUInt32LE(24), buffer.readUInt32LE(28)]
    return bytesPerSecond === 0 ? { seconds: 0, rate: 8000 } : { seconds: (size - 44) / bytesPerSecond, rate }
  } finally {
    await file.close()
  }
}
