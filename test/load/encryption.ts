/**
 * `--encryption`: what a relayed call costs with both legs encrypted, beside the same call plain, in this process.
 *
 * The phones talk plain RTP to a chain of two calls, whose inner legs talk to each other, plain or encrypted. Each packet
 * is then encrypted once and decrypted once, as in a call of two phones that both encrypt, and the phones need not.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '../../config/logger.ts'
import { EmbeddedMediaServer } from '../../media/embedded/server.ts'
import type { LegEncryption, MediaServer } from '../../media/index.ts'
import { openStorage } from '../../media/storage/index.ts'
import { offerOf, portOf, startPhones, talked } from '../contract/media/load.ts'
import { plainCalls, plainMedia } from '../support/plain-media.ts'
import { plainSip } from '../support/plain-sip.ts'
import { figure, type Section } from './table.ts'

const CALLS = 40
const SECONDS = 5

interface Way {
  name: string
  encryption: LegEncryption | undefined
  /** Changes an offer of ours so that only this suite is left. */
  suite?: string
}

const secret: LegEncryption = { policy: 'require', readable: false, browser: false }
const WAYS: readonly Way[] = [
  { name: 'plain', encryption: undefined },
  { name: 'AES_CM_128_HMAC_SHA1_80', encryption: secret, suite: 'AES_CM_128_HMAC_SHA1_80' },
  { name: 'AEAD_AES_256_GCM', encryption: secret, suite: 'AEAD_AES_256_GCM' },
]

/** The two outer ports of a chain. */
async function chain(server: MediaServer, name: string, phones: readonly [number, number], { encryption, suite }: Way): Promise<number[]> {
  const leg = (legId: string, offer?: string) => server.createEndpoint({
    callId: name, legId, peerAddress: '127.0.0.1', ...(offer === undefined ? { codecs: ['PCMU'] } : { offer }), ...(legId.startsWith('inner') && encryption && { encryption }),
  })
  const [left, right, asks] = await Promise.all([leg('left', offerOf(phones[0], '0')), leg('right', offerOf(phones[1], '0')), leg('inner 1')])
  const offered = asks.localSdp.split('\r\n').filter((line) => !line.startsWith('a=crypto:') || line.includes(suite ?? '')).join('\r\n')
  const answers = await leg('inner 2', offered)
  await asks.negotiate('answer', answers.localSdp)
  await Promise.all([left.bridge(asks), answers.bridge(right)])
  return [left, right].map((endpoint) => portOf(endpoint.localSdp))
}

/** Prompts are made in the background of a new house, and would be counted. */
const never = (): Promise<never> => Promise.reject(new Error('nothing is played here'))
const silent = {
  prompts: { prompt: never, speak: never, close: () => Promise.resolve() },
  music: { files: never, close: () => Promise.resolve() },
}

interface Cost {
  name: string
  /** Share of one core for a call, in percent. */
  cpu: number
  lossRate: number
}

async function measure(way: Way, calls: number, seconds: number): Promise<Cost> {
  const home = await mkdtemp(join(tmpdir(), 'encryption-load-'))
  const server = new EmbeddedMediaServer({ logger: createLogger('warn'), settings: { media: plainMedia, sip: plainSip, calls: plainCalls }, storage: await openStorage(home), ...silent })
  try {
    await server.start()
    const { child, ports } = await startPhones(calls * 2, seconds)
    const to: number[] = []
    for (let index = 0; index < calls; index += 1) to.push(...await chain(server, `chain ${index}`, [ports[2 * index]!, ports[2 * index + 1]!], way))
    const { cpu, received, sent } = await talked(child, to)
    return { name: way.name, cpu: (cpu * 100) / calls, lossRate: 1 - received / sent }
  } finally {
    await server.stop()
    await rm(home, { recursive: true, force: true })
  }
}

export async function measureEncryption(calls = CALLS, seconds = SECONDS): Promise<Section> {
  const costs: Cost[] = []
  for (const way of WAYS) costs.push(await measure(way, calls, seconds))
  // A chain is two calls.
  const plain = costs[0]!.cpu / 2
  const what = (name: string): string => (name === 'plain' ? 'relayed call, plain' : `relayed call, both legs ${name}`)
  return {
    title: `encrypted audio (${calls} chains of two calls, ${seconds} s each)`,
    figures: costs.map(({ name, cpu }) => figure(what(name), plain + cpu - costs[0]!.cpu, '% of a core', 3)),
    notes: costs.flatMap(({ name, lossRate }) => (lossRate > 0.001 ? [`${name}: ${(lossRate * 100).toFixed(2)} % of the packets were lost`] : [])),
  }
}

if (import.meta.main) console.dir(await measureEncryption(...process.argv.slice(2).map(Number)), { depth: 5 })
