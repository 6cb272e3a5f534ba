/** Short numbers behind a code, of the company and of extensions: a part of the door in `door.ts`. */
import type { Actor } from '../config/actor.ts'
import type { Kept } from './door-kept.ts'

/** A short number in the list of an extension, for its own phones. */
export interface OwnSpeedDial {
  /** Two to four digits, dialled behind the code of speed dials. */
  number: string
  /** Whom it reaches. */
  name: string
  /** What is dialled for it. */
  target: string
}

/** A short number of the company. The same one in the list of the own extension comes first. */
export interface SpeedDial extends OwnSpeedDial {
  id: string
  version: number
  createdAt: Date
  updatedAt: Date
}

export type SpeedDialInput = OwnSpeedDial

/** A line of a file that makes or changes a short number, which is known by its number. */
export interface SpeedDialLine {
  line: number
  /** What is absent stays as it is; a new one needs all. */
  input: Partial<SpeedDialInput> & { number: string }
}

export interface SpeedDialReport {
  created: number
  updated: number
  unchanged: number
  /** With any of these nothing was changed. */
  errors: { line: number; field: string; message: string }[]
}

export type SpeedDials = Kept<SpeedDial, SpeedDialInput> & {
  /** Many at once, by their number, all or none. @param trial only says what would happen */
  import(actor: Actor, lines: readonly SpeedDialLine[], trial: boolean): Promise<SpeedDialReport>
}
