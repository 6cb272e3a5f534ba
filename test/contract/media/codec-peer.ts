// What phones of each codec say and hear, by codecs that are not the engine's: μ-law and A-law by hand, G.722 by ffmpeg, Opus by the native libopus.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Decoder, Encoder } from '@evan/opus'
import { fromALaw, fromMuLaw, muLaw, type Heard, type RtpPeer } from './rtp-peer.ts'

export interface Speech {
  payloadType: number
  /** Timestamp units of a packet. */
  step: number
  packets: Buffer[]
}

export interface Sound {
  samples: Int16Array
  rate: number
}

export const names: Readonly<Record<number, string>> = { 0: 'PCMU', 8: 'PCMA', 9: 'G.722', 111: 'Opus' }
const RATES: Readonly<Record<number, number>> = { 0: 8000, 8: 8000, 9: 16_000, 111: 48_000 }

export function sine(frequency: number, rate: number, seconds: number, amplitude = 8000): Int16Array {
  return Int16Array.from({ length: Math.round(rate * seconds) }, (_, i) => Math.round(amplitude * Math.sin((2 * Math.PI * frequency * i) / rate)))
}

/** ffmpeg as a filter between raw formats. */
export function convert(input: Buffer, from: string[], to: string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'sound-'))
  try {
    const [before, after] = [join(folder, 'in'), join(folder, 'out')]
    writeFileSync(before, input)
    execFileSync('ffmpeg', ['-loglevel', 'error', ...from, '-i', before, ...to, after])
    return readFileSync(after)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const PCM_16 = ['-f', 's16le', '-ar', '16000', '-ac', '1']
export const AS_G722 = ['-f', 'g722']

function bytesOf(samples: Int16Array): Buffer {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
}

function samplesOf(bytes: Buffer): Int16Array {
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => bytes.readInt16LE(i * 2))
}

/** A tone in packets of `ms`. */
export function tone(payloadType: number, frequency: number, count: number, ms = 20, amplitude = 8000): Speech {
  const rate = RATES[payloadType]!
  const samples = sine(frequency, rate, (count * ms) / 1000, amplitude)
  const cut = (bytes: Buffer): Buffer[] => Array.from({ length: count }, (_, i) => bytes.subarray(i * ms * 8, (i + 1) * ms * 8))
  if (payloadType === 111) {
    const encoder = new Encoder({ channels: 1, sample_rate: 48_000, application: 'audio' })
    const packets = Array.from({ length: count }, (_, i) => Buffer.from(encoder.encode(bytesOf(samples.slice(i * ms * 48, (i + 1) * ms * 48)))))
    return { payloadType, step: ms * 48, packets }
  }
  if (payloadType === 9) return { payloadType, step: ms * 8, packets: cut(convert(bytesOf(samples), PCM_16, ['-c:a', 'g722', ...AS_G722])) }
  if (payloadType === 8) return { payloadType, step: ms * 8, packets: cut(convert(bytesOf(samples), ['-f', 's16le', '-ar', '8000', '-ac', '1'], ['-f', 'alaw'])) }
  return { payloadType, step: ms * 8, packets: cut(Buffer.from(samples.map(muLaw))) }
}

/** What was heard under this payload type, one packet behind the other. */
export function sound(heard: readonly Heard[], payloadType: number): Sound {
  const rate = RATES[payloadType]!
  const payloads = heard.filter((packet) => packet.payloadType === payloadType).map((packet) => packet.payload)
  if (payloadType === 111) {
    const decoder = new Decoder({ channels: 1, sample_rate: 48_000 })
    return { rate, samples: samplesOf(Buffer.concat(payloads.map((payload) => decoder.decode(payload)))) }
  }
  const bytes = Buffer.concat(payloads)
  if (payloadType === 9) return { rate, samples: samplesOf(convert(bytes, AS_G722, ['-f', 's16le'])) }
  return { rate, samples: Int16Array.from([...bytes].map(payloadType === 8 ? fromALaw : fromMuLaw)) }
}

/** Says it in packets of its own length, one each as time goes by; what was late comes at once, as from a phone. `order` changes which packet goes when: its number, or nothing. */
export function say(peer: RtpPeer, speech: Speech, order: (index: number) => readonly number[] = (index) => [index]): Promise<void> {
  const { payloadType, packets, step } = speech
  const ms = step / (payloadType === 111 ? 48 : 8)
  const [sequence, timestamp] = [peer.sequence, peer.timestamp]
  return new Promise((resolve) => {
    const began = performance.now()
    let sent = 0
    const timer = setInterval(() => {
      while (sent < packets.length && performance.now() - began >= sent * ms) {
        for (const index of order(sent)) {
          peer.sequence = (sequence + index) & 0xffff
          peer.timestamp = (timestamp + index * step) >>> 0
          peer.sendRaw(payloadType, packets[index]!)
        }
        sent += 1
      }
      if (sent < packets.length) return
      clearInterval(timer)
      peer.sequence = (sequence + packets.length) & 0xffff
      peer.timestamp = (timestamp + packets.length * step) >>> 0
      resolve()
    }, 5)
  })
}

/** The longest stretch without a sample above `level`, in milliseconds, after sound has begun and before it ends. */
export function longestGapMs({ samples, rate }: Sound, level = 1000): number {
  const first = samples.findIndex((sample) => Math.abs(sample) > level)
  const last = samples.findLastIndex((sample) => Math.abs(sample) > level)
  let [since, longest] = [first, 0]
  for (let i = first; i <= last; i += 1) {
    if (Math.abs(samples[i]!) <= level) continue
    longest = Math.max(longest, i - since)
    since = i
  }
  return (longest * 1000) / rate
}
