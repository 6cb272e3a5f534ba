/** What the engine can be told. Everything has a default but the addresses and the secret. */
import type { RequestHandler } from './wire/handlers.ts'

export interface EngineOptions {
  sip: SipOptions
  /** Where applications connect; only loopback makes sense. */
  control: { host: string; port: number; secret: string }
  /** Who decides on requests outside dialogs, by method, instead of connected applications. */
  handlers?: readonly RequestHandler[]
  /** What an application that is dialled must tell. */
  handlerSecret?: string
  /** An application may ask for what goes beyond drachtio's wire: see `dialplane|` in the control port. */
  aside?: boolean
  /** Hex. Proves that a Route entry is ours; when it is the same after a restart, calls that run through us go on. Random when absent. */
  routeKey?: string
  dns: DnsOptions
  /** Registrations and keep-alives are traced as well. */
  traceAll?: boolean
  timing: Timing
  limits: Limits
}

export interface SipOptions {
  /** Addresses SIP is served on, one of each family at most; `0.0.0.0` and `::` stand for all of theirs. */
  hosts: readonly string[]
  /** UDP and TCP on the same port; 0 takes any free port. */
  port: number
  /** TLS, WebSocket and secure WebSocket, each on a port of its own; 0 takes any free port, undefined: not served. */
  tlsPort?: number | undefined
  wsPort?: number | undefined
  wssPort?: number | undefined
  /** Needed when anything is served over TLS. */
  tls?: TlsOptions | undefined
  /** Told to peers outside private ranges, instead of our own address of the same family. */
  externalAddress: string | undefined
}

export interface TlsOptions {
  /** PEM, each certificate followed by its chain. The first is for peers that name none, or one that no other is for. */
  certificates: readonly { certificate: string; key: string }[]
  /** PEM: authorities for the certificates of peers. */
  ca: string | undefined
  /** Whether peers that connect are asked for a certificate, and whether they must have one. A bad one is always refused. */
  clients: 'off' | 'ask' | 'require'
  /** Whether servers that we connect to must have a certificate for their name. */
  verifyServers: boolean
  minVersion: 'TLSv1.2' | 'TLSv1.3'
  /** Servers to whom we prove who we are, or whom we know by more than their name. */
  peers?: readonly TlsPeer[]
}

export interface TlsPeer {
  /** As it is connected to, in lower case. */
  host: string
  /** PEM, shown when the server asks for it. */
  certificate: string | undefined
  key: string | undefined
  /** PEM: it, or whoever issued its certificate, and nobody else is believed; undefined: those whom all are checked by. */
  authority: string | undefined
  /** Whom its certificate must be for; undefined: the host. */
  name: string | undefined
}

export interface DnsOptions {
  /** Name servers, `192.0.2.53` or `192.0.2.53:5353`; those the machine is set up with when empty. */
  servers: readonly string[]
}

/** Milliseconds. */
export interface Timing {
  /** RFC 3261 §17.1.1.1: round trip estimate. All timers that are multiples of it follow. */
  t1: number
  /** Longest interval between retransmissions of requests but INVITE and of responses to INVITE. */
  t2: number
  /** Longest time a message stays in the network. */
  t4: number
  /** A target that said nothing for this long is left for the next one, when there is one. */
  patience: number
  /** A target that failed is tried last for this long; twice as long after each further failure, up to `penaltyMax`. */
  penalty: number
  penaltyMax: number
  /** A name server that said nothing for this long is left for the next one. */
  nameServer: number
  /** A name that is still being looked up after this time counts as unknown. */
  locate: number
  /** An INVITE that the application left without any response for this long is answered 503. */
  inviteAnswer: number
  /** Any other request left unanswered for this long is answered 503, while the client still waits (its timer F is 32 s). */
  requestAnswer: number
  /** RFC 3261 §16.6.11, timer C: an INVITE that is forwarded and rings is given up when nothing was heard of it for this long; more than 3 minutes. */
  proxyInvite: number
  /** A peer on a stream that began a message must complete it in this time. */
  slowPeer: number
  /** A peer on a stream that was silent for this long is disconnected. */
  idlePeer: number
  /** Connecting to a peer is given up after this time. */
  connect: number
  /** A peer must have completed its TLS handshake, or its WebSocket's, in this time. */
  handshake: number
  /** An application must authenticate in this time. */
  authenticate: number
  /** The echo of a response that makes no dialog may wait this long for company on the control wire. */
  echo: number
  /** Messages for the trace are sent on at this interval. */
  trace: number
  /** Calls of an application whose connection is gone are kept for this long when it told who it is; 0: not at all. */
  grace: number
  /** What only such an application can answer waits for it for this long. */
  away: number
  /** RFC 4028 §5: the shortest session a peer may ask for, in whole seconds; a shorter one is answered 422. */
  sessionMin: number
}

export interface Limits {
  /** Bytes of one SIP message over a stream. A longer one is answered 513 and the connection closed. */
  message: number
  /** Bytes of a request that goes over UDP; a longer one is tried over TCP first (RFC 3261 §18.1.1). */
  datagram: number
  /** Connections of SIP peers over all streams. */
  connections: number
  /** Of these, with one address: an office behind a NAT has one a phone. */
  connectionsPerAddress: number
  /** Bytes of one frame of the control wire. */
  frame: number
  /** Bytes waiting to be read by a peer on a stream; beyond it the connection is closed. */
  backlog: number
  /** Bytes waiting to be read by an application; beyond it the connection is closed. */
  applicationBacklog: number
  /** Names whose targets are remembered; as many times eight DNS answers, and as many times four dead targets. */
  names: number
  /** Questions to name servers on the way at once. */
  questions: number
  /** Messages kept for the trace between two deliveries; further ones are counted and dropped. */
  trace: number
}

export const defaultTiming: Timing = {
  t1: 500, t2: 4000, t4: 5000, patience: 1750, penalty: 30_000, penaltyMax: 600_000, nameServer: 800, locate: 6000,
  inviteAnswer: 60_000, requestAnswer: 28_000, proxyInvite: 200_000, slowPeer: 10_000, idlePeer: 3_900_000, connect: 4000, handshake: 10_000, authenticate: 5000, echo: 10, trace: 50, grace: 60_000, away: 5000, sessionMin: 90_000,
}

export const defaultLimits: Limits = {
  message: 65_535, datagram: 1300, connections: 20_000, connectionsPerAddress: 4096, frame: 1_048_576, backlog: 1_048_576, applicationBacklog: 67_108_864,
  names: 1000, questions: 500, trace: 5000,
}

/** What the engine counts since it started; kept to be read by a person who wonders. */
export type Counters = {
  received: number
  sent: number
  /** Datagrams and messages that were no SIP, or so broken that no reply was possible. */
  dropped: number
  /** Malformed requests that were answered. */
  malformed: number
  /** Responses and ACKs that belonged to nothing. */
  stray: number
  retransmissionsAbsorbed: number
  retransmissionsSent: number
  /** Connections that were not let in. */
  refused: number
  traceDropped: number
  /** Messages and connections of barred addresses. */
  barred: number
  /** Requests left without an answer for what they are: scanners, unknown domains. */
  silenced: number
  /** Requests of addresses that sent too many. */
  limited: number
  /** New work refused with 503 for overload. */
  overloaded: number
  /** Requests that the application's guest answered. */
  answeredHere: number
}

export function createCounters(): Counters {
  return { received: 0, sent: 0, dropped: 0, malformed: 0, stray: 0, retransmissionsAbsorbed: 0, retransmissionsSent: 0, refused: 0, traceDropped: 0, barred: 0, silenced: 0, limited: 0, overloaded: 0, answeredHere: 0 }
}
