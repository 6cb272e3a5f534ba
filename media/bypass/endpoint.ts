import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type {
  CollectResult, Endpoint, EndpointEvents, EndpointStats, MediaDirection, PlayResult, Recording, Supervision, Tap,
} from '../contract.ts'
import { Listeners } from '../listeners.ts'
import { encodingNamed, parseDescription } from '../sdp/index.ts'

/** One leg of a call whose sound nobody here carries: each phone is told what the other one said. */
export class BypassEndpoint implements Endpoint {
  readonly id: string
  readonly bypass = true
  readonly security = undefined
  readonly #peerAddress: string
  readonly #listeners: Listeners<EndpointEvents>
  readonly #onClose: (endpoint: BypassEndpoint) => void
  /** What the peer said last. */
  #remoteSdp: string | undefined
  #localSdp: string
  #closed = false

  constructor(options: { id: string; peerAddress: string; offer: string | undefined; localSdp: string; logger: Logger; onClose: (endpoint: BypassEndpoint) => void }) {
    this.id = options.id
    this.#peerAddress = options.peerAddress
    this.#listeners = new Listeners(options.logger)
    this.#onClose = options.onClose
    this.#localSdp = options.localSdp
    if (options.offer !== undefined) this.#hear(options.offer)
  }

  get localSdp(): string {
    return this.#localSdp
  }

  /** What a second phone of the call is told. */
  get remoteSdp(): string | undefined {
    return this.#remoteSdp
  }

  get remoteDirection(): MediaDirection {
    return 'sendrecv'
  }

  get codec(): string | undefined {
    return this.#remoteSdp === undefined ? undefined : parseDescription(this.#remoteSdp).audio.codecs.map(({ name }) => encodingNamed(name)).find((name) => name !== undefined)
  }

  negotiate(kind: 'offer' | 'answer', sdp: string): Promise<string> {
    return attempt(() => {
      // A phone that only says that it is still there (RFC 4028 §7.4).
      if (kind === 'offer' && sdp !== this.#remoteSdp) throw new Refusal('unprocessable', 'No media engine is up: the sound of this call goes from phone to phone and cannot be changed now.')
      this.#hear(sdp)
      return this.#localSdp
    })
  }

  /** The other phone has chosen from what this one offered. */
  prefer(): Promise<void> {
    return Promise.resolve()
  }

  bridge(other: Endpoint): Promise<void> {
    return attempt(() => {
      if (!(other instanceof BypassEndpoint)) throw none()
      this.#localSdp = other.#remoteSdp ?? this.#localSdp
      other.#localSdp = this.#remoteSdp ?? other.#localSdp
    })
  }

  unbridge(): Promise<void> {
    return Promise.resolve()
  }

  hold(): Promise<void> {
    return Promise.resolve()
  }

  /** Digits in the sound go from phone to phone as well. */
  hearDigit(): Promise<void> {
    return Promise.resolve()
  }

  reoffer(): Promise<string> {
    return Promise.reject(none())
  }

  play(): Promise<PlayResult> {
    return Promise.reject(none())
  }

  collect(): Promise<CollectResult> {
    return Promise.reject(none())
  }

  record(): Promise<Recording> {
    return Promise.reject(none())
  }

  sendDigits(): Promise<void> {
    return Promise.reject(none())
  }

  tap(): Promise<Tap> {
    return Promise.reject(none())
  }

  echo(): Promise<void> {
    return Promise.reject(none())
  }

  supervise(): Promise<Supervision> {
    return Promise.reject(none())
  }

  /** Nothing is counted: no packet comes by. */
  stats(): Promise<EndpointStats> {
    const nowhere = { address: '0.0.0.0', port: 0 }
    return Promise.resolve({
      codec: this.codec, local: nowhere, remote: undefined, packetsReceived: 0, packetsSent: 0, bytesReceived: 0, bytesSent: 0, packetsLost: 0,
      lossRate: 0, jitterMs: 0, roundTripMs: undefined, mos: undefined, strayPackets: 0, playout: undefined,
    })
  }

  on<K extends keyof EndpointEvents>(event: K, listener: (...args: EndpointEvents[K]) => void): () => void {
    return this.#listeners.on(event, listener)
  }

  close(): Promise<EndpointStats> {
    if (!this.#closed) {
      this.#closed = true
      this.#onClose(this)
      this.#listeners.emit('closed', 'closed')
      this.#listeners.clear()
    }
    return this.stats()
  }

  /** A phone behind NAT names an address that the other one cannot reach. */
  #hear(sdp: string): void {
    const { audio } = parseDescription(sdp)
    if (audio.address !== this.#peerAddress) throw new Refusal('unavailable', 'no media engine is up, and a phone behind NAT cannot be heard without one')
    this.#remoteSdp = sdp
  }
}

function none(): Refusal {
  return new Refusal('unsupported', 'No media engine is up: the sound of this call goes from phone to phone.')
}

/** Whatever is thrown becomes the rejection. */
function attempt<T>(work: () => T): Promise<T> {
  return Promise.resolve().then(work)
}
