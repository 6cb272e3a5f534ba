/**
 * One connection of its own that tells whether PostgreSQL is there, and carries every LISTEN.
 * It beats every few seconds; when it breaks, it comes back by itself.
 */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { messageOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

const BEAT_MS = 5_000
/** A server that does not answer `SELECT 1` in this time is as good as gone. */
const ANSWER_MS = 5_000
const RETRY_MS = { first: 50, most: 2_000 }

interface Listener {
  channel: string
  onNotify: (payload: string) => void
  onGap: () => void
}

export interface Watch {
  readonly available: boolean
  /** A query elsewhere lost its connection: looks now instead of at the next beat. */
  suspect(): void
  listen(channel: string, onNotify: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>>
  onAvailability(listener: (available: boolean, reason: string) => void): () => void
  close(): Promise<void>
}

/**
 * Connects, and from then on keeps connecting. Rejects with pg's error when the first attempt fails.
 *
 * @param onLoss called before anybody else hears of it, to break what still hangs on dead connections
 */
export async function startWatch(config: pg.ClientConfig, logger: Logger, onLoss: () => void): Promise<Watch> {
  const watching = new ConnectionWatch(config, logger, onLoss)
  await watching.open()
  return watching
}

class ConnectionWatch implements Watch {
  available = false
  readonly #config: pg.ClientConfig
  readonly #logger: Logger
  readonly #onLoss: () => void
  readonly #closing = new AbortController()
  readonly #listeners = new Set<Listener>()
  readonly #hearers = new Set<(available: boolean, reason: string) => void>()
  #client: pg.Client | undefined
  #look: (() => void) | undefined
  /** What broke the connection; the query that finds out only learns that it is broken. */
  #cause: Error | undefined
  #running: Promise<void> = Promise.resolve()
  #leaving: Promise<void> = Promise.resolve()

  constructor(config: pg.ClientConfig, logger: Logger, onLoss: () => void) {
    this.#config = { ...config, connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS, keepAlive: true }
    this.#logger = logger
    this.#onLoss = onLoss
  }

  async open(): Promise<void> {
    const client = await this.#connect()
    this.available = true
    this.#running = this.#run(client)
  }

  suspect(): void {
    this.#look?.()
  }

  async listen(channel: string, onNotify: (payload: string) => void, onGap: () => void): Promise<() => Promise<void>> {
    const listener = { channel, onNotify, onGap }
    this.#listeners.add(listener)
    try {
      // Without a connection now, the next one listens to everything.
      await this.#client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      this.#logger.warn({ channel, error: messageOf(error) }, 'LISTEN failed, it is repeated on the next connection')
      this.#look?.()
    }
    return async () => {
      this.#listeners.delete(listener)
      if ([...this.#listeners].some((other) => other.channel === channel)) return
      // One after the other: several rooms leave at once when the house closes.
      await (this.#leaving = this.#leaving.then(async () => void (await this.#client?.query(`UNLISTEN ${pg.escapeIdentifier(channel)}`).catch(() => {}))))
    }
  }

  onAvailability(hearer: (available: boolean, reason: string) => void): () => void {
    this.#hearers.add(hearer)
    return () => this.#hearers.delete(hearer)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#look?.()
    await this.#running
  }

  async #run(first: pg.Client): Promise<void> {
    const { signal } = this.#closing
    let client: pg.Client | undefined = first
    for (let delay = RETRY_MS.first; !signal.aborted; ) {
      try {
        client ??= await this.#connect()
        delay = RETRY_MS.first
        if (!this.available) this.#found()
        await this.#beat(client)
      } catch (error) {
        if (!signal.aborted) this.#lost(messageOf(this.#cause ?? error))
      }
      this.#client = undefined
      if (client) void client.end().catch(() => {})
      client = undefined
      if (signal.aborted) return
      await wait(delay, undefined, { signal }).catch(() => {})
      delay = Math.min(delay * 2, RETRY_MS.most)
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.#config)
    this.#cause = undefined
    // Without a listener the breaking of an idle connection would end the process; the beat notices it.
    client.on('error', (error) => {
      this.#cause ??= error
      this.#look?.()
    })
    client.on('end', () => this.#look?.())
    client.on('notification', ({ channel, payload = '' }) => this.#notify(channel, payload))
    try {
      await client.connect()
      for (const channel of new Set([...this.#listeners].map((listener) => listener.channel))) {
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
      }
    } catch (error) {
      void client.end().catch(() => {})
      throw error
    }
    this.#client = client
    return client
  }

  /** Returns when closing; throws when the connection no longer answers. */
  async #beat(client: pg.Client): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      const rest = new AbortController()
      this.#look = () => rest.abort()
      await wait(BEAT_MS, undefined, { signal: rest.signal }).catch(() => {})
      this.#look = undefined
      if (!signal.aborted) await client.query('SELECT 1')
    }
  }

  #found(): void {
    this.available = true
    this.#logger.info('the database answers again')
    for (const hearer of this.#hearers) hearer(true, 'The database answers again.')
    // What was notified in between is lost: everybody reads anew.
    for (const listener of this.#listeners) listener.onGap()
  }

  #lost(reason: string): void {
    if (!this.available) return
    this.available = false
    this.#logger.error({ reason }, 'the database does not answer')
    this.#onLoss()
    for (const hearer of this.#hearers) hearer(false, `The database does not answer: ${reason}.`)
  }

  #notify(channel: string, payload: string): void {
    for (const listener of this.#listeners) {
      if (listener.channel === channel) listener.onNotify(payload)
    }
  }
}
