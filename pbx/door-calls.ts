/** Calls as the API sees them: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { ClickToDial } from './door-click.ts'
import type { Page, Paged } from './door-extensions.ts'
import type { RecordingInfo } from './door-recordings.ts'
import type { CallView } from './events/catalogue.ts'

/** A party of an answered call. */
export type Side = 'caller' | 'callee'

/** Who goes on to a number. */
export interface TransferOrder {
  side: Side
  /** As it was clicked: spaces and signs do not matter, nor `tel:`. */
  to: string
}

/** For whom a call is held. */
export interface HoldOrder {
  side: Side
  on: boolean
}

/** What is played to whom: a text, spoken, or a prompt by its name. */
export interface PlayOrder {
  side: Side | 'both'
  source: { text: string } | { prompt: string }
  repeat: number
}

/** Digits for one side: 0 to 9, star, hash and A to D. */
export interface DigitsOrder {
  side: Side
  digits: string
}

/** Who is to listen to a call, and from which side: that of the phone which alone hears a whisper. */
export interface SupervisionOrder {
  extensionId: string
  side: 'caller' | 'callee'
  mode: 'listen' | 'whisper' | 'barge'
}

/** Which calls of the history. */
export interface CallQuery {
  /** Calls of one chain of transfers: those that share this `rootId`. */
  rootId?: string
  /** Part of a number or name of either side. */
  search?: string
  extensionId?: string
  /** Calls of any of these chains. */
  rootIds?: string[]
  /** Only calls to the own phone that click-to-dial made. */
  clicked?: true
  result?: string
  direction?: string
  from?: Date
  to?: Date
}

export interface CallFilter extends CallQuery, Page {
  sort: 'started_at'
  order: 'asc' | 'desc'
}

export interface CallPage extends Paged<PastCall> {
  /** There are more than `total`, which can be reached by asking for fewer days only. */
  more: boolean
}

/** A call of the history: the final view, plus its recordings. */
export interface PastCall extends CallView {
  recordings: RecordingInfo[]
}

export interface TraceMessage {
  /** Milliseconds since the epoch, with fractions. */
  at: number
  /** Which leg of CallView.legs this belongs to. */
  legId: string | null
  direction: 'in' | 'out'
  transport: string
  peer: string
  local: string | null
  /** `INVITE` or `180 Ringing`: the arrow's label. */
  summary: string
  /** The CSeq method of a response, the method of a request. */
  method: string
  /** Null for requests. */
  status: number | null
  repeat: boolean
  hasSdp: boolean
  /** The whole message, credentials and SRTP keys masked. */
  text: string
}

export interface CallTrace {
  call: CallView
  messages: TraceMessage[]
  /** Why the trace is incomplete, when it is. */
  note: string | null
}

export interface CallsDoor {
  /** Calls going on. */
  live(actor: Actor): CallView[]
  /** Also by the id of the first call of a chain. */
  hangUp(actor: Actor, id: string): Promise<void>
  /** Click-to-dial. Says what speaks against it before anything rings: `unprocessable`, `conflict`. A second click within seconds is the first again. */
  dial(actor: Actor, wish: ClickToDial): Promise<CallView>
  /** Starts, pauses, resumes or stops recording of an answered call. */
  record(actor: Actor, id: string, action: 'start' | 'pause' | 'resume' | 'stop'): Promise<RecordingInfo>
  /** Rings an extension and lets it listen to a call that goes on; returns the call of whoever listens. Its mode is changed by keys: 1 whispers, 2 whispers to the other side, 3 barges in, 0 listens. */
  supervise(actor: Actor, id: string, order: SupervisionOrder): Promise<CallView>
  /**
   * One side of an answered call goes on to a number, and the other is let go, as if its phone had transferred the call: its rights
   * count, and where nobody answers the two talk again. A caller who talks to the house alone goes on as the house sends it.
   * Refuses `conflict` with what speaks against it; what became of it is told by events.
   */
  transfer(actor: Actor, id: string, order: TransferOrder): Promise<CallView>
  /** Holds an answered call for one side, or takes it back: the other hears music, this one nothing. What the phone itself holds stays so. */
  hold(actor: Actor, id: string, order: HoldOrder): Promise<CallView>
  /** Plays to one side of an answered call, or both, instead of what was played before; they hear nothing else meanwhile. */
  play(actor: Actor, id: string, order: PlayOrder): Promise<void>
  /** Ends what `play` began; nothing happens when that is over. */
  stopPlaying(actor: Actor, id: string): Promise<void>
  /** Sends digits to one side of an answered call, as if the other had pressed them. They are nowhere written down. */
  sendDigits(actor: Actor, id: string, order: DigitsOrder): Promise<void>
  history(actor: Actor, filter: CallFilter): Promise<CallPage>
  /** All that match, newest first, a batch at a time, without their recordings; audited. */
  export(actor: Actor, query: CallQuery): AsyncGenerator<PastCall[]>
  /** A live or past call. */
  get(actor: Actor, id: string): Promise<PastCall>
  trace(actor: Actor, id: string): Promise<CallTrace>
  /** The trace as a pcap file. */
  capture(actor: Actor, id: string): Promise<Uint8Array>
}
