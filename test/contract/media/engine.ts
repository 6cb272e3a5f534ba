// The engine under test with short intervals, and what every test of it needs. Everything opened here is closed with the test.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLogger, type Logger } from '../../../config/logger.ts'
import { Refusal } from '../../../config/errors.ts'
import type { Endpoint, EndpointEvents, EndpointStats } from '../../../media/contract.ts'
import type { Timing } from '../../../media/embedded/protocol.ts'
import { EmbeddedMediaServer } from '../../../media/embedded/server.ts'
import { openMusic, type Music } from '../../../media/music/index.ts'
import { openPrompts, type Prompts } from '../../../media/prompts/index.ts'
import { openStorage, type Storage } from '../../../media/storage/index.ts'
import { RtpPeer } from './rtp-peer.ts'
import { plainCalls, plainMedia } from '../../support/plain-media.ts'
import { plainSip } from '../../support/plain-sip.ts'

export interface Engine {
  server: EmbeddedMediaServer
  home: string
  /** A phone, and its endpoint made from its offer and aimed at. */
  phone(sdp?: Parameters<RtpPeer['sdp']>[0], callId?: string): Promise<{ peer: RtpPeer; endpoint: Endpoint }>
}

export interface EngineOptions {
  workers?: number
  ports?: { first: number; last: number }
  timing?: Partial<Timing>
  prompts?: boolean
  codecs?: readonly string[]
  tones?: string
  /** With music: the tune, or these WAV files. */
  music?: Readonly<Record<string, Buffer>>
}

const noPrompts: Prompts = {
  prompt: () => Promise.reject(new Error('no prompts in this test')),
  speak: () => Promise.reject(new Error('no speech in this test')),
  close: () => Promise.resolve(),
}

const noMusic: Music = { files: () => Promise.reject(new Refusal('unavailable', 'no music in this test')), close: () => Promise.resolve() }

export async function openEngine(context: TestContext, options: EngineOptions = {}): Promise<Engine> {
  const home = await mkdtemp(join(tmpdir(), 'media-'))
  const storage = await openStorage(home)
  const logger = createLogger('silent')
  const settings = {
    media: {
      ...plainMedia, ports: options.ports ?? plainMedia.ports, workers: options.workers ?? 1,
      codecs: options.codecs ?? plainMedia.codecs, tones: options.tones ?? plainMedia.tones,
    },
    sip: plainSip,
    calls: plainCalls,
  }
  const server = new EmbeddedMediaServer({
    settings, logger, storage, timing: { sweepMs: 20, ...options.timing },
    music: options.music === undefined ? noMusic : await writeMusic(storage, logger, options.music),
    prompts: options.prompts === true ? openPrompts(storage.prompts, logger) : noPrompts,
  })
  await server.start()
  const peers: RtpPeer[] = []
  context.after(async () => {
    await server.stop()
    for (const peer of peers) peer.close()
    await rm(home, { recursive: true, force: true })
  })
  return {
    server, home,
    async phone(sdp = {}, callId = 'call') {
      const peer = await RtpPeer.open()
      peers.push(peer)
      const endpoint = await server.createEndpoint({ callId, legId: `leg ${peers.length}`, offer: peer.sdp(sdp), peerAddress: '127.0.0.1' })
      // Its worker has heard of the offer: a phone on the network is never as fast as one in the same process.
      await endpoint.stats()
      peer.aim(endpoint.localSdp)
      return { peer, endpoint }
    },
  }
}

async function writeMusic(storage: Storage, logger: Logger, files: Readonly<Record<string, Buffer>>): Promise<Music> {
  for (const [name, file] of Object.entries(files)) {
    await mkdir(dirname(join(storage.music, name)), { recursive: true })
    await writeFile(join(storage.music, name), file)
  }
  return openMusic(storage.music, join(storage.prompts, 'music'), logger)
}

/** The arguments of the next such event. */
export function next<K extends keyof EndpointEvents>(endpoint: Endpoint, event: K): Promise<EndpointEvents[K]> {
  return new Promise((resolve) => {
    const off = endpoint.on(event, (...args) => {
      off()
      resolve(args)
    })
  })
}

/** The figures once they are like this; each look is a round trip to the engine. */
export async function figures(endpoint: Endpoint, like: (stats: EndpointStats) => boolean): Promise<EndpointStats> {
  for (;;) {
    const stats = await endpoint.stats()
    if (like(stats)) return stats
  }
}

/**
 * Runs a behaviour on each way there is: the embedded engine always; the external one is named when asked for.
 * @param skip the reason when something it needs is not here
 */
export function behaviour(name: string, run: (context: TestContext) => Promise<void>, skip: string | false = false): void {
  test(`embedded: ${name}`, { timeout: 30_000, skip }, run)
  if (process.env['FREESWITCH'] !== undefined) test(`freeswitch: ${name}`, { skip: 'FREESWITCH is set, but the external media engine is not offered yet' })
}
