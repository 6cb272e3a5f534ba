import type { WebSocket } from 'ws'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { identify, type Credential } from '../http/authenticate.ts'
import type { World } from '../http/world.ts'
import { helloFor, maySee, presentEvent } from './filter.ts'

/** Why we end a connection, in the range for applications (RFC 6455 §7.4.2). */
export const closeCodes = {
  /** The session or token is over: sign in again. */
  ended: 4401,
  /** Permissions changed: connect again for a fresh hello. */
  changed: 4409,
  /** Messages were not taken as fast as they came: connect again for a fresh hello. */
  slow: 4408,
} as const

export interface LiveTimes {
  pingMs: number
  /** How often the credential is looked at again. */
  recheckMs: number
  /** How much may wait to be sent, in bytes. */
  bufferMax: number
}

export const standardTimes: LiveTimes = { pingMs: 30_000, recheckMs: 45_000, bufferMax: 1_048_576 }

// A peer that does not answer our close is cut off after this.
const CLOSE_GRACE_MS = 2_000

export interface LiveConnection {
  tenantId: string
  /** Looks at the credential again now. */
  recheck(): Promise<void>
  close(code: number, reason: string): void
}

/** One browser or program that listens: hello first, then every event it may see, without a gap between. */
export function openConnection(
  world: World,
  socket: WebSocket,
  who: { actor: PersonActor; credential: Credential },
  times: LiveTimes,
  logger: Logger,
): LiveConnection {
  const { actor } = who
  let alive = true
  let closing = false
  let forced: NodeJS.Timeout | undefined

  function close(code: number, reason: string): void {
    if (closing) return
    closing = true
    unsubscribe()
    socket.close(code, reason)
    forced = setTimeout(() => socket.terminate(), CLOSE_GRACE_MS)
    logger.info({ code }, `live connection closed: ${reason}`)
  }

  function send(message: object): void {
    if (closing || socket.readyState !== socket.OPEN) return
    socket.send(JSON.stringify(message), () => {})
    // Checked after, so that one large hello is no fault of the peer.
    if (socket.bufferedAmount > times.bufferMax) close(closeCodes.slow, 'messages were not read fast enough')
  }

  // Subscribed before the snapshot is taken: what happens in between is told twice rather than never.
  let waiting: object[] | undefined = []
  const unsubscribe = world.pbx.subscribe(actor, (event) => {
    if (event.tenantId !== actor.tenantId || !maySee(actor.permissions, event)) return
    const message = presentEvent(event)
    if (waiting) waiting.push(message)
    else send(message)
  })
  const hello = JSON.stringify(helloFor(world.pbx, actor, world.clock.now()))
  socket.send(hello, () => {})
  const early = waiting
  waiting = undefined
  for (const message of early) send(message)

  async function recheck(): Promise<void> {
    try {
      const { actor: now } = await identify(world, who.credential, actor.address ?? '', false)
      if (!samePermissions(now.permissions, actor.permissions)) close(closeCodes.changed, 'your permissions changed')
    } catch (error) {
      // While the database is away nothing is known; the next look decides.
      if (error instanceof Refusal && error.code === 'unauthenticated') close(closeCodes.ended, 'your session is over')
      else logger.warn({ err: error }, 'the credential of a live connection could not be looked at')
    }
  }

  const ping = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = false
    socket.ping(() => {})
  }, times.pingMs)
  const look = setInterval(() => void recheck(), times.recheckMs)
  socket.on('pong', () => (alive = true))
  socket.on('error', (error) => logger.debug({ err: error }, 'live connection failed'))
  socket.once('close', () => {
    closing = true
    clearInterval(ping)
    clearInterval(look)
    clearTimeout(forced)
    unsubscribe()
  })
  return { tenantId: actor.tenantId, recheck, close }
}

function samePermissions(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((permission) => b.has(permission))
}
