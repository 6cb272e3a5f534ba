import { setTimeout as wait } from 'node:timers/promises'

/**
 * Asks again until the answer is there: for states that nobody announces. Rejects at the deadline with
 * `what`, and with what the last attempt threw.
 *
 * @param ask undefined or false: not yet
 */
export async function eventually<T>(ask: () => Promise<T | undefined | false> | T | undefined | false, what: string, ms = 30_000): Promise<T> {
  const here = new Error(`waited ${ms / 1000} s for ${what}`)
  const deadline = performance.now() + ms
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      here.cause = undefined
    } catch (error) {
      here.cause = error
    }
    if (performance.now() > deadline) throw here
    await wait(50)
  }
}
