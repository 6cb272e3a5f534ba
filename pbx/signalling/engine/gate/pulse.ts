/** The pulse of an application in this process: memory of both threads, so that neither wakes the other ten times a second to say that all is well. */

/** Milliseconds of now, modulo 2^32, and how late. */
export type PulseMemory = Int32Array<SharedArrayBuffer>

export interface Pulse {
  /** How late the application was when it last said so, in milliseconds. */
  lateMs(): number
  /** For how long it has said nothing. */
  ageMs(): number
}

export function createPulseMemory(): PulseMemory {
  const memory = new Int32Array(new SharedArrayBuffer(8))
  beat(memory, 0)
  return memory
}

/** The application's side. */
export function beat(memory: PulseMemory, lateMs: number): void {
  Atomics.store(memory, 1, Math.round(lateMs))
  Atomics.store(memory, 0, Date.now() | 0)
}

/** The engine's side. */
export function readPulse(memory: PulseMemory): Pulse {
  return {
    lateMs: () => Atomics.load(memory, 1),
    // The clock may be set meanwhile; a pulse of the future is none that is missing.
    ageMs: () => Math.max(0, (Date.now() - Atomics.load(memory, 0)) | 0),
  }
}
