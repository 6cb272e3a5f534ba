/**
 * The media seam: everything the PBX may ask of a media engine.
 *
 * Two engines stand behind it: `media/embedded` (worker threads, npm only) and
 * `media/freeswitch`. The same behaviours are proved on both by `test/contract/media`.
 * The contract is whole from the start; what an engine cannot do yet is false in
 * `capabilities`, and routing asks there before it plans. Calling an operation whose
 * capability is false is refused with `unsupported`.
 *
 * Ownership: whoever creates an endpoint or conference closes it. `close()` is idempotent
 * everywhere, and closing an endpoint ends what runs on it (play, record, collect, tap, bridge).
 */

import type { LegEncryption, LegSecurity } from './encryption.ts'
import type { KeptSound, SoundKeeper, StoredSound } from './keeper.ts'
import type { PromptDesk } from './prompt-desk.ts'
import type { MediaServers, MediaServerState } from './servers.ts'
import type { EndpointStats, PlayoutStats } from './stats.ts'

export type { EndpointStats, LegEncryption, LegSecurity, PromptDesk, MediaServers, MediaServerState, PlayoutStats, KeptSound, SoundKeeper, StoredSound }

/**
 * How digits go to a peer and come from it. `auto`: as events (RFC 4733) where the peer has them, else as tones in the sound. `rfc4733`: likewise, and
 * its sound is never searched for tones. `inband`: tones in the sound, no events. `info`: by signalling alone (SIP INFO), no events.
 */
export type DtmfWay = 'auto' | 'rfc4733' | 'inband' | 'info'

/** What an engine can do, as data; never `instanceof`. */
export interface MediaCapabilities {
  /** Engine name for people: `embedded` or `freeswitch`. */
  readonly engine: string
  /** Encodings it relays or transcodes, in order of preference, by their SDP names: `PCMU`, `PCMA`, `G722`, `opus`. */
  readonly codecs: readonly string[]
  /** It converts between any two of `codecs`; when false both sides must share one. */
  readonly transcoding: boolean
  readonly play: boolean
  /** Text to speech in `play`. */
  readonly speak: boolean
  readonly collect: boolean
  readonly sendDigits: boolean
  readonly record: boolean
  readonly conference: boolean
  /** `Endpoint.supervise`. */
  readonly supervise: boolean
  /** `Endpoint.echo`. */
  readonly echo: boolean
  readonly tap: boolean
  /** SRTP keying it can do. */
  readonly srtp: readonly ('sdes' | 'dtls')[]
  readonly ice: boolean
  /** Endpoints it will hold at once; routing refuses new calls beyond. */
  readonly maxEndpoints: number
}

export type MediaServerEvents = {
  /** New endpoints can be made. */
  available: []
  /** No new endpoint can be made; the reason in words. */
  unavailable: [reason: string]
}

export interface MediaServer {
  readonly capabilities: MediaCapabilities
  readonly available: boolean
  /** Absent when the engine is in this process. */
  readonly servers?: MediaServers | undefined
  /** Opens a port pair. Rejects with Refusal `unavailable` (no ports, no worker) or `unprocessable` (the offer has nothing we can use: SIP 488). */
  createEndpoint(options: EndpointOptions): Promise<Endpoint>
  /** Opens an empty one. `name` is for logs. */
  createConference(name: string): Promise<Conference>
  /** Figures of the engine now, for the health page. */
  load(): Promise<MediaLoad>
  on<K extends keyof MediaServerEvents>(event: K, listener: (...args: MediaServerEvents[K]) => void): () => void
  /** Closes every endpoint and worker. */
  stop(): Promise<void>
}

export interface MediaLoad {
  endpoints: number
  /** Ports closed but still drained so that no new call inherits a stranger's audio. */
  drainingPorts: number
  workers: WorkerLoad[]
}

export interface WorkerLoad {
  id: number
  endpoints: number
  packetsIn: number
  packetsOut: number
  /** Times the 20 ms clock came late, and the worst lateness in milliseconds since start. */
  lateTicks: number
  worstLatenessMs: number
}

export interface EndpointOptions {
  /** For logs and the trace: the call and leg this belongs to. */
  callId: string
  legId: string
  /** The peer's SDP offer. Absent: we make the offer with `localSdp`, and `negotiate` takes the answer. */
  offer?: string
  /** Where the peer's signalling comes from; picks the local address that routes there, and is the first trusted source when SDP names a private or unreachable address. */
  peerAddress: string
  /** Encodings allowed on this leg in order of preference; the engine's own order when absent. */
  codecs?: readonly string[]
  /** Absent: `auto`. */
  dtmf?: DtmfWay
  /** Milliseconds of sound a packet, 10, 20, 30, 40 or 60, whatever the peer would like; absent: as it would. No longer than it takes at most. */
  packetMs?: number
  /** It will join this conference: an engine may place it where that is. */
  near?: Conference
  /** Absent: never encrypted. */
  encryption?: LegEncryption
  /** The leg goes on from another endpoint whose last description had this `o=` line: ours continues it (RFC 3264 §8). An engine may not be able to. */
  follows?: { id: string; version: number }
  /** No engine shall carry the sound of this call: the caller's description is passed on, as while none is up. */
  withoutEngine?: boolean
  /** A call for help: it also takes a port that still rests from another call, and counts against no limit of the engine's own. */
  urgent?: boolean
}

export type EndpointEvents = {
  /** The first packet of the peer came in and its source is latched. */
  'media-started': [source: { address: string; port: number }]
  /** No packet for this many seconds while the peer should send. */
  'media-timeout': [seconds: number]
  /**
   * One DTMF digit came in: as an event (RFC 4733), in the sound of a peer that has no events, or by `hearDigit`. One that
   * comes in two ways is one. The digit itself must never be logged.
   */
  digit: [digit: string, durationMs: number]
  /** A digit for the peer, which has them by signalling (`dtmf` is `info`): whoever speaks SIP sends it. The digit itself must never be logged. */
  'digit-out': [digit: string, durationMs: number]
  /** The audio is encrypted from now on. */
  secured: [security: LegSecurity]
  /** Encryption was agreed on and will not be: the peer is not who it says. No audio passes any more. */
  insecure: [reason: string]
  /** The endpoint is gone; `reason` is `closed` or names the fault (`worker-died`). */
  closed: [reason: string]
}

/** Direction as this side sees it (RFC 3264 §5.1). */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export interface Endpoint {
  readonly id: string
  /** True when no engine carries its sound, which goes from phone to phone: it can be negotiated, bridged to its like and closed, and nothing else. */
  readonly bypass?: boolean
  /** Our current SDP: the offer when created without one, else the answer. */
  readonly localSdp: string
  /** What the peer last asked for, as the peer sees it; `sendonly` and `inactive` mean it put us on hold. */
  readonly remoteDirection: MediaDirection
  /** Name of the encoding in use, e.g. `PCMU`; undefined until negotiated. */
  readonly codec: string | undefined
  /** Undefined while the audio is plain, or no key is agreed on yet. */
  readonly security: LegSecurity | undefined

  /**
   * Takes the peer's SDP and returns ours.
   * - `answer`: the answer to our offer; returns `localSdp` unchanged.
   * - `offer`: a new offer (re-INVITE, UPDATE); returns the answer. Address, port, direction and codec may change.
   * Refuses with `unprocessable` when nothing fits; the endpoint then stays as it was.
   */
  negotiate(kind: 'offer' | 'answer', sdp: string): Promise<string>
  /**
   * Before our answer has gone out: answers the peer's offer anew with the first of `codecs` that the offer lists, so that
   * two legs share one and nothing is transcoded. Leaves the answer as it is when there is none, or when the offer was ours.
   */
  prefer(codecs: readonly string[]): Promise<void>
  /** A fresh offer for a re-INVITE by us, with this direction; the answer goes to `negotiate('answer')`. */
  reoffer(direction: MediaDirection): Promise<string>

  /** Plays to this endpoint's peer until done, stopped or aborted. */
  play(source: PlaySource, options?: PlayOptions): Promise<PlayResult>
  collect(options: CollectOptions): Promise<CollectResult>
  /** Records both sides of the conversation: this endpoint's peer left, the bridged party right. */
  record(options: RecordOptions): Promise<Recording>
  /** Joins two endpoints: what comes in on one goes out on the other. Replaces an earlier bridge of either. */
  bridge(other: Endpoint): Promise<void>
  unbridge(): Promise<void>
  /**
   * Stops sending the other party's audio to the peer until `on` is false.
   * @param music the class of music it hears instead; silence when absent, or when that class cannot be played
   */
  hold(on: boolean, music?: string): Promise<void>
  sendDigits(digits: string, options?: { durationMs?: number; gapMs?: number }): Promise<void>
  /**
   * The peer pressed a digit and said so by signalling (SIP INFO): told as `digit` and sent on to the bridged party like any
   * other. Refuses `unprocessable` for what is no digit.
   */
  hearDigit(digit: string, durationMs: number): Promise<void>
  /** A copy of what the peer says, for speech recognition. */
  tap(options: TapOptions): Promise<Tap>
  /**
   * Lets `supervisor`, an endpoint that is in no bridge and no conference, listen to this call: to what this peer and the
   * party it is bridged to say. A call may have several. Refuses `conflict` when the supervisor's endpoint is taken.
   */
  supervise(supervisor: Endpoint, mode: SupervisionMode): Promise<Supervision>
  /**
   * Sends back to the peer what it says, until aborted, closed, bridged or taken elsewhere, and resolves then. It leaves the bridge
   * it is in; what was late or lost comes back late or is missing, and nothing is mixed.
   */
  echo(options?: EchoOptions): Promise<void>
  stats(): Promise<EndpointStats>
  on<K extends keyof EndpointEvents>(event: K, listener: (...args: EndpointEvents[K]) => void): () => void
  /** Returns the final figures. The ports go on draining before they are used again. Idempotent. */
  close(): Promise<EndpointStats>
}

export type PlaySource =
  /** A prompt by its name in media/prompts, e.g. `not-in-service`. */
  | { kind: 'prompt'; name: string; /** Whose own recording of it is played, when there is one. */ tenantId?: string }
  /** A sound file (WAV, 16-bit mono or G.711) under the media storage folder. */
  | { kind: 'file'; path: string }
  | { kind: 'speak'; text: string }
  /** Music, from where its one stream is now; without end. Refuses `not-found` for a class that is none. */
  | { kind: 'music'; name: string }
  /** A tone of the network as it sounds in the country of the settings; repeat it for as long as it shall sound. */
  | { kind: 'network-tone'; name: 'dial' | 'ringing' | 'busy' | 'congestion' }
  /**
   * A tone: frequencies in Hz and on/off cadence in milliseconds. As loud as tones of networks are, or of this level in dBm0 (0: the
   * loudest that can be asked for, 3.17 below the loudest sine of G.711).
   */
  | { kind: 'tone'; frequencies: readonly number[]; cadenceMs: readonly number[]; levelDbm0?: number }

export interface EchoOptions {
  /** How much later the peer hears itself; 0 when absent, 10,000 at most. */
  delayMs?: number
  signal?: AbortSignal
}

export interface PlayOptions {
  /** Times to play; 1 when absent; Infinity until stopped. */
  repeat?: number
  signal?: AbortSignal
}

export interface PlayResult {
  /** How playing ended. */
  ended: 'finished' | 'aborted' | 'closed'
  seconds: number
}

/** What was typed in the seconds before, while nobody collected and no other party was bridged, counts too. */
export interface CollectOptions {
  max: number
  /** Digits that end the input, e.g. `#`. */
  terminators?: string
  firstDigitMs: number
  interDigitMs: number
  totalMs?: number
  prompt?: PlaySource
  signal?: AbortSignal
}

export interface CollectResult {
  digits: string
  ended: 'max' | 'terminator' | 'timeout' | 'aborted' | 'closed'
}

export interface RecordOptions {
  /**
   * File to write, absolute, ending in `.wav`; its folder exists. WAV, 16-bit PCM, stereo, 16 kHz when a side is wideband
   * and 8 kHz else. A call that becomes wideband later goes on in a file beside it (`x.2.wav`).
   */
  path: string
  signal?: AbortSignal
}

export interface RecordingResult {
  path: string
  /** The files that were written, in order, when they are more than `path`. */
  parts?: readonly string[]
  seconds: number
  bytes: number
  /** Why it ended: `stopped`, `closed` (the call ended), `disk-full`, `failed`. The call itself goes on whatever happens here. */
  ended: 'stopped' | 'closed' | 'disk-full' | 'failed'
  message?: string
}

export interface Recording {
  readonly path: string
  pause(): Promise<void>
  resume(): Promise<void>
  stop(): Promise<RecordingResult>
  /** Settles once, however the recording ends. */
  readonly finished: Promise<RecordingResult>
}

export interface TapOptions {
  sampleRate: 8000 | 16000
  /**
   * Sound in pieces of a tenth of a second, in order, what was lost concealed. Pauses in which the peer sends nothing are
   * left out. A consumer that returns a promise is given at most two seconds ahead of what it has finished; what
   * would be more is thrown away.
   * @param droppedMs how much was thrown away before this piece
   */
  onAudio: (pcm: Int16Array, droppedMs: number) => void | Promise<void>
  /** The peer begins to speak, and has stopped for a third of a second. */
  onVoice?: (speaking: boolean) => void
}

export interface Tap {
  close(): Promise<void>
}

/** A party of a conference. */
export interface ConferenceParty {
  readonly endpoint: Endpoint
  readonly muted: boolean
  /** It is heard as speaking now; never while muted. */
  readonly talking: boolean
}

export type ConferenceEvents = {
  /** Who speaks now changed; who began first comes first. */
  talkers: [endpoints: readonly Endpoint[]]
  /** A party is in no longer: it `left`, was `kicked`, its endpoint was `closed`, or the conference `ended`. */
  left: [endpoint: Endpoint, why: 'left' | 'kicked' | 'closed' | 'ended']
  /** The conference is over: `closed`, or the fault by name (`worker-died`). Its parties were told as `left` before. */
  closed: [reason: string]
}

export interface JoinOptions {
  /** Not heard until it is unmuted. */
  muted?: boolean
}

/**
 * A room in which everybody hears all others and not themselves (mix-minus), each in the codec of its own leg. Sound is wide
 * band when a party's codec is. Levels are evened out (automatic gain), and mixed sound too loud is limited softly.
 *
 * A party's endpoint stays its owner's: in a conference it is not bridged, and leaving one leaves it open and silent.
 * What runs on the endpoint itself (play, collect, record, hold, digits) goes on as on any other leg: `play` is heard by that
 * party alone and instead of the room, `record` has the party left and what it hears of the room right.
 */
export interface Conference {
  readonly id: string
  readonly name: string
  readonly locked: boolean
  /** Who is in, in the order they came. */
  parties(): readonly ConferenceParty[]
  /**
   * Takes the endpoint in, out of a bridge or another conference if it is in one. Joining twice changes `muted` alone.
   * Refuses `conflict` while locked, `gone` when the conference or the endpoint is closed, `unavailable` when the engine has no room for it.
   */
  join(endpoint: Endpoint, options?: JoinOptions): Promise<void>
  /** Takes it out again; nothing when it is not in. */
  leave(endpoint: Endpoint): Promise<void>
  /** Refuses `not-found` for an endpoint that is not in. */
  mute(endpoint: Endpoint, muted: boolean): Promise<void>
  /** Like `leave`, told as `kicked`. The call itself is the caller's to end. */
  kick(endpoint: Endpoint): Promise<void>
  /** While locked nobody joins. */
  lock(on: boolean): Promise<void>
  /** Plays to everybody, over what is said; one after the other when several are asked for. */
  play(source: PlaySource, options?: PlayOptions): Promise<PlayResult>
  /** Records what is said by all, the same left and right; refused and ended like a recording of an endpoint. */
  record(options: RecordOptions): Promise<Recording>
  on<K extends keyof ConferenceEvents>(event: K, listener: (...args: ConferenceEvents[K]) => void): () => void
  /** Everybody leaves. Idempotent. */
  close(): Promise<void>
}

/** `listen`: hears both sides and is heard by none. `whisper`: the supervised endpoint's peer hears it too. `barge`: both sides do. */
export type SupervisionMode = 'listen' | 'whisper' | 'barge'

/** Somebody who listens to a call from the side of one of its endpoints. That the call goes on does not depend on it. */
export interface Supervision {
  readonly mode: SupervisionMode
  change(mode: SupervisionMode): Promise<void>
  /** Ended by `close`, by the end of either endpoint, or by a fault (`worker-died`). */
  on(event: 'closed', listener: (reason: string) => void): () => void
  /** The two sides talk on as before it began. Idempotent. */
  close(): Promise<void>
}
