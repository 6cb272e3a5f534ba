import { messageOf } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'

/** Typed events. A listener that throws is logged and stops nobody else. */
export class Listeners<Events extends Record<keyof Events, unknown[]>> {
  readonly #logger: Logger
  readonly #byEvent = new Map<keyof Events, Set<unknown>>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Returns the function that takes the listener off again. */
  on<K extends keyof Events>(event: K, listener: (...args: Events[K]) => void): () => void {
    const listeners = this.#byEvent.get(event) ?? new Set()
    this.#byEvent.set(event, listeners)
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  }

  emit<K extends keyof Events>(event: K, ...args: Events[K]): void {
    for (const listener of [...(this.#byEvent.get(event) ?? [])]) {
      try {
        (listener as (...args: Events[K]) => void)(...args)
      } catch (error) {
        this.#logger.error({ error: messageOf(error) }, `a listener of '${String(event)}' failed`)
      }
    }
  }

  clear(): void {
    this.#byEvent.clear()
  }
}
