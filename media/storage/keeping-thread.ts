/** Keeps recordings, away from calls. Runs as a worker thread. */
import type { MessagePort } from 'node:worker_threads'
import { once } from 'node:events'
import { serveJobs } from '../job-side.ts'
import { keep, unfold, type KeepJob, type Kept, type WavJob } from './keep.ts'

export type KeepingJob = KeepJob | (WavJob & {
  /** Takes the pieces; each is answered when the next is wanted. Closed by the other side: enough. */
  port: MessagePort
})

serveJobs<KeepingJob, Kept | undefined>(async (job) => {
  if (job.kind === 'keep') return keep(job)
  const { port, ...rest } = job
  let gone = false
  port.once('close', () => { gone = true })
  try {
    await unfold(rest, async (piece) => {
      const asked = Promise.race([once(port, 'message'), once(port, 'close')])
      port.postMessage(piece)
      await asked
      if (gone) throw new Error('nobody listens any more')
    })
  } finally {
    port.close()
  }
  return undefined
})
