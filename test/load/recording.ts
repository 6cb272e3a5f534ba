/**
 * What recording costs: the processor time of the recorder for a second of a call, and of storing a minute of it.
 * Measured as CPU time of this process, so another load on the machine changes little. `node test/load/recording.ts`
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Clock } from '../../media/embedded/worker/clock.ts'
import { codecNumbered, G722, OPUS, PCMA, PCMU, type EncodingNumber } from '../../media/embedded/worker/codecs/index.ts'
import { Recorder } from '../../media/embedded/worker/recorder.ts'
import { createRtpView, readRtp } from '../../media/embedded/worker/rtp.ts'
import { wavHeader } from '../../media/embedded/worker/wav.ts'
import { keep } from '../../media/storage/keep.ts'

const CALLS = 20
const SECONDS = 5
const names: Record<number, string> = { [PCMU]: 'PCMU', [PCMA]: 'PCMA', [G722]: 'G.722', [OPUS]: 'Opus' }

const folder = await mkdtemp(join(tmpdir(), 'bench-recording-'))
const cpuMs = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

/** Packets of 20 ms of speech-like noise in that encoding. */
function packetsOf(encoding: EncodingNumber): Buffer[] {
  const codec = codecNumbered(encoding)
  const encoder = codec.encoder()
  const frame = codec.rate / 50
  return Array.from({ length: 50 }, (_, i) => {
    const samples = Int16Array.from({ length: frame }, (_value, at) => 6000 * Math.sin((at + i * frame) / 9) * Math.sin(i / 7) + (Math.random() - 0.5) * 800)
    const packet = Buffer.alloc(12 + 1500)
    packet[0] = 0x80
    const bytes = encoder.encode(samples, frame, packet, 12)
    return Buffer.from(packet.subarray(0, 12 + bytes))
  })
}

/** Milliseconds of CPU for a second of one recorded call with these two sides. */
async function recording(left: EncodingNumber, right: EncodingNumber): Promise<number> {
  const rate = Math.max(codecNumbered(left).rate, codecNumbered(right).rate)
  const sides = [{ side: 'left', encoding: left, packets: packetsOf(left) }, { side: 'right', encoding: right, packets: packetsOf(right) }] as const
  const clock = new Clock()
  const ended: Promise<void>[] = []
  const recorders = Array.from({ length: CALLS }, (_, i) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    ended.push(promise)
    return new Recorder(join(folder, `call-${i}.wav`), rate, clock, () => resolve())
  })
  await Promise.all(recorders.map((recorder) => recorder.start()))
  const view = createRtpView()
  const since = process.cpuUsage()
  const began = performance.now()
  for (let packet = 0; packet < SECONDS * 50; packet += 1) {
    for (const { side, encoding, packets } of sides) {
      const bytes = packets[packet % packets.length]!
      bytes.writeUInt16BE(packet, 2)
      bytes.writeUInt32BE(packet * 20 * codecNumbered(encoding).clock, 4)
      if (!readRtp(bytes, view)) throw new Error('the packet is no RTP')
      for (const recorder of recorders) recorder.hear(side, encoding, bytes, view, performance.now())
    }
    await wait(Math.max(0, began + (packet + 1) * 20 - performance.now()))
  }
  await Promise.all(recorders.map((recorder) => recorder.stop('stopped')))
  await Promise.all(ended)
  const spent = cpuMs(since)
  clock.close()
  return spent / CALLS / SECONDS
}

/** Milliseconds of CPU for storing a minute, and what is left of it on the disk. */
async function storing(rate: number): Promise<{ ms: number; share: number }> {
  const samples = Int16Array.from({ length: rate * 60 * 2 }, (_, i) => 6000 * Math.sin(i / 18) * Math.sin(i / 90_000) + (Math.random() - 0.5) * 800)
  const source = join(folder, 'minute.wav')
  await writeFile(source, Buffer.concat([wavHeader(2, samples.byteLength, rate), Buffer.from(samples.buffer)]))
  const target = join(folder, 'minute.sealed')
  const since = process.cpuUsage()
  await keep({ kind: 'keep', sources: [source], target, key: randomBytes(32), name: 'bench' })
  return { ms: cpuMs(since), share: (await stat(target)).size / (await stat(source)).size }
}

try {
  console.log(`recording, CPU for a second of one call (${CALLS} calls for ${SECONDS} s):`)
  for (const [left, right] of [[PCMU, PCMU], [PCMU, PCMA], [G722, PCMU], [G722, G722], [OPUS, OPUS]] as const) {
    const ms = await recording(left, right)
    console.log(`  ${`${names[left]} and ${names[right]}`.padEnd(18)} ${ms.toFixed(2)} ms, ${Math.floor(1000 / ms)} recorders a core`)
  }
  for (const rate of [8000, 16_000]) {
    const { ms, share } = await storing(rate)
    console.log(`storing a minute at ${rate / 1000} kHz: ${Math.round(ms)} ms of CPU, ${Math.round(60_000 / ms)} times as fast as it was said; ${Math.round(share * 100)} % of the WAV's size`)
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
