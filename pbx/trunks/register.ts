import { randomToken } from '../../config/ids.ts'
import { messageOf } from '../../config/errors.ts'
import type { SnapshotTrunk } from '../directory/types.ts'
import { parseAddressList } from '../sip/address.ts'
import { answerTo } from '../sip/answer-challenge.ts'
import type { SipResponse, SipServer } from '../sip/types.ts'
import { escapeUser } from '../sip/uri.ts'
import { hostOf, uriOf } from './line.ts'

/** What became of a REGISTER. Times in seconds. */
export type Registered =
  | { state: 'registered'; expires: number; roundTripMs: number; /** See {@link serviceRouteOf}. */ serviceRoute: readonly string[] }
  /** The carrier does not let us in: nothing changes by itself. */
  | { state: 'refused'; cause: string }
  /** No answer, or a failure that may pass. */
  | { state: 'failed'; cause: string; retryAfter: number | undefined }

/** The dialog-like part of a registration that goes on from one REGISTER to the next (RFC 3261 §10.2). */
export interface RegistrationThread {
  callId: string
  cseq: number
}

export function newThread(): RegistrationThread {
  return { callId: randomToken(16), cseq: 0 }
}

/** Registers once: with the answer to its challenge, and with the time that a 423 asks for. Never rejects. */
export async function register(sip: Pick<SipServer, 'request'>, trunk: SnapshotTrunk, contactUser: string, thread: RegistrationThread, seconds = trunk.registerSeconds): Promise<Registered> {
  const uri = uriOf(trunk, undefined)
  const user = trunk.username ?? ''
  const aor = `<sip:${escapeUser(user)}@${hostOf(trunk)}>`
  const account = { username: user, password: trunk.password ?? '' }
  const tag = randomToken(8)
  let expires = seconds
  let proof: Record<string, string> = {}
  let proofs = 0
  for (;;) {
    thread.cseq += 1
    let response: SipResponse
    try {
      response = await sip.request({
        method: 'REGISTER', uri,
        headers: {
          'Call-ID': thread.callId, CSeq: `${thread.cseq} REGISTER`, From: `${aor};tag=${tag}`, To: aor,
          Contact: `<sip:${contactUser}@localhost${trunk.transport === 'udp' ? '' : `;transport=${trunk.transport}`}>`, Expires: String(expires), ...proof,
        },
      })
    } catch (error) {
      return { state: 'failed', cause: `The registration could not be sent: ${messageOf(error)}`, retryAfter: undefined }
    }
    const { status } = response
    if (status < 300) return { state: 'registered', expires: expiresOf(response, contactUser, expires), roundTripMs: response.roundTripMs, serviceRoute: serviceRouteOf(response) }
    if (status === 401 || status === 407) {
      const answer = answerTo(status, (name) => response.header(name), account, { method: 'REGISTER', uri })
      if (!answer) return { state: 'refused', cause: 'The carrier asks for a proof that is neither MD5 nor SHA-256 digest.' }
      if (proofs >= (answer.stale ? 2 : 1)) return { state: 'refused', cause: 'The carrier refuses the user name or the password. Check both with the carrier.' }
      proofs += 1
      proof = { [answer.header]: answer.value }
      continue
    }
    if (status === 423) {
      const least = Number.parseInt(response.header('min-expires') ?? '', 10)
      if (!(least > expires) || least > 86_400) return { state: 'failed', cause: 'The carrier finds the time of the registration too short, and does not say a better one.', retryAfter: undefined }
      expires = least
      continue
    }
    const words = `${status} ${response.reason}`
    if (status === 403) return { state: 'refused', cause: `The carrier refuses the registration (${words}). The account may be locked, or our address not be allowed.` }
    if (status === 404) return { state: 'refused', cause: `The carrier does not know this user name (${words}).` }
    const after = Number.parseInt(response.header('retry-after') ?? '', 10)
    const silent = status === 408 || (status === 503 && response.userAgent === undefined && Number.isNaN(after))
    return { state: 'failed', cause: silent ? 'The carrier does not answer. Check its address, the port and the firewall.' : `The registration failed (${words}).`, retryAfter: after > 0 ? after : undefined }
  }
}

/** Longer ways than this no carrier has. */
const MOST_HOPS = 8

/**
 * The way that requests over this registration shall take, the next hop first (RFC 3608 §5). A carrier that writes what no way can
 * be made of has written nothing: a call goes to its host then.
 */
function serviceRouteOf(response: SipResponse): string[] {
  const hops = parseAddressList(response.header('service-route') ?? '') ?? []
  const usable = hops.length <= MOST_HOPS && hops.every(({ uri }) => uri.params.has('lr'))
  return usable ? hops.map(({ uriText }) => `<${uriText}>`) : []
}

/** The time of our own contact, else of all (RFC 3261 §10.2.4). */
function expiresOf(response: SipResponse, contactUser: string, asked: number): number {
  const own = (response.header('contact') ?? '').split(',').find((contact) => contact.includes(`${contactUser}@`))
  const seconds = Number.parseInt(/;\s*expires=(\d+)/i.exec(own ?? '')?.[1] ?? response.header('expires') ?? '', 10)
  return seconds > 0 ? seconds : asked
}
