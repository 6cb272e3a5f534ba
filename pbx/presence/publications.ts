/** What phones publish of their users: an event state compositor for presence (RFC 3903). */
import { Refusal } from '../../config/errors.ts'
import { randomToken } from '../../config/ids.ts'
import { whyOver } from '../directory/still-known.ts'
import type { Directory, SnapshotDevice } from '../directory/types.ts'
import type { IncomingRequest } from '../sip/types.ts'
import { TYPES } from './documents.ts'
import { readPidf, type Published } from './pidf-in.ts'

/** A publication that names no time, and the longest there is. */
const SECONDS = 3_600
/** Of one device: what it forgot at its last start stays until its time is over. */
const MOST = 8
const MOST_BYTES = 16_384

export interface Publications {
  /** Answers an authenticated PUBLISH for the device's own extension. @throws Refusal `malformed`, `too-large`, `interval-too-brief` */
  publish(request: IncomingRequest, device: SnapshotDevice): void
  /** All that phones say of an extension's user, as one; undefined while nobody says anything. */
  of(extensionId: string): Published | undefined
  /** Told of each extension of which something else is said. */
  onChange(listener: (extensionId: string) => void): () => void
  readonly size: number
  close(): void
}

interface Publication {
  device: SnapshotDevice
  /** Changes with each PUBLISH (RFC 3903 §6 step 6). */
  tag: string
  said: Published
  timer: NodeJS.Timeout | undefined
}

export function createPublications(options: { directory: Pick<Directory, 'snapshot' | 'onChange'>; settings: { registrar: { expiresMin: number } } }): Publications {
  const { directory } = options
  const least = Math.min(options.settings.registrar.expiresMin, SECONDS)
  /** By extension; the newest word is the last. */
  const all = new Map<string, Publication[]>()
  const listeners = new Set<(extensionId: string) => void>()

  const tell = (extensionId: string): void => {
    for (const listener of listeners) listener(extensionId)
  }
  const drop = (one: Publication): void => {
    clearTimeout(one.timer)
    const { extensionId } = one.device
    const rest = (all.get(extensionId) ?? []).filter((other) => other !== one)
    if (rest.length > 0) all.set(extensionId, rest)
    else all.delete(extensionId)
  }
  const lasts = (one: Publication, seconds: number): void => {
    clearTimeout(one.timer)
    one.timer = setTimeout(() => {
      drop(one)
      tell(one.device.extensionId)
    }, 1000 * seconds)
  }
  const stop = directory.onChange(() => {
    const snapshot = directory.snapshot()
    for (const one of [...all.values()].flat()) {
      if (whyOver(snapshot, one.device) === undefined) continue
      drop(one)
      tell(one.device.extensionId)
    }
  })

  return {
    get size() {
      return [...all.values()].reduce((sum, { length }) => sum + length, 0)
    },
    publish(request, device) {
      const { extensionId } = device
      const own = all.get(extensionId) ?? []
      const named = request.header('sip-if-match')?.trim()
      if (named !== undefined && (named === '' || named.includes(','))) throw new Refusal('malformed', 'SIP-If-Match names one publication')
      // Step 3: also after our restart, or when it came too late: the phone then publishes all anew.
      const before = named === undefined ? undefined : own.find(({ tag, device: { id } }) => tag === named && id === device.id)
      if (named !== undefined && !before) return request.reply(412)
      const seconds = secondsOf(request.header('expires'), least)
      const said = saidIn(request)
      if (said === 'unsupported') return request.reply(415, { headers: { Accept: TYPES.presence } })
      if (!said && !before) throw new Refusal('malformed', 'A first PUBLISH needs a presence document')
      const tag = randomToken(12)
      if (before) drop(before)
      if (seconds > 0) {
        const mine = own.filter((one) => one.device.id === device.id && one !== before)
        if (mine.length >= MOST && mine[0]) drop(mine[0])
        const now: Publication = { device, tag, said: said ?? (before as Publication).said, timer: undefined }
        // A refresh says nothing new, so it keeps its place.
        const others = all.get(extensionId) ?? []
        const at = before && !said ? own.indexOf(before) : others.length
        all.set(extensionId, [...others.slice(0, at), now, ...others.slice(at)])
        lasts(now, seconds)
      }
      request.reply(200, { headers: { Expires: String(seconds), 'SIP-ETag': tag } })
      tell(extensionId)
    },
    of(extensionId) {
      const publications = all.get(extensionId)
      if (!publications) return undefined
      const said = publications.map((one) => one.said)
      // What a phone published and then forgot, at a restart or while it had no answer yet, does not stand against its newest word.
      const states = [...new Map(publications.flatMap(({ device, said: { open } }) => (open === undefined ? [] : [[device.id, open] as const]))).values()]
      // One phone where its user can be reached is enough; what he does, the newest word says that says anything.
      const telling = said.findLast(({ activities, note }) => activities.length > 0 || note !== undefined)
      return { open: states.length === 0 ? undefined : states.includes(true), activities: telling?.activities ?? [], note: telling?.note }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      stop()
      for (const { timer } of [...all.values()].flat()) clearTimeout(timer)
      all.clear()
    },
  }
}

/** Step 4. @throws Refusal `interval-too-brief` */
function secondsOf(header: string | undefined, least: number): number {
  const asked = /^\s*(\d{1,10})\s*$/.exec(header ?? '')?.[1]
  if (asked === undefined) return SECONDS
  const seconds = Math.min(Number(asked), SECONDS)
  if (seconds > 0 && seconds < least) throw new Refusal('interval-too-brief', `Publications last at least ${least} seconds here.`)
  return seconds
}

/** Step 5; undefined: nothing new. */
function saidIn(request: IncomingRequest): Published | 'unsupported' | undefined {
  if (request.body === '') return undefined
  const type = request.contentType?.split(';', 1)[0]?.trim().toLowerCase()
  const encoding = request.header('content-encoding')?.trim().toLowerCase()
  if (type !== TYPES.presence || (encoding !== undefined && encoding !== 'identity')) return 'unsupported'
  if (Buffer.byteLength(request.body) > MOST_BYTES) throw new Refusal('too-large', 'The presence document is too long')
  const said = readPidf(request.body)
  if (!said) throw new Refusal('malformed', 'The presence document is malformed')
  return said
}
