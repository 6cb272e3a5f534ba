// The engine under test with short intervals, and what every test of it needs. Everything opened here is closed with the test.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLogger, type Logger } from '../../../config/logger.ts'
import { Refusal } from '../../../config/errors.ts'
import type { Endpoint, EndpointEvents, EndpointOptions, EndpointStats, MediaServer } from '../../../media/contract.ts'
import type { Settings } from '../../../config/settings/settings.ts'
import type { Timing } from '../../../media/embedded/protocol.ts'
import { EmbeddedMediaServer } from '../../../media/embedded/server.ts'
import { FreeswitchMediaServer, type FreeswitchOptions } from '../../../media/freeswitch/server.ts'
import { openMusic, type Music } from '../../../media/music/index.ts'
import { openPrompts, type Prompts } from '../../../media/prompts/index.ts'
import { openStorage, type Storage } from '../../../media/storage/index.ts'
import { startSignalling } from '../../../pbx/signalling/index.ts'
import { openMediaLine } from '../../../pbx/sip/media-line.ts'
import { freeswitchSettings } from '../../support/freeswitch.ts'
import { RtpPeer } from './rtp-peer.ts'
import { plainCalls, plainMedia } from '../../support/plain-media.ts'
import { plainSip } from '../../support/plain-sip.ts'

export interface Engine {
  server: MediaServer
  /** The same, for what only this engine has. */
  embedded: EmbeddedMediaServer
  home: string
  /** A phone, and its endpoint made from its offer and aimed at. */
  phone(sdp?: Parameters<RtpPeer['sdp']>[0], callId?: string, wish?: Pick<EndpointOptions, 'dtmf' | 'packetMs' | 'codecs'>): Promise<{ peer: RtpPeer; endpoint: Endpoint }>
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

/** What else is closed after the engine. */
const closers = new WeakMap<TestContext, () => Promise<void>>()

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
  const rooms = {
    logger, storage,
    music: options.music === undefined ? noMusic : await writeMusic(storage, logger, options.music),
    prompts: options.prompts === true ? openPrompts(storage.prompts, logger) : noPrompts,
  }
  const server = context.name.startsWith('freeswitch: ')
    ? await openFreeswitch(context, { home, ...settings }, rooms)
    : new EmbeddedMediaServer({ settings, ...rooms, timing: { sweepMs: 20, ...options.timing } })
  await server.start()
  const peers: RtpPeer[] = []
  context.after(async () => {
    await server.stop()
    await closers.get(context)?.()
    for (const peer of peers) peer.close()
    await rm(home, { recursive: true, force: true })
  })
  return {
    server, home,
    get embedded() {
      if (server instanceof EmbeddedMediaServer) return server
      throw new Error('this behaviour is of the embedded engine alone')
    },
    async phone(sdp = {}, callId = 'call', wish = {}) {
      const peer = await RtpPeer.open()
      peers.push(peer)
      const endpoint = await server.createEndpoint({ callId, legId: `leg ${peers.length}`, offer: peer.sdp(sdp), peerAddress: '127.0.0.1', ...wish })
      // Its worker has heard of the offer: a phone on the network is never as fast as one in the same process.
      await endpoint.stats()
      peer.aim(endpoint.localSdp)
      return { peer, endpoint }
    },
  }
}

/** Called through an embedded signalling engine of its own. */
async function openFreeswitch(context: TestContext, settings: Pick<Settings, 'home' | 'media' | 'sip' | 'calls'>, rooms: Pick<FreeswitchOptions, 'logger' | 'storage' | 'music' | 'prompts'>): Promise<FreeswitchMediaServer> {
  const freeswitch = freeswitchSettings()
  assert.ok(freeswitch)
  const signalling = await startSignalling({ settings: { ...settings, session: { expires: 0, min: 90 } }, logger: rooms.logger })
  const line = await openMediaLine({ ...signalling, logger: rooms.logger })
  closers.set(context, async () => {
    await line.close()
    await signalling.close()
  })
  return new FreeswitchMediaServer({ settings, freeswitch, ...rooms, srf: line.srf })
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

/** Why a behaviour is not asked of FreeSWITCH. */
export type OtherWay = { freeswitch: string }

/**
 * Runs a behaviour on each way there is: the embedded engine always, FreeSWITCH when FREESWITCH and FREESWITCH_SECRET name one.
 * @param skip the reason when something it needs is not here
 * @param other the reason when FreeSWITCH does it differently by nature
 */
export function behaviour(name: string, run: (context: TestContext) => Promise<void>, skip: string | false = false, other?: OtherWay): void {
  test(`embedded: ${name}`, { timeout: 30_000, skip }, run)
  const reason = skip || other?.freeswitch || (freeswitchSettings() === undefined && 'FREESWITCH is not set')
  test(`freeswitch: ${name}`, { timeout: 30_000, skip: reason }, run)
}
