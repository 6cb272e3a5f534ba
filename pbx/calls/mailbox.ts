/**
 * One queue per call. Everything that touches the call runs in it, one task after the other,
 * so that CANCEL against 200 or hold against hang-up are ordered and not raced.
 *
 * Tasks are short: they may await the media engine, never a person. Whoever waits for a phone
 * waits outside and posts what came of it.
 */
export class Mailbox {
  #tail: Promise<unknown> = Promise.resolve()
  readonly #onBug: (error: unknown) => void

  /** @param onBug called with whatever a posted task throws */
  constructor(onBug: (error: unknown) => void) {
    this.#onBug = onBug
  }

  /** Runs `task` when all earlier ones are done; resolves or rejects with it. */
  run<T>(task: () => Promise<T> | T): Promise<T> {
    const turn = this.#tail.then(task)
    this.#tail = turn.catch(() => undefined)
    return turn
  }

  /** Like `run` for a task nobody waits for: what it throws goes to `onBug`. */
  post(task: () => Promise<void> | void): void {
    this.run(task).catch(this.#onBug)
  }
}
