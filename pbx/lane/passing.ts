/** A REGISTER as the engine read it, with as much of `IncomingRequest` as the shared parts of entrance and registrar look at. */
import type { ReadAddress } from '../sip/address.ts'
import { parseAddress } from '../sip/address.ts'
import { namesExtension } from '../sip/headers.ts'
import type { IncomingRequest, SipOrigin, SipUri } from '../sip/types.ts'
import { parseUri } from '../sip/uri.ts'

/** Of the engine's message what is needed here. */
export interface PassingMessage {
  readonly method: string
  readonly uri: string
  /** Lower-case full names; `values` beside it. */
  readonly names: readonly string[]
  readonly values: readonly string[]
  readonly body: string
  readonly raw: string
  readonly callId: string
  readonly cseq: number
  readonly from: string
  readonly to: string
  readonly toTag: string
}

export type PassingFlow = Pick<SipOrigin, 'transport' | 'address' | 'port'>

/**
 * Header fields that change nothing about the answer, or that are looked at here. A REGISTER with any other goes to the
 * application: what it makes of it is not known here.
 */
const PLAIN: ReadonlySet<string> = new Set([
  'via', 'max-forwards', 'from', 'to', 'call-id', 'cseq', 'contact', 'expires', 'authorization', 'user-agent', 'allow', 'supported', 'content-length',
  'date', 'organization', 'allow-events', 'accept', 'accept-encoding', 'accept-language',
])

/** Each REGISTER of such a phone is told another temporary address (RFC 5627 §5.4). */
const GRUU = 'gruu'

export type Passing = Pick<IncomingRequest, 'method' | 'callId' | 'cseq' | 'userAgent' | 'source' | 'header'> & { requestUri: SipUri; to: ReadAddress }

/** Undefined when the application must look at it. */
export function readPassing(message: PassingMessage, { transport, address, port }: PassingFlow): Passing | undefined {
  const { names, values } = message
  if (message.method !== 'REGISTER' || message.toTag !== '' || message.body !== '') return undefined
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    if (!PLAIN.has(name)) return undefined
    // Joined they may mean something else than each.
    if (name !== 'via' && names.indexOf(name) !== i) return undefined
  }
  const header = (name: string): string | undefined => {
    const at = names.indexOf(name)
    if (at === -1) return undefined
    return name === 'via' ? values.filter((_value, i) => names[i] === name).join(', ') : values[at]
  }
  // The application decodes UTF-8, and writes its own address in place of this name.
  if (/[^\x00-\x7e]/.test(message.raw) || /localhost/i.test(header('contact') ?? '')) return undefined
  if (namesExtension(header('supported'), GRUU)) return undefined
  const requestUri = parseUri(message.uri)
  const to = parseAddress(message.to)
  if (requestUri === undefined || to === undefined || to.params.has('tag') || parseAddress(message.from) === undefined) return undefined
  return { method: 'REGISTER', callId: message.callId, cseq: message.cseq, requestUri, to, header, userAgent: header('user-agent'), source: { transport, address, port, certified: [] } }
}
