/** Reads 16-bit PCM WAV files and says what tone is in them. */
import { readFile } from 'node:fs/promises'
import { loudness, strongest, toneShare } from './tone.ts'

export interface Wav {
  rate: number
  /** One array of samples per channel. */
  channels: Int16Array[]
}

export async function readWav(path: string): Promise<Wav> {
  return parseWav(await readFile(path))
}

export function parseWav(file: Buffer): Wav {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') throw new Error('not a WAV file')
  let channelCount = 0
  let rate = 0
  for (let at = 12; at + 8 <= file.length; ) {
    const id = file.toString('latin1', at, at + 4)
    const start = at + 8
    // A recording that was cut off says 0 or more than there is: take what is there.
    const size = Math.min(file.readUInt32LE(at + 4) || file.length, file.length - start)
    if (id === 'fmt ') {
      const bits = file.readUInt16LE(start + 14)
      if (bits !== 16) throw new Error(`${bits}-bit WAV, 16 expected`)
      channelCount = file.readUInt16LE(start + 2)
      rate = file.readUInt32LE(start + 4)
    }
    if (id === 'data') {
      if (channelCount === 0) throw new Error('WAV data before its format')
      const frames = Math.floor(size / (2 * channelCount))
      const channels = Array.from({ length: channelCount }, (_, channel) =>
        Int16Array.from({ length: frames }, (_, frame) => file.readInt16LE(start + 2 * (frame * channelCount + channel))),
      )
      return { rate, channels }
    }
    at = start + size + (size % 2)
  }
  throw new Error('WAV file without data')
}

/** Seconds of `samples` that hold this tone, counted in windows of a quarter second. */
export function secondsOfTone(samples: Int16Array, frequency: number, rate: number): number {
  const window = Math.floor(rate / 4)
  let count = 0
  for (let at = 0; at + window <= samples.length; at += window) {
    const part = samples.subarray(at, at + window)
    if (loudness(part) > 300 && toneShare(part, frequency, rate) > 0.7) count++
  }
  return count / 4
}

/** For what failed tests say: the loudest tone of the middle second, and the length. */
export function describeSound(samples: Int16Array, rate: number): string {
  const middle = Math.max(0, Math.floor(samples.length / 2 - rate / 2))
  const tone = strongest(samples.subarray(middle, middle + rate), rate)
  return `${(samples.length / rate).toFixed(1)} s, ${tone === undefined ? 'silence' : `${tone} Hz`}`
}

/** A WAV file of 8 kHz with a tone. */
export function toneWav(hertz: number, seconds: number): Buffer {
  const samples = Math.round(seconds * 8000)
  const wav = Buffer.alloc(44 + samples * 2)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + samples * 2, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(8000, 24)
  wav.writeUInt32LE(16_000, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36)
  wav.writeUInt32LE(samples * 2, 40)
  for (let at = 0; at < samples; at += 1) wav.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * hertz * at) / 8000)), 44 + at * 2)
  return wav
}
