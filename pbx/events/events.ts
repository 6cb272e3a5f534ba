import { newId } from '../../config/ids.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { EventCatalogue, EventName, PbxEvent } from './catalogue.ts'

export interface Events {
  /** Tells every listener, in order of subscription, before it returns. A listener that throws is logged and harms nobody. */
  emit<K extends EventName>(type: K, tenantId: string, data: EventCatalogue[K]): void
  /** Returns the way to stop listening. */
  subscribe(listener: (event: PbxEvent) => void): () => void
}

export function createEvents(logger: Logger): Events {
  const listeners = new Set<(event: PbxEvent) => void>()
  return {
    emit(type, tenantId, data) {
      const event = { id: newId(), type, tenantId, at: Date.now(), data } as PbxEvent
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          logger.error({ err: error, event: type }, `an event listener failed: ${messageOf(error)}`)
        }
      }
    },
    subscribe(listener) {
      // A wrapper per subscription: the same function may listen twice.
      const own = (event: PbxEvent): void => listener(event)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
  }
}
