/** What a worker answers when it cannot do what was asked. */
import type { Fault } from '../protocol.ts'
import { NoPorts } from './ports.ts'
import { BadSound } from './wav.ts'

/** Refused in the course of business. */
export class Faulty extends Error {
  readonly code: Fault['code']

  constructor(code: Fault['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** The fault to answer with for anything thrown. */
export function faultOf(error: unknown): Fault {
  if (error instanceof Faulty) return { code: error.code, message: error.message }
  if (error instanceof NoPorts) return { code: 'unavailable', message: error.message }
  if (error instanceof BadSound) return { code: 'unprocessable', message: error.message }
  return { code: 'bug', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
