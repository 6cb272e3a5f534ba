import type { Logger } from '../../config/logger.ts'
import { messageOf } from '../../config/errors.ts'
import type { SipServer } from '../sip/types.ts'
import { nextHopOf } from './binding.ts'
import type { Binding } from './binding.ts'

/** Rounds of the wheel a second. */
export const TICKS_PER_SECOND = 4
/** A phone on any network answers an OPTIONS sooner; the transaction itself goes on for 32 s. */
const ANSWER_MS = 5_000
const MISSES_UNTIL_DEAD = 2

export interface KeepAlive {
  watch(binding: Binding): void
  forget(binding: Binding): void
  /** Asks those whose turn it is and counts those that did not answer in time. Called TICKS_PER_SECOND times a second. */
  tick(now: number): void
}

/**
 * OPTIONS to every contact once in `everySeconds`, each in its own slot of a wheel so that they are
 * spread over the whole time. One that misses is asked again at once; after the second miss it is
 * `no`, and any answer, however late, makes it `yes`.
 *
 * @param onChange reachability became another, or the first round trip is known
 */
export function createKeepAlive(options: {
  sip: Pick<SipServer, 'request' | 'connected'>
  everySeconds: number
  logger: Logger
  onChange: (binding: Binding) => void
}): KeepAlive {
  const { sip, everySeconds, logger, onChange } = options
  const slots = Array.from({ length: everySeconds * TICKS_PER_SECOND }, () => new Set<Binding>())
  const slotOf = new Map<Binding, Set<Binding>>()
  /** Questions without an answer, the oldest first. */
  const asked = new Map<Binding, number>()
  let position = 0

  const answered = (binding: Binding, roundTripMs: number): void => {
    asked.delete(binding)
    if (!slotOf.has(binding)) return
    const news = binding.reachable !== 'yes'
    binding.missed = 0
    binding.reachable = 'yes'
    binding.waiting = false
    binding.roundTripMs = Math.round(roundTripMs * 10) / 10
    if (news) onChange(binding)
  }
  const missed = (binding: Binding, now: number): void => {
    asked.delete(binding)
    if (!slotOf.has(binding)) return
    binding.missed++
    if (binding.missed < MISSES_UNTIL_DEAD) return ask(binding, now)
    if (binding.reachable === 'no') return
    binding.reachable = 'no'
    binding.roundTripMs = null
    onChange(binding)
  }
  const ask = (binding: Binding, now: number): void => {
    if (asked.has(binding)) return
    asked.set(binding, now)
    sip.request({ method: 'OPTIONS', uri: binding.uri, nextHop: nextHopOf(binding.source), ...(binding.path.length > 0 ? { route: binding.path } : {}) }).then(
      (response) => {
        // 408 and 503 are the engine's own words for no answer and no way.
        if (response.status !== 408 && response.status !== 503) answered(binding, response.roundTripMs)
        else if (asked.get(binding) === now) missed(binding, now)
      },
      (error: unknown) => {
        // Without a link to the engine nothing is known about the phone.
        if (!sip.connected) return void asked.delete(binding)
        logger.debug({ binding: binding.id }, `a keep-alive could not be sent: ${messageOf(error)}`)
        if (asked.get(binding) === now) missed(binding, now)
      },
    )
  }

  return {
    watch(binding) {
      if (slots.length === 0 || slotOf.has(binding)) return
      const slot = slots[Math.floor(Math.random() * slots.length)]
      slot?.add(binding)
      if (slot) slotOf.set(binding, slot)
    },
    forget(binding) {
      slotOf.get(binding)?.delete(binding)
      slotOf.delete(binding)
      asked.delete(binding)
    },
    tick(now) {
      for (const [binding, since] of asked) {
        if (now - since < ANSWER_MS) break
        missed(binding, now)
      }
      if (slots.length === 0 || !sip.connected) return
      position = (position + 1) % slots.length
      for (const binding of slots[position] ?? []) ask(binding, now)
    },
  }
}
