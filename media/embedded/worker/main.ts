/** The entry of a media worker: requests in, answers and notices out. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, FromWorker, Notice, Request, ToWorker, WorkerSetup } from '../protocol.ts'
import { faultOf } from './fault.ts'
import { createOperations } from './operations.ts'

if (parentPort === null) throw new Error('a media worker runs only as a worker thread')
const port = parentPort
let outbox: (Answer | Notice)[] = []
let flushing: NodeJS.Immediate | undefined

function flush(): void {
  flushing = undefined
  const batch = outbox
  outbox = []
  port.postMessage(batch satisfies FromWorker)
}

function tell(message: Answer | Notice): void {
  outbox.push(message)
  flushing ??= setImmediate(flush)
}

const operations = createOperations(workerData as WorkerSetup, tell)

function failed({ id, op }: Request, error: unknown): void {
  const fault = faultOf(error)
  tell(id === 0 ? { notice: 'fault', op, fault } : { id, fault })
}

function begin(request: Request): void {
  const { id, op, ask } = request
  try {
    // The name and its argument come as one pair; the compiler cannot follow that through the table.
    const value = (operations[op] as (ask: Request['ask']) => unknown)(ask)
    if (value instanceof Promise) {
      value.then((later: unknown) => {
        if (id !== 0) tell({ id, value: later })
        if (op === 'shutdown') end()
      }, (error: unknown) => failed(request, error))
    } else if (id !== 0) tell({ id, value })
  } catch (error) {
    failed(request, error)
  }
}

function end(): void {
  clearImmediate(flushing)
  flush()
  port.close()
}

port.on('message', (requests: ToWorker) => {
  for (const request of requests) begin(request)
})
tell({ notice: 'ready' })
