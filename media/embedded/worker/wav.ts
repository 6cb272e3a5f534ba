/** WAV files: reading sound to play, and the header of a recording. */
import { lawTable } from './codecs/g711.ts'
import { SAMPLE_RATE } from './pcm.ts'
import { resampleAll } from './resample.ts'

export const WAV_HEADER = 44
/** What can be played, in Hz. */
const RATES: readonly number[] = [8000, 11_025, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000]

/** The file is no WAV, or holds sound we do not play. */
export class BadSound extends Error {}

/** The 44-byte header of 16-bit PCM with `dataBytes` of sound so far. */
export function wavHeader(channels: number, dataBytes: number, rate: number = SAMPLE_RATE): Buffer {
  const header = Buffer.alloc(WAV_HEADER)
  header.write('RIFF', 0, 'latin1')
  // Sizes are 32 bits: a recording longer than 37 hours keeps the largest a header can say.
  header.writeUInt32LE(Math.min(0xffffffff, dataBytes + 36), 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(channels, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * channels * 2, 28)
  header.writeUInt16LE(channels * 2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(Math.min(0xffffffff, dataBytes), 40)
  return header
}

/** Reads a WAV file as 8 kHz mono. 16-bit PCM (mixed down) or G.711. */
export function readWav(file: Buffer): Int16Array {
  if (file.length < 12 || file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new BadSound('the sound file is not a WAV file')
  }
  let format: { code: number; channels: number; rate: number; bits: number } | undefined
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4)
    const start = at + 8
    // A file whose writer was killed says more, or 0: what is there is what counts.
    const end = Math.min(file.length, start + file.readUInt32LE(at + 4))
    if (name === 'fmt ' && end - start >= 16) {
      format = { code: file.readUInt16LE(start), channels: file.readUInt16LE(start + 2), rate: file.readUInt32LE(start + 4), bits: file.readUInt16LE(start + 14) }
    }
    if (name === 'data') {
      if (format === undefined) break
      return toMono(file.subarray(start, end), format)
    }
    at = end + ((end - start) & 1)
  }
  throw new BadSound('the WAV file has no sound in it')
}

function toMono(data: Buffer, format: { code: number; channels: number; rate: number; bits: number }): Int16Array {
  const { code, channels, rate, bits } = format
  if (!RATES.includes(rate)) throw new BadSound(`the WAV file has ${rate} Hz; ${RATES.join(', ')} Hz can be played`)
  if (channels < 1 || channels > 2) throw new BadSound(`the WAV file has ${channels} channels; 1 or 2 can be played`)
  const law = code === 7 ? 'mu' : code === 6 ? 'a' : undefined
  if (law === undefined && (code !== 1 || bits !== 16)) throw new BadSound('the WAV file is neither 16-bit PCM nor G.711')
  const table = law === undefined ? undefined : lawTable(law)
  const bytes = table === undefined ? 2 : 1
  // What we have prepared ourselves is taken as it lies there: a song is read in no time.
  if (table === undefined && channels === 1 && rate === SAMPLE_RATE) return new Int16Array(Uint8Array.from(data).buffer, 0, data.length >> 1)
  const mono = new Int16Array(Math.floor(data.length / (bytes * channels)))
  for (let i = 0; i < mono.length; i += 1) {
    let sum = 0
    for (let channel = 0; channel < channels; channel += 1) {
      const at = (i * channels + channel) * bytes
      sum += table === undefined ? data.readInt16LE(at) : table[data[at]!]!
    }
    mono[i] = sum / channels
  }
  return resampleAll(mono, rate, SAMPLE_RATE)
}
