/** Entrance, registrar and lane as they stand in the house, with one clock, and REGISTERs as they come off the wire. */
import type { TestContext } from 'node:test'
import { startEntrance } from '../../../pbx/entrance/entrance.ts'
import { createLane, type Lane } from '../../../pbx/lane/lane.ts'
import { startLender, type Lender } from '../../../pbx/lane/lender.ts'
import type { LaneNews, LaneOrder } from '../../../pbx/lane/types.ts'
import { createRegistrar } from '../../../pbx/registrar/registrar.ts'
import type { Registrar } from '../../../pbx/registrar/types.ts'
import { answerChallenge, computeHa1, type DigestAlgorithm } from '../../../pbx/sip/digest.ts'
import type { IncomingRequest, SipSource } from '../../../pbx/sip/types.ts'
import { parseMessage } from '../../../pbx/signalling/engine/message/parse.ts'
import type { SipMessage } from '../../../pbx/signalling/engine/message/message.ts'
import { BOUNDS, DEVICE, directoryOf, EXTENSION, FakeDatabase, FakePhones, logger, OTHER, recordedEvents, requestOf, type Answer } from '../registrar/fakes.ts'

export const PASSWORD = 'correct horse'
const hashesOf = (username: string, password = PASSWORD): typeof DEVICE.ha1 => ({ md5: computeHa1('MD5', username, 'dialplane', password), sha256: computeHa1('SHA-256', username, 'dialplane', password) })
export const DESK = { ...DEVICE, ha1: hashesOf(DEVICE.sipUsername) }
export const MOBILE = { ...OTHER, ha1: hashesOf(OTHER.sipUsername) }
export const renewed = { ...DESK, ha1: hashesOf(DEVICE.sipUsername, 'another'), credentialsChangedAt: 2 }
export const PLACE: SipSource = { transport: 'udp', address: '192.0.2.7', port: 5062 }

/** One answer, whichever way it came: status and header lines. */
export interface Told {
  status: number
  lines: string[]
}

export interface World {
  lane: Lane
  registrar: Registrar
  lender: Lender
  directory: ReturnType<typeof directoryOf>
  clock: { time: number; now(): number }
  orders: LaneOrder[]
  strikes: string[]
  /** The lane's answer. */
  short(text: string, source?: SipSource): Told | undefined
  /** The application's. */
  long(text: string, source?: SipSource): Promise<Told>
  /** As it goes in the house. */
  handle(text: string, source?: SipSource): Promise<Told & { way: 'short' | 'long' }>
  /** Everything on its way between the two has arrived. */
  settled(): Promise<void>
}

export async function openWorld(t: TestContext, options: { most?: number } = {}): Promise<World> {
  t.mock.method(Math, 'random', () => 0)
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const database = new FakeDatabase()
  database.system = (purpose) => Promise.resolve((purpose === 'bindings at start' ? [] : undefined) as never)
  const directory = directoryOf([EXTENSION], [DESK, MOBILE])
  const events = recordedEvents()
  const clock = { time: 1_700_000_000_000, now: () => clock.time }
  const settings = { registrar: BOUNDS }
  const registrar = await createRegistrar({ database, directory, sip: new FakePhones(), settings, logger, events, clock })
  let take: ((request: IncomingRequest) => void) | undefined
  const strikes: string[] = []
  const secrets = { key: () => Buffer.alloc(32, 1) }
  const entrance = startEntrance({ trunks: { recognise: () => undefined, peerNamed: () => undefined, register: () => Promise.resolve() },
    sip: { onRequest: (method, handler) => void (method === 'REGISTER' && (take = handler)), onInvite: () => {} },
    directory, registrar, settings, secrets, logger, clock, watchers: { watch: () => {} }, lamps: { watch: () => {} }, publications: { publish: () => {} }, messaging: { mayDo: () => true, receive: () => Promise.resolve(200) }, onCall: () => {},
    shield: { gated: true, strike: (address, reason) => void strikes.push(`${address} ${reason}`), refuses: () => false, scannerIn: () => undefined },
  })
  const orders: LaneOrder[] = []
  const listeners = new Set<(news: LaneNews) => void>()
  const lane = createLane((news) => listeners.forEach((listener) => listener(structuredClone(news))), clock)
  const lender = startLender({
    directory, registrar, events, nonces: entrance.nonces, settings: settings as never, secrets, ...options,
    lane: {
      obey(order) {
        orders.push(order)
        lane.obey(structuredClone(order))
      },
      onNews: (listener) => (listeners.add(listener), () => void listeners.delete(listener)),
    },
  })
  t.after(async () => {
    t.mock.timers.reset()
    await lender.close()
    await registrar.close()
  })
  const settled = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) {
      t.mock.timers.tick(50)
      await new Promise(setImmediate)
    }
  }
  const long = async (text: string, source = PLACE): Promise<Told> => {
    const message = readMessage(text)
    const headers: Record<string, string> = {}
    message.names.forEach((name, i) => (headers[name] = headers[name] === undefined ? message.values[i] as string : `${headers[name]}, ${message.values[i]}`))
    const request = requestOf('REGISTER', headers, { source, uri: message.uri, body: message.body })
    take?.(request)
    for (let i = 0; i < 20 && request.answers.length === 0; i++) {
      t.mock.timers.tick(50)
      await new Promise(setImmediate)
    }
    return toldOf(request.answers[0] as Answer)
  }
  const short = (text: string, source = PLACE): Told | undefined => lane.answer(readMessage(text), source)
  return {
    lane, registrar, lender, directory, clock, orders, strikes, short, long, settled,
    async handle(text, source) {
      const answer = short(text, source)
      return answer ? { ...answer, way: 'short' } : { ...(await long(text, source)), way: 'long' }
    },
  }
}

export function readMessage(text: string): SipMessage {
  const parsed = parseMessage(text)
  if (parsed.kind !== 'message') throw new Error(`no message: ${text}`)
  return parsed.message
}

function toldOf({ status, options }: Answer): Told {
  const lines = Object.entries(options.headers ?? {}).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one as string}`))
  return { status, lines }
}

/** What differs between any two answers is left out. */
export function withoutNonce({ status, lines }: Told): Told {
  return { status, lines: lines.map((line) => line.replace(/nonce="[^"]*"/, 'nonce')) }
}

export interface Wish {
  callId?: string
  cseq?: number
  uri?: string
  from?: string
  to?: string
  contact?: string | undefined
  more?: string[]
  authorization?: string | undefined
  body?: string
}

export const CONTACT = '<sip:101@10.0.0.5:5062>;expires=600'

export function registerText({ callId = 'one', cseq = 1, uri = 'sip:192.0.2.1', from = '<sip:101@192.0.2.1>;tag=a', to = '<sip:101@192.0.2.1>', more = [], authorization, body = '', ...rest }: Wish = {}): string {
  const contact = 'contact' in rest ? rest.contact : CONTACT
  return [
    `REGISTER ${uri} SIP/2.0`, 'Via: SIP/2.0/UDP 10.0.0.5:5062;branch=z9hG4bKa;rport', 'Max-Forwards: 70', `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} REGISTER`,
    ...(contact === undefined ? [] : [`Contact: ${contact}`]), ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]), ...more, `Content-Length: ${body.length}`, '', body,
  ].join('\r\n')
}

export function nonceIn({ lines }: Told): string {
  return /nonce="([^"]*)"/.exec(lines.join('\n'))?.[1] ?? ''
}

export function digest(nonce: string, options: { username?: string; password?: string; algorithm?: DigestAlgorithm; uri?: string; nc?: number; realm?: string } = {}): string {
  const { username = '101', password = PASSWORD, algorithm = 'SHA-256', uri = 'sip:192.0.2.1', nc = 1, realm = 'dialplane' } = options
  return answerChallenge({ realm, nonce, opaque: undefined, algorithm, qop: 'auth', stale: false }, { username, password }, { method: 'REGISTER', uri }, nc, 'c0')
}
