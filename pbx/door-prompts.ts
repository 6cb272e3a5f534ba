/** What the door of the PBX offers of prompts. */
import type { Actor } from '../config/actor.ts'

/** A sentence of the house, as the callers of one tenant hear it. */
export interface PromptInfo {
  name: string
  /** What is said as it comes. */
  sentence: string
  /** `standard`: as it comes. */
  origin: 'standard' | 'upload' | 'speech'
  /** What is spoken instead; null for an upload, and as it comes. */
  text: string | null
  /** Length of what replaced it. */
  seconds: number | null
  changedBy: string | null
  changedAt: Date | null
}

export interface PromptDoor {
  list(actor: Actor): Promise<PromptInfo[]>
  /** A WAV file with what callers hear. */
  sound(actor: Actor, name: string): Promise<string>
  /** Refuses `unprocessable` for what is no sound, `too-large`, and `not-found`. The calls that go on are not touched. */
  replace(actor: Actor, name: string, by: { sound: Uint8Array } | { text: string }): Promise<PromptInfo>
  /** The standard again. */
  revert(actor: Actor, name: string): Promise<PromptInfo>
  /** A WAV file with this text spoken. */
  preview(actor: Actor, text: string): Promise<string>
}
