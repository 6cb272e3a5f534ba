/**
 * The conversation between the main thread and a media worker, over one MessagePort.
 *
 * The main thread asks (`Request`), the worker answers each request that wants it once (`Answer`), and
 * the worker tells what happens on its own (`Notice`). Requests are begun in the order they were made. Handles are small integers chosen by the
 * main thread. Audio never crosses to the main thread. Two workers that carry the two halves
 * of one bridge hand packets to each other over a `Link` port of their own.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Encoding, SrtpSuite, StreamSettings } from '../sdp/types.ts'

/** Version of the Internet Protocol. */
export type IpFamily = 4 | 6

export interface WorkerSetup {
  id: number
  /** Local addresses sockets are bound to, one of a family at most. */
  hosts: readonly string[]
  /** Even ports of this worker: first, first + step, … up to last. `first` 0: any free pair. */
  ports: { first: number; last: number; step: number }
  timing: Timing
  identity: Identity
}

/** The certificate for DTLS that all workers show. */
export interface Identity {
  /** DER. */
  certificate: Uint8Array
  /** PEM. Never told. */
  key: string
}

/** Intervals, in milliseconds. Tests shorten them. */
export interface Timing {
  /** A closed pair is freed once nothing came in for this long, */
  drainIdleMs: number
  /** or after this long in any case. */
  drainMaxMs: number
  rtcpMs: number
  /** Silence of a peer that should send, before `media-timeout`; 0 turns it off. */
  mediaTimeoutMs: number
  /** How often slow work (RTCP due, drain, timeout) is looked at. */
  sweepMs: number
  /** A worker that answers nothing for this long hangs, and is replaced like one that died. */
  hangMs: number
}

export const usualTiming: Timing = { drainIdleMs: 5000, drainMaxMs: 10_000, rtcpMs: 5000, mediaTimeoutMs: 60_000, sweepMs: 500, hangMs: 10_000 }

/** How far a packet's source may be from the negotiated one; see the README on latching. */
export interface LatchRule {
  /** Where the peer's signalling comes from. */
  peerAddress: string
  /** The negotiated address cannot be where packets come from (behind NAT, or 0.0.0.0). */
  elsewhere: boolean
}

export type WorkerSource =
  | { kind: 'file'; path: string }
  /** Files one after the other without end, from the place where the time of day is. */
  | { kind: 'music'; paths: readonly string[] }
  | { kind: 'tone'; frequencies: readonly number[]; cadenceMs: readonly number[]; levelDbm0?: number }

export interface PlayOutcome {
  ended: 'finished' | 'aborted' | 'closed'
  seconds: number
}

export interface RecordingOutcome {
  seconds: number
  bytes: number
  /** The files that hold something, in order. */
  parts: string[]
  ended: 'stopped' | 'closed' | 'disk-full' | 'failed'
  message: string | undefined
}

/** Figures of one endpoint; the main thread adds what only it knows. */
export interface LegStats {
  remote: { address: string; port: number } | undefined
  packetsReceived: number
  packetsSent: number
  bytesReceived: number
  bytesSent: number
  packetsLost: number
  lossRate: number
  jitterMs: number
  roundTripMs: number | undefined
  mos: number | undefined
  strayPackets: number
}

/** Figures of an adaptive jitter buffer, in milliseconds but for the packets. */
export interface PlayoutFigures {
  delayMs: number
  latePackets: number
  concealedMs: number
  skippedMs: number
}

export type SupervisionMode = 'listen' | 'whisper' | 'barge'

/** What an endpoint takes from a conference. */
export interface PartyFormat {
  encoding: Encoding
  packetMs: number
}

export interface WorkerFigures {
  endpoints: number
  drainingPorts: number
  packetsIn: number
  packetsOut: number
  lateTicks: number
  worstLatenessMs: number
}

/** Every request by name: what is asked, what is answered. */
export interface Operations {
  open: { ask: { endpoint: number; family: IpFamily; urgent?: boolean }; answer: { port: number } }
  configure: { ask: { endpoint: number; stream: StreamSettings; rule: LatchRule }; answer: null }
  /** What comes in on `endpoint` goes out on `to`, which lives in `worker` (undefined: this one). */
  attach: { ask: { endpoint: number; to: number; worker: number | undefined }; answer: null }
  detach: { ask: { endpoint: number }; answer: null }
  /** What comes in on `endpoint` goes out on it, so much later. */
  echo: { ask: { endpoint: number; delayMs: number }; answer: null }
  /** `music`: what is heard instead of silence. */
  hold: { ask: { endpoint: number; on: boolean; music: WorkerSource | undefined }; answer: null }
  /** Answered when playing ended. */
  play: { ask: { endpoint: number; play: number; source: WorkerSource; repeat: number }; answer: PlayOutcome }
  stopPlay: { ask: { play: number }; answer: null }
  /** Answered when the last digit was sent. */
  sendDigits: { ask: { endpoint: number; digits: string; durationMs: number; gapMs: number }; answer: { sent: boolean } }
  /** The peer pressed a digit and said so by signalling. */
  hearDigit: { ask: { endpoint: number; digit: string; durationMs: number }; answer: null }
  /** What the peer says goes to the main thread as notices, until it is closed or the endpoint is. */
  tap: { ask: { endpoint: number; tap: number; rate: 8000 | 16000 }; answer: null }
  /** The consumer is done with one piece. */
  tapDone: { ask: { tap: number }; answer: null }
  closeTap: { ask: { tap: number }; answer: null }
  /** `rate`: samples a second to begin with. */
  record: { ask: { endpoint: number; recording: number; path: string; rate: number }; answer: null }
  pauseRecording: { ask: { recording: number; on: boolean }; answer: null }
  stopRecording: { ask: { recording: number }; answer: null }
  openRoom: { ask: { room: number }; answer: null }
  closeRoom: { ask: { room: number }; answer: null }
  /** What the room says to `party` goes to `endpoint`, which lives in `worker` (undefined: this one). What it says itself is attached to `party`. */
  joinRoom: { ask: { room: number; party: number; endpoint: number; worker: number | undefined; format: PartyFormat; muted: boolean }; answer: null }
  /** The endpoint has agreed on another codec. */
  reformatParty: { ask: { room: number; party: number; endpoint: number; worker: number | undefined; format: PartyFormat }; answer: null }
  leaveRoom: { ask: { room: number; party: number }; answer: null }
  muteParty: { ask: { room: number; party: number; muted: boolean }; answer: null }
  /** Answered when playing ended; `stopPlay` ends it too. */
  playRoom: { ask: { room: number; play: number; source: WorkerSource; repeat: number }; answer: PlayOutcome }
  recordRoom: { ask: { room: number; recording: number; path: string }; answer: null }
  partyFigures: { ask: { room: number; party: number }; answer: PlayoutFigures }
  /** Somebody listens to `endpoint`; what he hears goes to the endpoint `to` of `worker` (undefined: this one), what he says is attached to `supervision`. */
  supervise: { ask: { endpoint: number; supervision: number; to: number; worker: number | undefined; format: PartyFormat; ownFormat: PartyFormat; mode: SupervisionMode }; answer: null }
  changeSupervision: { ask: { supervision: number; mode: SupervisionMode }; answer: null }
  endSupervision: { ask: { supervision: number }; answer: null }
  supervisionFigures: { ask: { supervision: number }; answer: PlayoutFigures }
  stats: { ask: { endpoint: number }; answer: LegStats }
  close: { ask: { endpoint: number }; answer: LegStats }
  load: { ask: Record<never, never>; answer: WorkerFigures }
  /** Answered at once by a thread that does not hang. */
  alive: { ask: Record<never, never>; answer: null }
  /** Hands over one end of the channel to another worker. */
  link: { ask: { worker: number; port: MessagePort }; answer: null }
  /** Closes every socket and file; the worker ends by itself afterwards. */
  shutdown: { ask: Record<never, never>; answer: null }
}

export type OperationName = keyof Operations
export type Ask<K extends OperationName> = Operations[K]['ask']
export type AnswerTo<K extends OperationName> = Operations[K]['answer']

export type Handlers = { readonly [K in OperationName]: (ask: Ask<K>) => AnswerTo<K> | Promise<AnswerTo<K>> }

/** `id` 0 wants no answer: what goes wrong then is told as a notice. */
export type Request = { [K in OperationName]: { id: number; op: K; ask: Ask<K> } }[OperationName]

/** `unavailable` and `unprocessable` become Refusals; `bug` an Error. */
export interface Fault {
  code: 'unavailable' | 'unprocessable' | 'not-found' | 'conflict' | 'bug'
  message: string
}

export type Answer = { id: number; value: unknown; fault?: undefined } | { id: number; fault: Fault }

/** What is said within one turn of the loop travels as one message: waking a thread costs more than anything said. */
export type ToWorker = readonly Request[]
export type FromWorker = readonly (Answer | Notice)[]

export type Notice =
  | { notice: 'ready' }
  | { notice: 'media-started'; endpoint: number; address: string; port: number }
  | { notice: 'media-timeout'; endpoint: number; seconds: number }
  | { notice: 'secured'; endpoint: number; suite: SrtpSuite }
  | { notice: 'insecure'; endpoint: number; reason: string }
  | { notice: 'digit'; endpoint: number; digit: string; durationMs: number }
  /** For the peer, by signalling. */
  | { notice: 'digit-out'; endpoint: number; digit: string; durationMs: number }
  /** A tenth of a second of what the peer says; `dropped` such pieces were thrown away before it. */
  | { notice: 'tap-audio'; endpoint: number; tap: number; pcm: Int16Array; dropped: number }
  | { notice: 'tap-voice'; endpoint: number; tap: number; speaking: boolean }
  /** Who speaks in the room now, in the order they began. */
  | { notice: 'talkers'; room: number; parties: readonly number[] }
  | { notice: 'recording-ended'; recording: number; outcome: RecordingOutcome }
  | { notice: 'fault'; op: OperationName; fault: Fault }

/** A digit on its way between two workers, for a party that was not sent it as an event. */
export interface LinkedDigit {
  to: number
  digit: string
  way: DigitWay
}

/** How a digit came in: as an event of RFC 4733, as its tones in the sound, or with the signalling (SIP INFO). */
export type DigitWay = 'event' | 'sound' | 'signalling'

/** One packet on its way between two workers. */
export interface LinkedPacket {
  to: number
  from: number
  /** The worker's number of the encoding, or of an event, or of a packet that is passed over. */
  encoding: number
  /** Timestamp units a millisecond. */
  clock: number
  packet: Uint8Array
}
