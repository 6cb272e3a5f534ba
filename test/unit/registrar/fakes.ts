/** Stand-ins for what the registrar works with: a clock that is set, a database that can be away, phones' requests. */
import type { Database, Transaction } from '../../../config/database/index.ts'
import { Refusal } from '../../../config/errors.ts'
import { createLogger } from '../../../config/logger.ts'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import { drawTenant, createSnapshot } from '../../../pbx/directory/snapshot.ts'
import type { Directory, SnapshotDevice, SnapshotExtension } from '../../../pbx/directory/types.ts'
import type { PbxEvent } from '../../../pbx/events/catalogue.ts'
import { createEvents } from '../../../pbx/events/events.ts'
import type { Events } from '../../../pbx/events/events.ts'
import type { IncomingRequest, OutgoingRequest, ReplyOptions, SipResponse, SipSource } from '../../../pbx/sip/types.ts'
import { parseAddress } from '../../../pbx/sip/address.ts'
import { parseUri } from '../../../pbx/sip/uri.ts'

export const logger = createLogger('silent')
export const TENANT = '00000000-0000-4000-8000-000000000001'
export const BOUNDS = { expiresMin: 60, expiresDefault: 600, expiresMax: 3600, nonceSeconds: 300, digest: ['SHA-256', 'MD5'] as const, qualifySeconds: 0, contactsFull: 'replace' as const }

export interface Answer {
  status: number
  options: ReplyOptions
}

export type FakeRequest = IncomingRequest & { answers: Answer[] }

/** A request as `pbx/sip` would hand it on; header names in lower case. */
export function requestOf(method: string, headers: Record<string, string> = {}, options: { source?: SipSource; uri?: string; body?: string } = {}): FakeRequest {
  const answers: Answer[] = []
  const all: Record<string, string> = { 'call-id': 'call-1', cseq: `1 ${method}`, from: '<sip:101@192.0.2.1>;tag=1', to: '<sip:101@192.0.2.1>', ...headers }
  const need = <T>(value: T | undefined, name: string): T => {
    if (value === undefined) throw new Refusal('malformed', `The ${name} header is malformed`)
    return value
  }
  return {
    answers,
    method,
    get callId() { return all['call-id'] ?? '' },
    get cseq() { return Number(need(/^(\d+) /.exec(all['cseq'] ?? '')?.[1], 'CSeq')) },
    get requestUri() { return need(parseUri(options.uri ?? 'sip:192.0.2.1'), 'Request-URI') },
    get from() { return need(parseAddress(all['from'] ?? ''), 'From') },
    get to() { return need(parseAddress(all['to'] ?? ''), 'To') },
    source: { transport: 'udp', address: '192.0.2.7', port: 5062, certified: [], ...options.source },
    get userAgent() { return all['user-agent'] },
    body: options.body ?? '',
    get contentType() { return all['content-type'] },
    header: (name) => all[name.toLowerCase()],
    reply: (status, replyOptions = {}) => void answers.push({ status, options: replyOptions }),
    get answered() { return answers.length > 0 },
  }
}

/** A database whose one statement is `system`, answered by the test. */
export class FakeDatabase implements Database {
  available = true
  /** Replaces what a transaction does. */
  work: (purpose: string) => Promise<unknown> = async () => []
  readonly purposes: string[] = []
  readonly audits: unknown[] = []
  #listeners = new Set<(available: boolean, reason: string) => void>()

  read<T>(): Promise<T> {
    throw new Error('not used')
  }

  async change<T>(_actor: unknown, work: (trx: Transaction) => Promise<{ result: T; audit: unknown }>): Promise<T> {
    if (!this.available) throw new Refusal('unavailable', 'The database does not answer.')
    const { result, audit } = await work({} as Transaction)
    this.audits.push(audit)
    return result
  }

  async system<T>(purpose: string, work: (trx: Transaction) => Promise<T>): Promise<T> {
    if (!this.available) throw new Refusal('unavailable', 'The database does not answer.')
    this.purposes.push(purpose)
    if (purpose === 'bindings') return work({} as Transaction)
    return (await this.work(purpose)) as T
  }

  async listen(): Promise<() => Promise<void>> {
    return async () => {}
  }

  onAvailability(listener: (available: boolean, reason: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  become(available: boolean): void {
    this.available = available
    for (const listener of this.#listeners) listener(available, 'test')
  }

  async close(): Promise<void> {}
}

export const EXTENSION: SnapshotExtension = {
  id: '00000000-0000-4000-8000-000000000101', tenantId: TENANT, number: '101', name: 'Ann', ringSeconds: null, maxContacts: 3, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling,
}
export const DEVICE: SnapshotDevice = {
  id: '00000000-0000-4000-8000-000000000201', tenantId: TENANT, extensionId: EXTENSION.id, name: 'Desk', sipUsername: '101', enabled: true,
  ha1: { md5: '', sha256: '' }, credentialsChangedAt: 1,
}
export const OTHER: SnapshotDevice = { ...DEVICE, id: '00000000-0000-4000-8000-000000000202', name: 'Mobile', sipUsername: '101-abcd' }

/** A directory the test sets. */
export function directoryOf(extensions: SnapshotExtension[], devices: SnapshotDevice[]): Directory & { set(extensions: SnapshotExtension[], devices: SnapshotDevice[]): void } {
  const listeners = new Set<(tenantId: string) => void>()
  const draw = (): ReturnType<typeof createSnapshot> => {
    const tenant = { id: TENANT, slug: 'main', name: 'Main', realm: 'dialplane', domains: [], isDefault: true, timeZone: 'UTC' }
    const home = new Map([...extensions, ...devices].map(({ id }) => [id, TENANT]))
    return createSnapshot(new Map([[TENANT, drawTenant(tenant, extensions, devices)]]), home)
  }
  let snapshot = draw()
  return {
    snapshot: () => snapshot,
    extensions: {} as Directory['extensions'],
    devices: {} as Directory['devices'],
    phones: undefined as never,
    softphones: { mayProve: () => true } as unknown as Directory['softphones'],
    sharedPhones: undefined as never,
    ringGroups: undefined as never,
    pinSets: undefined as never,
    schedules: undefined as never,
    attendants: undefined as never,
    parkLots: undefined as never,
    pagingGroups: undefined as never,
    applications: undefined as never,
    emergency: undefined as never,
    blockedCallers: undefined as never, speedDials: undefined as never,
    featureCodes: undefined as never,
    toll: undefined as never,
    stir: undefined as never,
    clickToDial: undefined as never,
    messages: undefined as never, callSettings: undefined as never,
    trunks: undefined as never,
    inboundNumbers: undefined as never,
    outboundRoutes: undefined as never,
    conferences: {} as Directory['conferences'],
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: async () => {},
    set(nextExtensions, nextDevices) {
      extensions = nextExtensions
      devices = nextDevices
      snapshot = draw()
      for (const listener of listeners) listener(TENANT)
    },
  }
}

export function recordedEvents(): Events & { seen: PbxEvent[] } {
  const events = createEvents(logger)
  const seen: PbxEvent[] = []
  events.subscribe((event) => seen.push(event))
  return { ...events, seen }
}

/** Phones that answer OPTIONS, or not, as the test says. */
export class FakePhones {
  connected = true
  readonly asked: OutgoingRequest[] = []
  answer: (request: OutgoingRequest) => Promise<SipResponse> = () => new Promise(() => {})

  request = (request: OutgoingRequest): Promise<SipResponse> => {
    this.asked.push(request)
    return this.answer(request)
  }
}

export function responseOf(status: number, roundTripMs = 3): SipResponse {
  return { status, reason: '', userAgent: undefined, header: () => undefined, roundTripMs }
}
