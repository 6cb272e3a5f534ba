/** The files of a recording as one stretch of stereo sound at one rate. */
import { open, type FileHandle } from 'node:fs/promises'
import { Resampler } from '../embedded/worker/resample.ts'
import { WAV_HEADER } from '../embedded/worker/wav.ts'

const CHANNELS = 2
const FRAME_BYTES = CHANNELS * 2
/** Read at a time: a second and more, and little memory for a recording of any length. */
const READ_BYTES = 64 * 1024

export interface SoundPart {
  path: string
  rate: number
  /** Samples of each side. */
  frames: number
}

/**
 * What is in a WAV file of the recorder. Its length is that of the file: the header of one whose writer was killed says less.
 * Throws for what is no such file.
 */
export async function measurePart(path: string): Promise<SoundPart> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const header = Buffer.alloc(WAV_HEADER)
    const { bytesRead } = await file.read(header, 0, WAV_HEADER, 0)
    const rate = header.readUInt32LE(24)
    const fits = header.toString('latin1', 0, 4) === 'RIFF' && header.readUInt16LE(22) === CHANNELS && header.readUInt16LE(34) === 16
    if (bytesRead < WAV_HEADER || !fits || (rate !== 8000 && rate !== 16_000)) throw new Error('this is no recording of ours')
    return { path, rate, frames: Math.floor((size - WAV_HEADER) / FRAME_BYTES) }
  } finally {
    await file.close()
  }
}

/** Interleaved samples of a part at `rate`, in pieces; as many as the part has at its own rate, brought to the other. */
export async function* soundOf(part: SoundPart, rate: number): AsyncGenerator<Int16Array, void, undefined> {
  const file = await open(part.path, 'r')
  try {
    if (part.rate === rate) yield* rawSound(file, part.frames)
    else yield* widened(file, part, rate)
  } finally {
    await file.close()
  }
}

async function* rawSound(file: FileHandle, frames: number): AsyncGenerator<Int16Array, void, undefined> {
  const end = WAV_HEADER + frames * FRAME_BYTES
  for (let at = WAV_HEADER; at < end;) {
    const bytes = Buffer.alloc(Math.min(READ_BYTES, end - at))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, at)
    const whole = bytesRead - (bytesRead % FRAME_BYTES)
    if (whole === 0) return
    at += whole
    yield new Int16Array(bytes.buffer, bytes.byteOffset, whole / 2)
  }
}

async function* widened(file: FileHandle, part: SoundPart, rate: number): AsyncGenerator<Int16Array, void, undefined> {
  const sides = [new Resampler(part.rate, rate), new Resampler(part.rate, rate)] as const
  const { delay } = sides[0]
  let skip = delay
  let left = Math.round((part.frames * rate) / part.rate)
  const convert = (samples: Int16Array): Int16Array => {
    const count = samples.length / CHANNELS
    const room = Math.ceil((count * rate) / part.rate) + 1
    const [one, two] = sides.map((side, channel) => {
      const out = new Int16Array(room)
      const mono = Int16Array.from({ length: count }, (_, i) => samples[CHANNELS * i + channel]!)
      return out.subarray(0, side.process(mono, count, out))
    }) as [Int16Array, Int16Array]
    const from = Math.min(skip, one.length)
    skip -= from
    const frames = Math.min(left, one.length - from)
    left -= frames
    const both = new Int16Array(frames * CHANNELS)
    for (let i = 0; i < frames; i += 1) {
      both[CHANNELS * i] = one[from + i]!
      both[CHANNELS * i + 1] = two[from + i]!
    }
    return both
  }
  for await (const samples of rawSound(file, part.frames)) yield convert(samples)
  // What the filter still holds.
  yield convert(new Int16Array(CHANNELS * (Math.ceil((delay * part.rate) / rate) + 2)))
}
