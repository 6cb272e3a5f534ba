/** What the machine serves with and whether it takes calls, as the API sees it: a part of the door in `door.ts`. */

/** A certificate that TLS and secure WebSocket are served with. */
export interface CertificateInfo {
  /** Where it was read. */
  source: string
  /** Made by Dialplane, and renewed by it. */
  own: boolean
  /** Domains and addresses it is for. */
  names: string[]
  issuer: string
  notBefore: Date
  notAfter: Date
  /** `ending`: within 21 days. */
  state: 'good' | 'ending' | 'ended'
}

export interface Certificates {
  /** False with a drachtio-server, whose own affair they are, and when nothing is served over TLS. */
  served: boolean
  /** The one for phones that ask for no name first. */
  certificates: CertificateInfo[]
  /** What is wrong with the files, a sentence each. */
  problems: string[]
  /** PEM of the authority that issued our own certificate, for phones to trust; null while another is in use. */
  authority: string | null
  /** Of the certificate that an authority makes and renews by itself (ACME); null: none does. */
  renewal: { domains: string[]; /** When it is looked at or tried again. */ next: Date; /** Why there is no new one; null: nothing is wrong. */ problem: string | null } | null
}

/** Whether new calls are taken. */
export interface Drain {
  /** They are refused with 503, emergency calls excepted. */
  on: boolean
  since: Date | null
  /** The process stops when the last call is over. */
  thenStop: boolean
  /** Calls going on, of all tenants. */
  callsLeft: number
}
