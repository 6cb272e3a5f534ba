import { Refusal } from '../../config/errors.ts'
import type { IncomingRequest, Subscription } from './types.ts'

export interface Subscriber {
  /** Whose it is. */
  readonly device: { readonly id: string }
  end(reason: string): void
}

/** The devices that watch something by SUBSCRIBE (RFC 6665): how long each may, how many subscriptions it has, and until when it may have them. */
export interface Subscribers<One extends Subscriber> {
  readonly size: number
  all(): One[]
  /**
   * Opens the subscription of an authenticated SUBSCRIBE; 0 seconds: it asks once.
   *
   * @throws Refusal `interval-too-brief`, or `unavailable` when the device has very many
   */
  open(request: IncomingRequest, device: Subscriber['device'], headers?: Readonly<Record<string, string>>): { subscription: Subscription; seconds: number }
  add(one: One): void
  forget(one: One): void
  /** Ends those for which there is a reason by now, and returns the rest. */
  endWhere(reasonOf: (one: One) => string | undefined): One[]
  /** The phones subscribe again by themselves. */
  close(): void
}

/**
 * @param limits `seconds`: as long as one lasts that asks for nothing or for more; `least`: shorter ones are refused; `most`: subscriptions of one device
 */
export function createSubscribers<One extends Subscriber>(limits: { seconds: number; least: number; most: number }): Subscribers<One> {
  const { seconds: standard, least, most } = limits
  const all = new Set<One>()
  const counts = new Map<string, number>()
  const count = (deviceId: string, change: number): void => {
    const now = (counts.get(deviceId) ?? 0) + change
    if (now > 0) counts.set(deviceId, now)
    else counts.delete(deviceId)
  }
  return {
    get size() {
      return all.size
    },
    all: () => [...all],
    open(request, device, headers) {
      const asked = /^\s*(\d+)\s*$/.exec(request.header('expires') ?? '')?.[1]
      const seconds = asked === undefined ? standard : Math.min(Number(asked), standard)
      if (seconds > 0 && seconds < Math.min(least, standard)) throw new Refusal('interval-too-brief', `Subscriptions last at least ${least} seconds here.`)
      if ((counts.get(device.id) ?? 0) >= most) throw new Refusal('unavailable', 'This device has too many subscriptions', { retryAfter: 60 })
      if (!request.subscribe) throw new Error('Only a SUBSCRIBE makes a subscription.')
      return { subscription: request.subscribe(seconds, standard, headers), seconds }
    },
    add(one) {
      if (all.has(one)) return
      all.add(one)
      count(one.device.id, 1)
    },
    forget(one) {
      if (all.delete(one)) count(one.device.id, -1)
    },
    endWhere(reasonOf) {
      return [...all].filter((one) => {
        const reason = reasonOf(one)
        if (reason !== undefined) one.end(reason)
        return reason === undefined
      })
    },
    close() {
      for (const one of [...all]) one.end('deactivated')
    },
  }
}
