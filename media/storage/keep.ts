/** Makes sealed Opus of the recorder's files, and WAV of sealed Opus. Runs in the keeping thread. */
import { createHash } from 'node:crypto'
import { rename, rm, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Decoder, Encoder } from '@evan/opus/wasm/index.mjs'
import { WAV_HEADER, wavHeader } from '../embedded/worker/wav.ts'
import { GRANULE_RATE, OggOpusWriter, OggReader, PRE_SKIP } from './ogg.ts'
import { Peaks } from './peaks.ts'
import { openSealed, SealingWriter, type SealedFile } from './sealed.ts'
import { measurePart, soundOf } from './sound-source.ts'

/** Bits a second. Two people who share one stereo stream stay 60 dB apart from here on; with less one is heard in the other's channel. */
const BITRATE = 48_000
const COMPLEXITY = 5
const PACKETS_A_SECOND = 50
/** From opus_defines.h. */
const SET_BITRATE = 4002
const SET_COMPLEXITY = 4010

export interface KeepJob {
  kind: 'keep'
  /** The recorder's files, in order. */
  sources: string[]
  /** The sealed file: it appears whole or not at all. */
  target: string
  key: Uint8Array
  name: string
  /** The left side is heard on both. */
  mono?: boolean
}

export interface Kept {
  /** Of the Ogg file, before it is sealed. */
  bytes: number
  seconds: number
  rate: number
  /** SHA-256 of the Ogg file, hexadecimal. */
  sha256: string
  peaks: Uint8Array
}

export async function keep(job: KeepJob): Promise<Kept> {
  const parts = await Promise.all(job.sources.map(measurePart))
  const rate = Math.max(8000, ...parts.map((part) => part.rate))
  const frames = parts.reduce((sum, part) => sum + Math.round((part.frames * rate) / part.rate), 0)
  if (frames === 0) throw new Error('there is no sound in it')
  const unfinished = `${job.target}.part`
  const sealing = await SealingWriter.create(unfinished, Buffer.from(job.key), job.name)
  const hash = createHash('sha256')
  let bytes = 0
  let pages: Buffer[] = []
  const send = async (): Promise<void> => {
    const ready = pages
    pages = []
    for (const page of ready) {
      hash.update(page)
      bytes += page.length
      await sealing.write(page)
    }
  }
  const encoder = new Encoder({ channels: 2, sample_rate: rate, application: 'audio' })
  try {
    encoder.ctl(SET_BITRATE, BITRATE)
    encoder.ctl(SET_COMPLEXITY, COMPLEXITY)
    const ogg = new OggOpusWriter({ serial: 1, channels: 2, inputRate: rate, vendor: 'Dialplane', emit: (page) => pages.push(page) })
    const peaks = new Peaks(frames)
    const packet = new Int16Array((rate / PACKETS_A_SECOND) * 2)
    let filled = 0
    const encode = (): void => {
      ogg.add(encoder.encode(new Uint8Array(packet.buffer.slice(0))), GRANULE_RATE / PACKETS_A_SECOND)
      filled = 0
    }
    for (const part of parts) {
      for await (const samples of soundOf(part, rate)) {
        if (job.mono) for (let i = 0; i < samples.length; i += 2) samples[i + 1] = samples[i]!
        peaks.hear(samples)
        for (let at = 0; at < samples.length;) {
          const count = Math.min(samples.length - at, packet.length - filled)
          packet.set(samples.subarray(at, at + count), filled)
          filled += count
          at += count
          if (filled === packet.length) encode()
        }
        await send()
      }
    }
    // The rest, and as much silence as the encoder lags behind.
    for (let lag = (PRE_SKIP * rate * 2) / GRANULE_RATE; filled > 0 || lag > 0; lag -= packet.length) {
      packet.fill(0, filled)
      const spare = packet.length - filled
      encode()
      if (spare >= lag) break
    }
    ogg.end((frames * GRANULE_RATE) / rate)
    await send()
    await sealing.finish()
    await rename(unfinished, job.target)
    await syncFolder(dirname(job.target))
    return { bytes, seconds: frames / rate, rate, sha256: hash.digest('hex'), peaks: peaks.bytes }
  } catch (error) {
    await sealing.abandon()
    await rm(unfinished, { force: true })
    throw error
  } finally {
    encoder.drop()
  }
}

/** A renamed file is sure to be there after a power cut only when its folder is written too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}

export interface WavJob {
  kind: 'wav'
  path: string
  key: Uint8Array
  name: string
  rate: number
}

/** @param send takes the WAV file piece by piece, its header first; the next is made when it is done */
export async function unfold(job: WavJob, send: (piece: Uint8Array) => Promise<void>): Promise<void> {
  const sealed = await openSealed(job.path, Buffer.from(job.key), job.name)
  const decoder = new Decoder({ channels: 2, sample_rate: job.rate })
  try {
    let left = 4 * Math.round(((await lastGranule(sealed)) - PRE_SKIP) * job.rate / GRANULE_RATE)
    let skip = 4 * ((PRE_SKIP * job.rate) / GRANULE_RATE)
    await send(wavHeader(2, left, job.rate))
    const reader = new OggReader()
    for await (const piece of sealed.read(0, sealed.bytes)) {
      const sounds: Uint8Array[] = []
      for (const packet of reader.take(piece)) {
        const sound = decoder.decode(packet).slice()
        const from = Math.min(skip, sound.length)
        const part = sound.subarray(from, Math.min(sound.length, from + left))
        skip -= from
        left -= part.length
        sounds.push(part)
      }
      if (sounds.length > 0) await send(Buffer.concat(sounds))
    }
  } finally {
    decoder.drop()
    await sealed.close()
  }
}

/** Length of the WAV file of a sealed recording, and how it is found: the last page says where the sound ends. */
export async function wavBytes(sealed: SealedFile, rate: number): Promise<number> {
  return WAV_HEADER + 4 * Math.round(((await lastGranule(sealed)) - PRE_SKIP) * rate / GRANULE_RATE)
}

async function lastGranule(sealed: SealedFile): Promise<number> {
  const end: Buffer[] = []
  for await (const piece of sealed.read(Math.max(0, sealed.bytes - 70_000), sealed.bytes)) end.push(piece)
  const tail = Buffer.concat(end)
  const page = tail.lastIndexOf('OggS', undefined, 'latin1')
  if (page < 0) throw new Error('the recording has no end')
  return Number(tail.readBigUInt64LE(page + 6))
}
