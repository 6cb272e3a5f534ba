/** What the door of the PBX offers of recordings. */
import type { Actor } from '../config/actor.ts'
import type { Page, Paged } from './door-extensions.ts'

export interface RecordingMark {
  /** Seconds from the start. */
  at: number
  kind: 'pause' | 'resume'
  by: string
}

export interface RecordingInfo {
  id: string
  callId: string
  /** Of the chain of transfers the call belongs to: its recordings share it. */
  rootId: string
  direction: 'internal' | 'inbound' | 'outbound'
  from: { number: string; name: string | null; extensionId: string | null }
  to: { number: string; name: string | null; extensionId: string | null }
  /** `failed`: it ended early or never began; what there is can be heard when it is `stored`. */
  status: 'recording' | 'finished' | 'failed' | 'deleted'
  /** It is on the disk as sealed Opus and can be heard. */
  stored: boolean
  seconds: number | null
  /** As Opus in Ogg once stored. */
  bytes: number | null
  /** Samples a second: 16000 when a side was wideband. */
  rate: number | null
  /** Of caller and callee. */
  codecs: string | null
  marks: RecordingMark[]
  failure: string | null
  startedBy: string | null
  startedAt: Date
  endedAt: Date | null
  /** SHA-256 of the Ogg file, hexadecimal. */
  sha256: string | null
  /** Legal hold. */
  hold: { at: Date; by: string; reason: string } | null
  deleted: { at: Date; by: string } | null
}

export interface RecordingFilter extends Page {
  /** Matches numbers and names. */
  search?: string
  extensionId?: string
  callId?: string
  rootId?: string
  direction?: RecordingInfo['direction']
  status?: RecordingInfo['status']
  /** Only those under legal hold, or only those that are not. */
  held?: boolean
  from?: Date
  to?: Date
  sort: 'started_at' | 'seconds'
  order: 'asc' | 'desc'
}

/** Sound for streaming. Close it. */
export interface RecordingSound {
  info: RecordingInfo
  bytes: number
  /** From `start` up to and without `end`. Throws when the file was altered, before anything false is given out. */
  read(start: number, end: number): AsyncGenerator<Buffer, void, undefined>
  close(): Promise<void>
}

export interface RecordingSettings {
  /** Days recordings are kept; null: as long as the call history. */
  days: number | null
  /** Days that apply when `days` is null. */
  standardDays: number
  /** What the people in a call hear when its recording starts or goes on. */
  notice: 'none' | 'beep' | 'announcement'
}

export interface RecordingDoor {
  list(actor: Actor, filter: RecordingFilter): Promise<Paged<RecordingInfo>>
  get(actor: Actor, id: string): Promise<RecordingInfo>
  /**
   * The sound, as Ogg with Opus or as WAV. `purpose` is what the audit says: one listening is one line, however often the
   * player asks. Refuses `conflict` while it is being recorded, `gone` when it was deleted, `unavailable` until it is stored.
   */
  open(actor: Actor, id: string, as: 'ogg' | 'wav', purpose: 'listen' | 'download'): Promise<RecordingSound>
  /** The waveform: the loudest moments of each side, 0 to 255, evenly spaced. */
  peaks(actor: Actor, id: string): Promise<{ left: number[]; right: number[] }>
  /** The sound is removed; the row stays and says who did it. Refuses `conflict` under legal hold and while it is being recorded. */
  remove(actor: Actor, id: string): Promise<void>
  /** Legal hold: kept until it is lifted, whatever the settings say. */
  hold(actor: Actor, id: string, reason: string): Promise<RecordingInfo>
  release(actor: Actor, id: string): Promise<RecordingInfo>
  settings(actor: Actor): RecordingSettings
  configure(actor: Actor, input: Partial<Pick<RecordingSettings, 'days' | 'notice'>>): Promise<RecordingSettings>
}
