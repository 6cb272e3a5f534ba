/**
 * What the PBX and an engine of ours in a process of its own say to each other beside drachtio's wire: JSON in
 * `dialplane|` messages of a connection to the control port. A drachtio-server knows no such message and hangs up,
 * which is how the two are told apart.
 */
import type { RefusalCode } from '../../../config/errors.ts'
import type { EngineStatus } from '../engine/engine.ts'
import type { GateOrder, GateReport } from '../engine/gate/orders.ts'
import type { NameReport } from '../engine/locate/describe.ts'
import type { PeerPlace } from '../engine/transport/flow.ts'
import type { TraceRecord } from '../engine/trace.ts'
import type { Certificate } from '../tls/certificate.ts'

/** Both sides must speak the same. */
export const VERSION = 1

/** Without the key. Dates cross the wire as text. */
export interface CertificateNews {
  certificates: (Omit<Certificate, 'certificate' | 'key' | 'notBefore' | 'notAfter'> & { notBefore: string; notAfter: string })[]
  problems: readonly string[]
  authority: string | null
  renewal: { domains: readonly string[]; next: string; problem: string | null } | null
}

export interface Answers {
  status: EngineStatus
  names: NameReport[]
  /** Certificate files were read again. */
  read: null
  /** Domains for our own certificate were taken. */
  domains: null
}

export type Question =
  | { what: 'status' }
  | { what: 'names'; name?: string; again: boolean }
  | { what: 'read' }
  | { what: 'domains'; domains: readonly string[] }

export type ToApart =
  | { say: 'hello'; version: number }
  | { say: 'gate'; order: GateOrder }
  | { say: 'ask'; id: number; question: Question }

export type FromApart =
  /** `certificates`: null when nothing is served over TLS. */
  | { say: 'hello'; version: number; certificates: CertificateNews | null }
  | { say: 'trace'; records: readonly TraceRecord[] }
  | { say: 'gate'; report: GateReport }
  | { say: 'gone'; peer: PeerPlace }
  | { say: 'certificates'; certificates: CertificateNews }
  | { say: 'answer'; id: number; answer: Answers[keyof Answers] }
  | { say: 'refused'; id: number; code: RefusalCode; message: string }

/** Text as the control wire carries it, one character a byte. */
export function encode(message: ToApart | FromApart): string {
  const json = JSON.stringify(message)
  return Buffer.byteLength(json) === json.length ? json : Buffer.from(json).toString('latin1')
}

/** Undefined for what is no JSON. */
export function decode<T extends ToApart | FromApart>(text: string): T | undefined {
  try {
    return JSON.parse(/[\x80-\xff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text) as T
  } catch {
    return undefined
  }
}
