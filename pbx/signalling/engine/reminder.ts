/** Whether something is worth saying again: what was said a moment ago is not. */
import type { Timers } from './timers.ts'

/**
 * @param quiet milliseconds for which the same is not said again
 * @param kept of how many things it is remembered; the oldest are forgotten
 */
export function createReminder(timers: Pick<Timers, 'now'>, quiet: number, kept: number): (what: string) => boolean {
  const said = new Map<string, number>()
  return (what) => {
    const now = timers.now()
    const last = said.get(what)
    if (last !== undefined && now - last < quiet) return false
    said.delete(what)
    said.set(what, now)
    if (said.size > kept) said.delete(said.keys().next().value as string)
    return true
  }
}
