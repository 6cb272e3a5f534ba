/** Media servers outside, as the contract of the media engines says it. */

/** One server that carries sound for us. */
export interface MediaServerState {
  /** Its name: `host:port` of what controls it. */
  readonly address: string
  readonly connected: boolean
  /** Why it is not connected, in words. */
  readonly trouble: string | undefined
  /** Takes no new calls; those that go on are not touched. */
  readonly draining: boolean
  /** One of weight 3 takes three times the calls of one of weight 1. */
  readonly weight: number
  /** Of ours. */
  readonly endpoints: number
  /** What it last said of itself; undefined until it was connected once. `sessions` are those of others too. */
  readonly figures: { version: string; sessions: number; maxSessions: number; perSecond: number; maxPerSecond: number } | undefined
  /** What will stop calls one day, each with its cure. */
  readonly warnings: readonly string[]
}

/** The servers of an engine that has some. */
export interface MediaServers {
  list(): readonly MediaServerState[]
  /** Takes a server out of service for new calls, or back. Forgotten at a restart. Refuses `not-found`. */
  drain(address: string, on: boolean): void
}
