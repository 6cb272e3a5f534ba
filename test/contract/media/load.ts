// Calls with media both ways, measured: what they cost this process and what they add in time. Run it by hand, or from the bench.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '../../../config/logger.ts'
import { startMedia } from '../../../media/index.ts'
import type { LoadHeard } from './load-peers.ts'
import { plainCalls, plainMedia } from '../../support/plain-media.ts'
import { plainSip } from '../../support/plain-sip.ts'

export interface LoadFigures extends LoadHeard {
  calls: number
  recorded: boolean
  /** Payload types of the two sides. */
  types: string
  /** Share of one core, 0 to 1 and beyond, of everything in this process while the phones talk. */
  cpu: number
  lossRate: number
  /** The same phones talking straight to each other. */
  direct: { p50: number; p99: number }
}

/** The port of the audio in this description. */
export function portOf(sdp: string): number {
  return Number(/m=audio (\d+)/.exec(sdp)![1])
}

/** With events, as nearly every phone: one without is listened to for digits, which costs decoding. */
export function offerOf(port: number, type: string): string {
  const map = type === '111' ? ['a=rtpmap:111 opus/48000/2'] : []
  return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${port} RTP/AVP ${type} 101`, ...map,
    'a=rtpmap:101 telephone-event/8000', ''].join('\r\n')
}

/** Phones in a process of their own, and their ports. */
export async function startPhones(count: number, seconds: number, types = '0'): Promise<{ child: ChildProcess; ports: number[] }> {
  const child = fork(new URL('./load-peers.ts', import.meta.url), [String(count), String(seconds), types])
  const [{ ports }] = await once(child, 'message') as [{ ports: number[] }]
  return { child, ports }
}

/** Lets them talk to these ports: what they heard, and the share of a core that this process took meanwhile. */
export async function talked(child: ChildProcess, to: number[]): Promise<LoadHeard & { cpu: number }> {
  child.send({ to })
  await once(child, 'message')
  const [usage, since] = [process.cpuUsage(), performance.now()]
  const [heard] = await once(child, 'message') as [LoadHeard]
  const { user, system } = process.cpuUsage(usage)
  const cpu = (user + system) / 1000 / (performance.now() - since)
  if (child.exitCode === null) await once(child, 'exit')
  return { ...heard, cpu }
}

/** `calls` calls, 50 packets a second each way, for `seconds`; with two payload types in `types` each is transcoded. */
export async function measureMedia(calls: number, seconds: number, recorded = false, types = '0'): Promise<LoadFigures> {
  const straight = await startPhones(calls * 2, Math.min(3, seconds))
  const direct = await talked(straight.child, straight.ports.map((_, i) => straight.ports[i ^ 1]!))
  const home = await mkdtemp(join(tmpdir(), 'media-load-'))
  const { media: server } = await startMedia({
    logger: createLogger('warn'),
    settings: {
      home, media: plainMedia,
      sip: plainSip,
      calls: plainCalls,
    },
  })
  try {
    const { child, ports } = await startPhones(calls * 2, seconds, types)
    const to: number[] = []
    for (let i = 0; i < calls; i += 1) {
      const [a, b] = await Promise.all([ports[2 * i]!, ports[2 * i + 1]!].map((port, leg) =>
        server.createEndpoint({ callId: `load ${i}`, legId: String(leg), offer: offerOf(port, types.split(',')[leg] ?? types), peerAddress: '127.0.0.1' })))
      await a!.bridge(b!)
      if (recorded) await a!.record({ path: join(home, 'recordings', `${i}.wav`) })
      for (const endpoint of [a!, b!]) to.push(portOf(endpoint.localSdp))
    }
    const figures = await talked(child, to)
    return { calls, recorded, types, ...figures, lossRate: 1 - figures.received / figures.sent, direct: { p50: direct.p50, p99: direct.p99 } }
  } finally {
    await server.stop()
    await rm(home, { recursive: true, force: true })
  }
}

if (import.meta.main) {
  const calls = Number(process.argv[2] ?? 100)
  for (const recorded of [false, true]) console.log(await measureMedia(calls, 8, recorded))
  for (const types of ['0,9', '0,111', '9,111']) console.log(await measureMedia(Math.ceil(calls / 5), 8, false, types))
}
