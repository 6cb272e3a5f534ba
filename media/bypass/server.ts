import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Conference, Endpoint, EndpointOptions, MediaCapabilities, MediaLoad, MediaServer, MediaServerEvents, MediaServers } from '../contract.ts'
import { BypassEndpoint } from './endpoint.ts'

/** Calls between phones that reach each other, and nothing else. */
const ALONE = {
  transcoding: false, play: false, speak: false, collect: false, sendDigits: false, record: false, conference: false, supervise: false, echo: false, tap: false, srtp: [], ice: false,
} as const

/**
 * The media engine, and what remains possible while it is down: two phones that are not behind NAT talk without it, each
 * told the other's description. A call stays the way it began. Which way the next one goes is said by `capabilities`.
 */
export class MediaServerWithBypass implements MediaServer {
  readonly #server: MediaServer
  readonly #logger: Logger
  /** Callers of calls without an engine, by call. */
  readonly #callers = new Map<string, BypassEndpoint>()

  constructor(server: MediaServer, logger: Logger) {
    this.#server = server
    this.#logger = logger
  }

  get capabilities(): MediaCapabilities {
    const { capabilities } = this.#server
    return this.#server.available ? capabilities : { ...capabilities, ...ALONE }
  }

  get available(): boolean {
    return this.#server.available
  }

  get servers(): MediaServers | undefined {
    return this.#server.servers
  }

  async createEndpoint(options: EndpointOptions): Promise<Endpoint> {
    const caller = this.#callers.get(options.callId)
    if (caller === undefined && (this.#server.available || options.urgent === true) && options.withoutEngine !== true) return this.#server.createEndpoint(options)
    const { encryption } = options
    if (encryption?.browser || encryption?.policy === 'require') throw new Refusal('unavailable', 'no media engine is up, and without one no audio is encrypted')
    const offer = options.offer
    const localSdp = offer ?? caller?.remoteSdp
    // There is nothing to pass on: the engine says why it has no place.
    if (localSdp === undefined) return this.#server.createEndpoint(options)
    const endpoint = new BypassEndpoint({
      id: options.legId, peerAddress: options.peerAddress, offer, localSdp, logger: this.#logger,
      onClose: (closed) => {
        if (this.#callers.get(options.callId) === closed) this.#callers.delete(options.callId)
      },
    })
    if (caller === undefined) {
      this.#callers.set(options.callId, endpoint)
      this.#logger.warn({ call: options.callId }, `${this.#server.available ? 'the media engine has no place' : 'no media engine is up'}: this call goes from phone to phone`)
    }
    return endpoint
  }

  createConference(name: string): Promise<Conference> {
    return this.#server.createConference(name)
  }

  load(): Promise<MediaLoad> {
    return this.#server.load()
  }

  on<K extends keyof MediaServerEvents>(event: K, listener: (...args: MediaServerEvents[K]) => void): () => void {
    return this.#server.on(event, listener)
  }

  stop(): Promise<void> {
    return this.#server.stop()
  }
}
