/** Makes a prompt of what people send: WAV, or Opus in Ogg, to what we play. Runs in a thread. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Decoder } from '@evan/opus/wasm/index.mjs'
import { serveJobs } from '../job-side.ts'
import { SAMPLE_RATE } from '../embedded/worker/pcm.ts'
import { readWav, wavHeader } from '../embedded/worker/wav.ts'
import { GRANULE_RATE, OggReader, readOpusHead } from '../storage/ogg.ts'

export interface ConvertJob {
  sound: Uint8Array
  /** The WAV file: it appears whole or not at all. */
  path: string
  longestSeconds: number
}

/** Quieter than this all through it is silence: somebody sent the wrong thing. */
const AUDIBLE = 200

serveJobs<ConvertJob, number>(async ({ sound, path, longestSeconds }) => {
  const bytes = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength)
  const samples = samplesOf(bytes, longestSeconds)
  const seconds = samples.length / SAMPLE_RATE
  if (seconds < 0.1) throw new Error('There is no sound in the file.')
  if (seconds > longestSeconds) throw new Error(tooLong(longestSeconds))
  if (!samples.some((sample) => Math.abs(sample) > AUDIBLE)) throw new Error('The file is silent.')
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  await writeFile(`${path}.making`, Buffer.concat([wavHeader(1, data.length), data]), { mode: 0o600 })
  await rename(`${path}.making`, path)
  return seconds
})

const tooLong = (most: number): string => `The sound is longer than ${most / 60} minutes.`

function samplesOf(bytes: Buffer, longestSeconds: number): Int16Array {
  const kind = bytes.toString('latin1', 0, 4)
  if (kind === 'RIFF') return readWav(bytes)
  if (kind === 'OggS') return opusOf(bytes, longestSeconds)
  throw new Error('Send a WAV file (16-bit PCM or G.711) or Opus in Ogg. Other kinds, MP3 among them, cannot be read.')
}

function opusOf(bytes: Buffer, longestSeconds: number): Int16Array {
  const reader = new OggReader()
  const packets = [...reader.take(bytes)]
  const head = readOpusHead(reader.head)
  if (head === undefined) throw new Error('There is no Opus of one or two channels in this Ogg file.')
  const decoder = new Decoder({ channels: 1, sample_rate: SAMPLE_RATE })
  try {
    const pieces: Int16Array[] = []
    let length = 0
    for (const packet of packets) {
      const piece = decoder.decode(packet)
      const samples = new Int16Array(piece.buffer.slice(piece.byteOffset, piece.byteOffset + piece.byteLength))
      pieces.push(samples)
      length += samples.length
      if (length > (longestSeconds + 1) * SAMPLE_RATE) throw new Error(tooLong(longestSeconds))
    }
    const all = new Int16Array(length)
    let at = 0
    for (const piece of pieces) {
      all.set(piece, at)
      at += piece.length
    }
    return all.slice(Math.round((head.preSkip * SAMPLE_RATE) / GRANULE_RATE))
  } finally {
    decoder.drop()
  }
}
