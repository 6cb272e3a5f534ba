import { createHash } from 'node:crypto'
import type { WebSocket } from 'ws'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import { isoOf } from '../http/fields.ts'
import type { Logger } from '../../config/logger.ts'
import { identify, type Credential } from '../http/authenticate.ts'
import type { World } from '../http/world.ts'
import type { Backlog, Place, Told } from './backlog.ts'
import { helloFor, maySee } from './filter.ts'

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
  /** Whether what it missed was told; undefined when it had not been here before. */
  resumed: boolean | undefined
  /** Looks at the credential again now. */
  recheck(): Promise<void>
  close(code: number, reason: string): void
}

/** Where a listener was before its connection broke, as it says itself. */
export interface Resumption {
  token: string
  seq: number
}

export interface LiveGround {
  world: World
  backlog: Backlog
}

/**
 * One browser or program that listens: hello first, then every event it may see, without a gap between. One that comes
 * back in time is told what it missed instead of how things are.
 */
export function openConnection(
  { world, backlog }: LiveGround,
  socket: WebSocket,
  who: { actor: PersonActor; credential: Credential; resume: Resumption | undefined },
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

  function send(text: string): void {
    if (closing || socket.readyState !== socket.OPEN) return
    socket.send(text, () => {})
    // Checked after, so that one large hello is no fault of the peer.
    if (socket.bufferedAmount > times.bufferMax) close(closeCodes.slow, 'messages were not read fast enough')
  }

  const tell = ({ event, text }: Told): void => {
    if (maySee(actor.permissions, event)) send(text)
  }

  // Followed before the snapshot is taken: what happens in between is told twice rather than never.
  let early: Told[] | undefined = []
  const place = placeOf(who.resume, actor)
  const following = backlog.follow(actor.tenantId, place, (told) => (early ? early.push(told) : tell(told)))
  const unsubscribe = following.stop
  const { missed } = following
  const where = { at: isoOf(world.clock.now()), resume: `${following.epoch}.${sightOf(actor)}` }
  // Neither is measured against what may wait: it is as large as it is, however fast the peer reads.
  const seen = missed?.filter(({ event }) => maySee(actor.permissions, event)).map(({ text }) => text)
  const first = seen
    ? [JSON.stringify({ type: 'resumed', ...where, seq: place?.seq, missed: seen.length }), ...seen]
    : [JSON.stringify({ ...helloFor(world.pbx, actor), ...where, seq: following.seq })]
  for (const text of first) socket.send(text, () => {})
  const waiting = early
  early = undefined
  for (const told of waiting) tell(told)

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
  return { tenantId: actor.tenantId, resumed: who.resume && missed !== undefined, recheck, close }
}

function samePermissions(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((permission) => b.has(permission))
}

/** Two listeners that may see the same have the same sight; with another one, what was told before was not the whole. */
function sightOf(actor: PersonActor): string {
  return createHash('sha256').update([actor.tenantId, ...[...actor.permissions].sort()].join('\n')).digest('base64url').slice(0, 16)
}

function placeOf(resume: Resumption | undefined, actor: PersonActor): Place | undefined {
  const [epoch = '', sight] = resume?.token.split('.') ?? []
  return resume === undefined || sight !== sightOf(actor) ? undefined : { epoch, seq: resume.seq }
}
