/**
 * The whole house in this process, on free ports and in a folder of its own, with a first
 * administrator signed in. `close` proves that nothing stays behind.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createLogger, type Logger } from '../../config/logger.ts'
import { loadSettings, type Settings } from '../../config/settings/index.ts'
import { startDialplane, type Dialplane } from '../../main.ts'
import type { CallView, EventName, EventOf, PbxEvent } from '../../pbx/events/catalogue.ts'
import { Desk } from './desk.ts'
import { ApiClient } from './http-client.ts'
import { lendHome } from './lent-home.ts'
import type { PhoneCall, Place } from './phone.ts'
import { Journal } from './phone/journal.ts'
import { rtpRange } from './ports.ts'
import { keepSpeech, lendSpeech } from './spoken.ts'

export interface HouseOptions {
  /** An existing folder, to start again on; absent: a new one, removed at close. */
  home?: string
  /** On the embedded engines, also when DRACHTIO or FREESWITCH is set: a house that plays a peer of another. */
  embedded?: boolean
  /** Changes to the test's settings. */
  change?: (settings: Settings) => void
}

/** `from`: a mark of the journal of events. */
export type Waiting = { from?: number; ms?: number }

export interface House extends Desk {
  readonly home: string
  readonly settings: Settings
  readonly dialplane: Dialplane
  /** Everything the PBX told since the start. */
  readonly events: Journal<PbxEvent>
  /** Log lines of level warn and above. */
  readonly warnings: string[]
  /** The first event of this kind that matches, past ones included unless `from` says otherwise. */
  event<K extends EventName>(type: K, match?: (event: EventOf<K>) => boolean, options?: Waiting): Promise<EventOf<K>>
  /** The final view of the call this phone took part in. */
  verdict(call: PhoneCall, ms?: number): Promise<CallView>
  /** Waits until every call that began has ended, and sees that none is left. */
  idle(ms?: number): Promise<void>
  /** Ends everything; the folder stays when `keep`. */
  close(options?: Closing): Promise<void>
}

/** `phonesStay`: phones the test opened by itself outlive this house, so only what is surely the house's is counted. */
export type Closing = { keep?: boolean; phonesStay?: boolean }

/** Settings of a house on loopback with every port free; the rest are the defaults people get. */
export function testSettings(home: string, embedded = false): Settings {
  const { first, last } = rtpRange()
  return loadSettings({
    env: {
      DIALPLANE_HOME: home,
      HTTP_PORT: '0',
      SIP_HOST: '127.0.0.1',
      SIP_PORT: '0',
      SIP_TLS_PORT: '0',
      SIP_WS_PORT: '0',
      SIP_WSS_PORT: '0',
      RTP_PORTS: `${first}-${last}`,
      MEDIA_WORKERS: '1',
      DATABASE_POOL: '4',
      // A machine that is busy with other tests is no reason to refuse calls of this one.
      OVERLOAD_MS: '0',
      LOG_LEVEL: process.env['TEST_LOG'] ?? 'warn',
      ...(embedded ? {} : outsideEnvironment()),
    },
  })
}

async function firstStart(home: string): Promise<void> {
  const dialplane = await startDialplane(testSettings(home, true), createLogger('warn'))
  await dialplane.close()
}

/** DRACHTIO and FREESWITCH, each with its secret, run every house in this process on these instead of the embedded engines. */
function outsideEnvironment(): Record<string, string> {
  const given = ['DRACHTIO', 'DRACHTIO_SECRET', 'FREESWITCH', 'FREESWITCH_SECRET'].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : []))
  return Object.fromEntries(given) as Record<string, string>
}

export async function startHouse(options: HouseOptions = {}): Promise<House> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), 'dialplane-test-')))
  const settings = testSettings(home, options.embedded)
  options.change?.(settings)
  const warnings: string[] = []
  if (options.home === undefined) {
    await lendHome(home, firstStart)
    await lendSpeech(home)
  }
  const before = countResources()
  const dialplane = await startDialplane(settings, warningLogger(settings.log.level, warnings))
  const desk = new Desk(new ApiClient(dialplane.api.url), sipPlace(dialplane.pbx.sipAddresses()))
  try {
    const link = await dialplane.api.setupLink()
    await (link === undefined ? desk.api.signIn() : desk.api.setUp(link))
  } catch (error) {
    await dialplane.close()
    throw error
  }
  const events = new Journal<PbxEvent>((event) => event.type)
  const { tenant } = await desk.api.get<{ tenant: { id: string } }>('/auth/session')
  const watcher = { kind: 'service', tenantId: tenant.id, id: 'test', name: 'test', permissions: new Set<string>() } as const
  const stopEvents = dialplane.pbx.subscribe(watcher, (event) => events.add(event))

  return Object.assign(desk, {
    home,
    settings,
    dialplane,
    events,
    warnings,
    async event<K extends EventName>(type: K, match: (event: EventOf<K>) => boolean = () => true, waiting: Waiting = {}) {
      const found = await events.until((one) => one.type === type && match(one as EventOf<K>), type, waiting)
      return found as EventOf<K>
    },
    async verdict(call: PhoneCall, ms?: number) {
      const ours = (one: PbxEvent): boolean => one.type === 'call.ended' && one.data.call.legs.some((leg) => leg.sipCallId === call.callId)
      const ended = await events.until(ours, `call.ended of ${call.callId}`, ms === undefined ? {} : { ms })
      return (ended.data as { call: CallView }).call
    },
    async idle(ms?: number) {
      for (const event of [...events.entries]) {
        if (event.type !== 'call.started') continue
        const { id } = event.data.call
        await events.until((one) => one.type === 'call.ended' && one.data.call.id === id, `the end of call ${id}`, ms === undefined ? {} : { ms })
      }
      assert.deepEqual((await desk.liveCalls()).map((call) => call.id), [], 'live calls')
    },
    async close({ keep = options.home !== undefined, phonesStay = false }: Closing = {}) {
      await desk.closePhones()
      stopEvents()
      await dialplane.close()
      await keepSpeech(home)
      if (!keep) await rm(home, { recursive: true, force: true })
      await nothingLeft(before, phonesStay ? /TCPServer|Pipe|Process|MessagePort|Worker|FSEvent/ : EVERY_KIND)
    },
  })
}

/** `udp/127.0.0.1:5060` → where phones send; without a transport: the first place there is. */
export function sipPlace(addresses: readonly string[], transport = ''): Place {
  const found = addresses.filter((one) => one.startsWith(transport)).map((one) => /([\d.]+):(\d+)/.exec(one)).find((one) => one !== null)
  assert.ok(found, `no SIP address in ${JSON.stringify(addresses)}`)
  return { host: found[1] === '0.0.0.0' ? '127.0.0.1' : (found[1] ?? ''), port: Number(found[2]) }
}

function warningLogger(level: string, warnings: string[]): Logger {
  return createLogger(level, {
    write(line: string) {
      warnings.push(line.trim())
      if (process.env['TEST_LOG']) process.stderr.write(line)
    },
  })
}

/** What keeps this process alive, by kind. */
function countResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Timers of Node itself and of the test runner come and go; sockets, servers, workers and children must not. */
const EVERY_KIND = /UDP|TCP|Pipe|Process|MessagePort|Worker|FSEvent|Timeout/

async function nothingLeft(before: ReadonlyMap<string, number>, kinds: RegExp): Promise<void> {
  let left: string[] = []
  // The kernel closes a moment later than we ask.
  for (let attempt = 0; attempt < 100; attempt++) {
    left = [...countResources()].filter(([kind, count]) => kinds.test(kind) && count > (before.get(kind) ?? 0)).map(([kind, count]) => `${count - (before.get(kind) ?? 0)} ${kind}`)
    // The timer of this very wait is not there while we look.
    if (left.length === 0) return
    await wait(20)
  }
  assert.fail(`the house left open: ${left.join(', ')}`)
}
