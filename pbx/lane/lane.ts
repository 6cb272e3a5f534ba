/**
 * The lane: REGISTERs that need no decision are answered in the engine's thread, with what the application lent. It runs
 * there as a guest: the engine knows only that somebody may answer. All it decides with is the code of entrance and
 * registrar, so that a phone is told the same as on the way through the application; whatever is not plain goes that way.
 */
import { systemClock, type Clock } from '../../config/clock.ts'
import { Refusal } from '../../config/errors.ts'
import { tenantServing, type Domains } from '../entrance/identify.ts'
import { createNonces, type Nonces } from '../entrance/nonce.ts'
import { challengesFor, credentialsIn, EXCHANGES, isCounted, isRight, isSameRequest } from '../entrance/proof.ts'
import { answerHeaders } from '../registrar/answer.ts'
import { decideOutbound, type Outbound } from '../registrar/outbound.ts'
import { cleanUserAgent, grantedUntil, sameSource } from '../registrar/registrar.ts'
import { readWish, type WishedContact } from '../registrar/wish.ts'
import { parseCredentials, type DigestCredentials } from '../sip/digest.ts'
import { createLeases, type Holder, type Kept } from './leases.ts'
import { domainsOf, type Tenant } from './domains.ts'
import { readPassing, type Passing, type PassingFlow, type PassingMessage } from './passing.ts'
import type { LaneGround, LaneNews, LaneOrder, LaneRenewal } from './types.ts'

/** News wait this long for company. */
const TELL_MS = 100
/** A binding that ends sooner is the application's: it may be taken out while its renewal is on the way. */
const MARGIN_MS = 5_000
/** Nonces whose counts are remembered, per generation. When there are more, older ones are left to the application. */
const MOST_NONCES = 50_000

export interface LaneAnswer {
  status: number
  /** Header lines. */
  lines: string[]
}

export interface Lane {
  /** Whether this is the REGISTER of a phone that is lent, which costs little: it is answered also while new work is refused. */
  knows(message: PassingMessage, flow: PassingFlow): boolean
  /** The answer; undefined: the application's to give. */
  answer(message: PassingMessage, flow: PassingFlow): LaneAnswer | undefined
  obey(order: LaneOrder): void
}

/** The one contact that is to stay, and what is told of its flow. */
interface Asked {
  contact: WishedContact
  outbound: Outbound
}

type Verdict =
  | { kind: 'challenge'; passing: Passing; tenant: Tenant }
  | { kind: 'renew'; passing: Passing; tenant: Tenant; holder: Holder; binding: Kept; asked: Asked; given: DigestCredentials }

export function createLane(tell: (news: LaneNews) => void, clock: Clock = systemClock): Lane {
  const leases = createLeases()
  let ground: LaneGround | undefined
  let domains: Domains<Tenant> = domainsOf([])
  let nonces: Nonces | undefined
  let news: LaneRenewal[] = []
  let telling: NodeJS.Timeout | undefined
  let last: { message: PassingMessage; verdict: Verdict | undefined } | undefined

  const flush = (ended = false): void => {
    clearTimeout(telling)
    telling = undefined
    if (news.length === 0 && !ended) return
    const renewals = news
    news = []
    tell({ renewals, ...(ended ? { ended } : {}) })
  }

  const decide = (message: PassingMessage, flow: PassingFlow): Verdict | undefined => {
    if (!ground) return undefined
    const passing = readPassing(message, flow)
    const tenant = passing && tenantServing(domains, passing.requestUri.host)
    if (!passing || !tenant || tenantServing(domains, passing.to.uri.host) !== tenant) return undefined
    const given = credentialsIn(passing.header(EXCHANGES.registrar.credentials), tenant.realm, ground.algorithms)
    if (!given) return { kind: 'challenge', passing, tenant }
    const holder = leases.byUser(tenant.id, given.username)
    const asked = holder && onlyContact(passing, ground)
    const binding = asked && bindingFor(holder, passing, asked.contact)
    if (!binding || !isSameRequest(domains, given.uri, passing.requestUri)) return undefined
    // Last: only who sends from where the phone is can see how long this takes.
    if (!isCounted(given) || !isRight(given, holder.device.ha1, passing.method)) return undefined
    return { kind: 'renew', passing, tenant, holder, binding, asked, given }
  }
  const bindingFor = ({ lease, device, bindings }: Holder, { to, callId, cseq, source, userAgent }: Passing, contact: WishedContact): Kept | undefined => {
    if (to.uri.user !== lease.number && to.uri.user !== device.username) return undefined
    const binding = bindings.find((one) => one.deviceId === device.id && one.key === contact.key)
    if (!binding || binding.path.length > 0 || binding.uri !== contact.uri || binding.q !== contact.q || !sameSource(binding.source, source) || binding.userAgent !== cleanUserAgent(userAgent)) return undefined
    // RFC 3261 §10.3 step 7, and what may be over before the application hears of it.
    if ((binding.callId === callId && cseq <= binding.cseq) || binding.expiresAt - clock.now() < MARGIN_MS) return undefined
    return binding
  }
  const consider = (message: PassingMessage, flow: PassingFlow): Verdict | undefined => {
    if (last?.message !== message) last = { message, verdict: decide(message, flow) }
    return last.verdict
  }
  const challenge = ({ passing, tenant }: Verdict, stale: boolean): LaneAnswer => ({
    status: EXCHANGES.registrar.status,
    lines: challengesFor(passing, (ground as LaneGround).algorithms, tenant.realm, (nonces as Nonces).issue(tenant.realm), stale).map((value) => `${EXCHANGES.registrar.challenge}: ${value}`),
  })
  const renew = (verdict: Extract<Verdict, { kind: 'renew' }>): LaneAnswer => {
    const { passing, tenant, holder, binding, asked: { contact, outbound }, given } = verdict
    const nc = given.nc ?? ''
    if (!(nonces as Nonces).spend(given.nonce, tenant.realm, nc)) return challenge(verdict, true)
    const now = clock.now()
    const { callId, cseq } = passing
    const expiresAt = grantedUntil(contact.expires, ground as LaneGround, now)
    Object.assign(binding, { callId, cseq, expiresAt })
    news.push({ bindingId: binding.id, callId, cseq, at: now, expiresAt, nonce: given.nonce, nc })
    telling ??= setTimeout(flush, TELL_MS)
    const headers = answerHeaders(passing, holder.bindings, holder.device.id, { path: [], outbound }, now)
    return { status: 200, lines: Object.entries(headers).map(([name, value]) => `${name}: ${value}`) }
  }
  /** What the application will count must not count here once more. */
  const leave = (message: PassingMessage): undefined => {
    const at = message.names.indexOf(EXCHANGES.registrar.credentials)
    if (at === -1 || !nonces) return undefined
    for (const { nonce, realm, nc } of parseCredentials(message.values[at] as string)) nonces.spend(nonce, realm, nc ?? '')
    // The application must know what was spent before it looks at this one.
    flush()
    return undefined
  }

  return {
    knows(message, flow) {
      const verdict = consider(message, flow)
      if (verdict?.kind !== 'challenge') return verdict !== undefined
      const { passing, tenant } = verdict
      return leases.byAddress(tenant.id, passing.to.uri.user ?? '')?.some((binding) => sameSource(binding.source, passing.source)) === true
    },
    answer(message, flow) {
      const verdict = consider(message, flow)
      last = undefined
      if (!verdict) return leave(message)
      return verdict.kind === 'challenge' ? challenge(verdict, false) : renew(verdict)
    },
    obey(order) {
      last = undefined
      switch (order.do) {
        case 'ground': {
          const { nonceKey, nonceSeconds, tenants } = order.ground
          if (ground?.nonceKey !== nonceKey || ground.nonceSeconds !== nonceSeconds) nonces = createNonces({ key: Buffer.from(nonceKey, 'hex'), seconds: nonceSeconds, clock, most: MOST_NONCES })
          ground = order.ground
          domains = domainsOf(tenants)
          return
        }
        case 'lend':
          for (const lease of order.leases) leases.lend(lease)
          return
        case 'revoke':
          for (const extensionId of order.extensions) leases.revoke(extensionId)
          return
        case 'end':
          ground = undefined
          leases.clear()
          flush(true)
      }
    },
  }
}

/** The one contact that is to stay; undefined for anything else that a REGISTER may ask for. */
function onlyContact(passing: Passing, bounds: LaneGround): Asked | undefined {
  try {
    const outbound = decideOutbound(passing, [], true)
    const wish = readWish(passing, bounds, outbound)
    const contact = wish.kind === 'update' && wish.contacts.length === 1 ? wish.contacts[0] : undefined
    return contact && contact.expires > 0 ? { contact, outbound } : undefined
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}
