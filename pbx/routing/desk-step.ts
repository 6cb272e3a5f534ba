import type { DeskAction } from './feature-actions.ts'

/** Ask who sits down here and for the PIN, or end that. */
export interface DeskStep {
  kind: 'desk'
  what: DeskAction
  /** The extension, when it was dialled behind the code; else empty. */
  number: string
  reason: string
}
