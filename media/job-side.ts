import { parentPort } from 'node:worker_threads'
import type { JobDone } from './job-thread.ts'

/** The thread's side of a JobThread: does one job after the other. */
export function serveJobs<J, R>(work: (job: J) => Promise<R>): void {
  if (parentPort === null) throw new Error('this runs only as a worker thread')
  const port = parentPort
  let last = Promise.resolve()
  port.on('message', ({ id, job }: { id: number; job: J }) => {
    last = last.then(async () => {
      let done: JobDone<R>
      try {
        done = { id, result: await work(job) }
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
        done = { id, error: error instanceof Error ? error.message : String(error), ...(code !== undefined && { code }) }
      }
      port.postMessage(done)
    })
  })
}
