import type { PlayOptions, PlayResult } from '../contract.ts'
import type { PlayOutcome, WorkerSource } from './protocol.ts'
import type { WorkerThread } from './worker-thread.ts'

export interface Playing {
  thread: WorkerThread
  /** The number by which the worker knows it. */
  play: number
  source: Promise<WorkerSource>
  options: PlayOptions
  /** Has the worker begin; resolves when it ended. */
  begin(ask: { play: number; source: WorkerSource; repeat: number }): Promise<PlayOutcome>
  /** Whoever plays it is gone. */
  closed(): boolean
}

/** Plays until done, stopped or aborted. Who is closed meanwhile ended it and refused nothing. */
export async function playUntilEnd({ thread, play, source, options, begin, closed }: Playing): Promise<PlayResult> {
  const { signal, repeat = 1 } = options
  const aborted = (): boolean => signal?.aborted === true
  const found = await source
  if (aborted()) return { ended: 'aborted', seconds: 0 }
  if (closed()) return { ended: 'closed', seconds: 0 }
  const stop = (): void => { void thread.ask('stopPlay', { play }).catch(() => undefined) }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await begin({ play, source: found, repeat })
  } catch (error) {
    // The worker died, or it was closed in the same moment.
    if (closed() || !thread.alive) return { ended: 'closed', seconds: 0 }
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
