import { systemClock } from '../../config/clock.ts'
import type { Clock } from '../../config/clock.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { createQuietLog } from '../../config/quiet-log.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { Directory } from '../directory/types.ts'
import type { MessagingRoom } from '../messaging/room.ts'
import type { Registrar } from '../registrar/types.ts'
import type { Lamps } from '../presence/lamps.ts'
import type { Publications } from '../presence/publications.ts'
import type { Watchers } from '../registrar/watchers.ts'
import type { Guard } from '../shield/shield.ts'
import type { IncomingInvite, IncomingRequest, SipServer } from '../sip/types.ts'
import { createAuthenticate } from './authenticate.ts'
import { createGuard } from './guard.ts'
import { createFromPeer, createFromTrunk } from './from-trunk.ts'
import { createIdentify } from './identify.ts'
import { chainsOf, METHODS } from './methods.ts'
import { createNonces, type Nonces } from './nonce.ts'
import type { Caller } from '../steps/caller.ts'
import { replyToRefused } from './reply.ts'
import type { TrunkRoom } from '../trunks/trunks.ts'
import type { Step, Visit } from './visit.ts'

export interface EntranceOptions {
  sip: Pick<SipServer, 'onRequest' | 'onInvite'>
  directory: Directory
  registrar: Pick<Registrar, 'register' | 'phoneOf'>
  watchers: Pick<Watchers, 'watch'>
  lamps: Pick<Lamps, 'watch'>
  publications: Pick<Publications, 'publish'>
  messaging: Pick<MessagingRoom, 'receive' | 'mayDo'>
  shield: Guard
  trunks: Pick<TrunkRoom, 'recognise' | 'peerNamed' | 'register'>
  settings: Pick<Settings, 'registrar'>
  secrets: Pick<Secrets, 'key'>
  logger: Logger
  /** The calls' door. */
  onCall: (invite: IncomingInvite, caller: Caller) => void
  clock?: Clock
}

export interface Entrance {
  readonly nonces: Pick<Nonces, 'note'>
  /** From now on requests get 503. */
  close(): void
}

/** Opens the doors: from here on every SIP request from outside a dialog goes through its method's chain. */
export function startEntrance(options: EntranceOptions): Entrance {
  const { sip, directory, registrar, watchers, shield, settings, onCall } = options
  const logger = options.logger.child({ room: 'entrance' })
  const clock = options.clock ?? systemClock
  const nonces = createNonces({ key: options.secrets.key('nonce'), seconds: settings.registrar.nonceSeconds, clock })
  const quiet = createQuietLog(logger, clock)
  const proof = { directory, nonces, shield, logger, algorithms: settings.registrar.digest }
  const { peerNamed } = options.trunks
  const chains = chainsOf(
    {
      guard: createGuard(shield),
      fromTrunk: createFromTrunk(options.trunks, directory),
      identify: createIdentify(directory, shield),
      authenticateRegistration: createAuthenticate({ ...proof, as: 'registrar', peerNamed }),
      authenticateCaller: createAuthenticate({ ...proof, as: 'proxy', peerNamed }),
      fromPeer: createFromPeer(directory),
      authenticateWatcher: createAuthenticate({ ...proof, as: 'registrar' }),
      authenticateSender: createAuthenticate({ ...proof, as: 'proxy' }),
    },
    registrar,
    watchers,
    options.lamps,
    options.publications,
    options.messaging,
    directory,
    options.trunks,
    onCall,
  )
  let closed = false

  const fail = (request: IncomingRequest, error: unknown): void => {
    if (!(error instanceof Refusal)) {
      quiet.write('error', `${request.method} ${messageOf(error)}`, { err: error, callId: request.callId, method: request.method }, `a request could not be handled: ${messageOf(error)}`)
    }
    replyToRefused(request, error, settings.registrar)
  }
  const walk = (chain: readonly Step[], request: IncomingRequest, invite: IncomingInvite | undefined): void => {
    if (closed) return request.reply(503, { headers: { 'Retry-After': '30' } })
    const visit: Visit = { request, invite, tenant: undefined, caller: undefined }
    try {
      for (const step of chain) {
        const outcome = step(visit)
        if (outcome === 'answered') return
        if (outcome instanceof Promise) return void outcome.catch((error: unknown) => fail(request, error))
      }
    } catch (error) {
      fail(request, error)
    }
  }

  for (const method of METHODS) {
    if (method === 'INVITE') sip.onInvite((invite) => walk(chains.INVITE, invite, invite))
    else sip.onRequest(method, (request) => walk(chains[method], request, undefined))
  }
  return {
    nonces,
    close() {
      closed = true
    },
  }
}
