import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { SnapshotTrunk } from '../directory/types.ts'
import type { TrunkStatus } from '../door.ts'
import type { SipServer } from '../sip/types.ts'
import { formatHostPort } from '../sip/uri.ts'
import { wayToPeer, type Peer } from './peers.ts'
import { uriOf } from './line.ts'
import { Outcomes } from './outcomes.ts'
import { Pace } from './pace.ts'
import { newThread, register } from './register.ts'

const ASK_MS = 30_000
const MISSES_UNTIL_DOWN = 2
/** First and longest wait after a failure that may pass, and after a refusal. */
const FAILED_MS = [30_000, 600_000] as const
const REFUSED_MS = [300_000, 3_600_000] as const

export interface WatchWorld {
  sip: Pick<SipServer, 'request' | 'connected'>
  logger: Logger
  /** The addresses that a SIP name leads to; undefined where signalling tells nobody. */
  addressesOf: ((name: string) => Promise<string[]>) | undefined
  onChange: () => void
  /** The certificates of trunks are in use; until then a carrier that wants ours refuses us. */
  certified: () => Promise<unknown>
  /** The PBX that registers with us, while it is registered. */
  peer: () => Peer | undefined
}

/** One trunk while it is switched on: registers, or asks whether the carrier is there. Times are milliseconds since the epoch. */
export class TrunkWatch {
  readonly trunk: SnapshotTrunk
  /** The user part of the contact that we register: nobody guesses it. */
  readonly contactUser: string
  addresses: readonly string[]
  /** The way that the carrier wants calls to take, as it said when we registered. */
  serviceRoute: readonly string[] = []
  readonly #world: WatchWorld
  readonly #thread = newThread()
  readonly #pace = new Pace()
  readonly #outcomes = new Outcomes()
  #state: TrunkStatus['state'] = 'unknown'
  #registration: TrunkStatus['registration'] = null
  #cause: string | null = null
  #roundTripMs: number | null = null
  #misses = 0
  /** A PBX was registered here, and is no more. */
  #left = false
  #failures = 0
  #timer: NodeJS.Timeout | undefined
  #asking: Promise<void> | undefined
  #closed = false

  constructor(trunk: SnapshotTrunk, contactUser: string, world: WatchWorld) {
    this.trunk = trunk
    this.contactUser = contactUser
    this.#world = world
    this.addresses = isIP(trunk.host) === 0 || trunk.registersHere ? [] : [trunk.host]
    if (trunk.register) this.#registration = { state: 'trying', since: Date.now(), expiresAt: null, nextTry: null }
    void this.ask()
  }

  get status(): Omit<TrunkStatus, 'calls'> {
    const trouble = this.#state === 'up' ? this.#outcomes.trouble(performance.now()) : undefined
    const peer = this.#world.peer()
    return {
      state: trouble === undefined ? this.#state : 'failing', addresses: peer ? [peer.source.address] : [...this.addresses], registration: this.#registration, cause: trouble ?? this.#cause, roundTripMs: this.#roundTripMs,
      peer: peer ? { address: formatHostPort(peer.source.address, peer.source.port), transport: peer.source.transport, contact: peer.contact, userAgent: peer.userAgent ?? null } : null,
    }
  }

  get isDoubtful(): boolean {
    return this.#state === 'down' || this.#outcomes.isDoubtful(performance.now())
  }

  /** See `TrunkRoom.turn`. */
  turn(patienceMs: number): number | undefined {
    const now = performance.now()
    const wait = this.#pace.turn(this.trunk.maxCallsPerSecond, now, patienceMs)
    if (wait !== undefined) this.#outcomes.begin(now)
    return wait
  }

  /** See `TrunkRoom.note`. */
  note(failure: string | null): void {
    const now = performance.now()
    const before = this.#outcomes.trouble(now)
    this.#outcomes.note(failure, now)
    const trouble = this.#outcomes.trouble(now)
    const { id, name } = this.trunk
    if (before === undefined && trouble !== undefined) this.#world.logger.warn({ trunk: id, name }, `trunk ${name}: ${trouble}`)
    if (before !== undefined && trouble === undefined) this.#world.logger.info({ trunk: id, name }, `trunk ${name} carries calls again`)
  }

  /** Registers or asks now. One at a time. */
  ask(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** The PBX that registers with us did so, and was heard with it, or is gone. */
  peerChanged(): void {
    this.#misses = 0
    this.#seePeer()
    void this.ask()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#locate()
    const { clientCertificate, peerAuthority, peerName } = this.trunk
    if (clientCertificate !== null || peerAuthority !== null || peerName !== null) await this.#world.certified().catch((error: unknown) => this.#world.logger.warn({ trunk: this.trunk.id }, `the certificates of a trunk are not in use: ${messageOf(error)}`))
    if (this.#closed) return
    const wait = this.trunk.registersHere ? await this.#watchPeer() : this.trunk.register ? await this.#register() : await this.#options()
    if (this.#closed) return
    this.#world.onChange()
    this.#timer = setTimeout(() => void this.ask(), wait)
  }

  async #locate(): Promise<void> {
    const { host } = this.trunk
    if (isIP(host) !== 0 || this.trunk.registersHere) return
    try {
      const { addressesOf } = this.#world
      const found = addressesOf ? await addressesOf(uriOf(this.trunk, undefined)) : (await lookup(host, { all: true })).map(({ address }) => address)
      if (found.length > 0) this.addresses = found
    } catch (error) {
      this.#world.logger.debug({ trunk: this.trunk.id, host }, `the name of a trunk was not found: ${messageOf(error)}`)
    }
  }

  async #register(): Promise<number> {
    const { sip, logger } = this.#world
    const outcome = await register(sip, this.trunk, this.contactUser, this.#thread)
    const now = Date.now()
    if (outcome.state === 'registered') {
      this.#failures = 0
      this.serviceRoute = outcome.serviceRoute
      this.#roundTripMs = Math.round(outcome.roundTripMs * 10) / 10
      this.#tell('up', null)
      const wait = Math.max(1, outcome.expires * 0.8) * 1000
      this.#registration = { state: 'registered', since: this.#since('registered', now), expiresAt: now + outcome.expires * 1000, nextTry: now + wait }
      return wait
    }
    const [first, longest] = outcome.state === 'refused' ? REFUSED_MS : FAILED_MS
    const grown = Math.min(longest, first * 2 ** this.#failures)
    // A tenth more or less, so that not all of a carrier's customers come back at once.
    const wait = Math.max(outcome.state === 'failed' ? (outcome.retryAfter ?? 0) * 1000 : 0, grown * (0.9 + Math.random() * 0.2))
    this.#failures += 1
    this.serviceRoute = []
    this.#roundTripMs = null
    const changed = this.#cause !== outcome.cause
    this.#tell('down', outcome.cause)
    this.#registration = { state: outcome.state, since: this.#since(outcome.state, now), expiresAt: null, nextTry: now + wait }
    if (changed) logger.warn({ trunk: this.trunk.id, name: this.trunk.name }, `trunk ${this.trunk.name}: ${outcome.cause}`)
    return wait
  }

  /** Whether the PBX is registered, and answers; what is asked also keeps the way through its NAT open. */
  async #watchPeer(): Promise<number> {
    const peer = this.#seePeer()
    if (!peer) return ASK_MS
    const wait = await this.#options(wayToPeer(peer, ''), 'The PBX is registered and does not answer. Check whether it runs, and the firewall before it.')
    return Math.max(0, Math.min(wait, peer.expiresAt - Date.now()))
  }

  #seePeer(): Peer | undefined {
    const peer = this.#world.peer()
    const now = Date.now()
    if (!peer) {
      const gone = this.#registration?.state === 'registered'
      this.#left ||= gone
      this.#roundTripMs = null
      this.#misses = 0
      this.#tell('down', this.#left ? 'The PBX is no longer registered here: it took leave, its time ran out or its connection ended.' : 'No PBX has registered here yet. Enter our address, the user name and the password there.')
      this.#registration = { state: 'trying', since: gone ? now : (this.#registration?.since ?? now), expiresAt: null, nextTry: null }
      return undefined
    }
    this.#registration = { state: 'registered', since: peer.registeredAt, expiresAt: peer.expiresAt, nextTry: null }
    if (this.#misses === 0) this.#tell('up', null)
    return peer
  }

  async #options(way: { uri: string; nextHop?: string } = { uri: uriOf(this.trunk, undefined) }, silent = 'The carrier does not answer. Check its address, the port and the firewall.'): Promise<number> {
    const { sip, logger } = this.#world
    let cause = silent
    try {
      const response = await sip.request({ method: 'OPTIONS', ...way })
      // 408 and a 503 of nobody are the engine's own words for no answer and no way.
      if (response.status !== 408 && !(response.status === 503 && response.userAgent === undefined)) {
        this.#misses = 0
        this.#roundTripMs = Math.round(response.roundTripMs * 10) / 10
        this.#tell('up', null)
        return ASK_MS
      }
    } catch (error) {
      // Without a link to the engine nothing is known about the carrier.
      if (!sip.connected) return 2_000
      cause = `The carrier cannot be asked: ${messageOf(error)}`
    }
    this.#misses += 1
    if (this.#misses < MISSES_UNTIL_DOWN && this.#state !== 'unknown') return 1_000
    if (this.#state !== 'down') logger.warn({ trunk: this.trunk.id, name: this.trunk.name }, `trunk ${this.trunk.name}: ${cause}`)
    this.#roundTripMs = null
    this.#tell('down', cause)
    return ASK_MS
  }

  #tell(state: TrunkStatus['state'], cause: string | null): void {
    if (this.#state === 'down' && state === 'up') this.#world.logger.info({ trunk: this.trunk.id, name: this.trunk.name }, `trunk ${this.trunk.name} is up again`)
    this.#state = state
    this.#cause = cause
  }

  #since(state: string, now: number): number {
    return this.#registration?.state === state ? this.#registration.since : now
  }
}
