/** What the rest of the house gets from this room. */
import type { ControlLine } from './control-line.ts'
import type { EngineStatus } from './engine/engine.ts'
import type { GateOrder, GateReport } from './engine/gate/orders.ts'
import type { NameReport } from './engine/locate/describe.ts'
import type { TraceRecord } from './engine/trace.ts'
import type { PeerPlace } from './engine/transport/flow.ts'
import type { Certificate } from './tls/certificate.ts'
import type { CertificateStore } from './tls/store.ts'

export type { ControlLine, PeerPlace, TraceRecord }

/** The engine's gate against hostile traffic. It sees and acts; the application decides and orders. */
export interface EngineGate {
  obey(order: GateOrder): void
  /** Told what the gate saw, in batches of 100 ms. Returns a function that ends the subscription. */
  onReport(listener: (report: GateReport) => void): () => void
}

/** A guest of the application's in the engine's thread; what the two say to each other is their own affair. */
export interface EngineLane {
  obey(order: unknown): void
  /** Told in the order in which news and requests were sent. Returns a function that ends the subscription. */
  onNews(listener: (news: never) => void): () => void
}

/** Where SIP names lead. */
export interface NameBook {
  /**
   * One name, looked up when it is not known, or without a name all that were asked for lately. Rejects with a Refusal for what is no name.
   * @param again what was found before, and that targets failed, is forgotten first
   */
  report(name?: string, again?: boolean): Promise<NameReport[]>
}

/** The certificates in use, without what only the engine needs. */
type Certificates = Omit<CertificateStore, 'tls' | 'certificates'> & { readonly certificates: readonly Omit<Certificate, 'certificate' | 'key'>[] }

export interface Signalling {
  /** Where drachtio-srf connects. */
  readonly control: { host: string; port: number; secret: string }
  /**
   * What we prove with, after a restart too, that we are the same application: calls are kept for it while it is away.
   * Undefined where that makes no sense: with a drachtio-server, which keeps nothing, and in the engine's own process.
   */
  readonly identity: string | undefined
  /** The same wire for an application in this process, without a socket. Undefined with a drachtio-server. */
  readonly openLine: (() => ControlLine) | undefined
  /**
   * Every SIP message of the wire in batches, but REGISTER and OPTIONS outside dialogs: raw, unmasked.
   * Returns a function that ends the subscription. Undefined with a drachtio-server, which tells nobody.
   */
  readonly trace: ((listener: (records: readonly TraceRecord[]) => void) => () => void) | undefined
  /** Undefined with a drachtio-server, which has none for applications. */
  readonly gate: EngineGate | undefined
  /** Undefined with a drachtio-server, and when no guest was brought. */
  readonly lane: EngineLane | undefined
  /** Undefined with a drachtio-server, which tells nobody what it found. */
  readonly names: NameBook | undefined
  /**
   * Told when a connection of a peer is closed: it can no longer be reached that way. Returns a function that ends the
   * subscription. Undefined with a drachtio-server, which tells nobody.
   */
  readonly onGone: ((listener: (peer: PeerPlace) => void) => () => void) | undefined
  /** The certificates that TLS is served with. Undefined with a drachtio-server, and when nothing is served over TLS. */
  readonly certificates: Omit<Certificates, 'close'> | undefined
  /** The engine's own figures; undefined with a drachtio-server. */
  readonly status: (() => Promise<EngineStatus>) | undefined
  readonly external: boolean
  /** Told once when the embedded engine died; SIP is gone until a restart. */
  onFailure(listener: (reason: string) => void): void
  /** Idempotent; SIP ports and threads are free afterwards. */
  close(): Promise<void>
}
