/** The entry of a media worker: requests in, answers and notices out. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Answer, Notice, Request, WorkerSetup } from '../protocol.ts'
import { createOperations, faultOf } from './operations.ts'

if (parentPort === null) throw new Error('a media worker runs only as a worker thread')
const port = parentPort
const tell = (notice: Notice): void => port.postMessage(notice)
const operations = createOperations(workerData as WorkerSetup, tell)

async function answer(request: Request): Promise<Answer> {
  try {
    // The name and its argument come as one pair; the compiler cannot follow that through the table.
    const operation = operations[request.op] as (ask: Request['ask']) => unknown
    return { id: request.id, value: await operation(request.ask) }
  } catch (error) {
    return { id: request.id, fault: faultOf(error) }
  }
}

port.on('message', (request: Request) => {
  void answer(request).then((result) => {
    port.postMessage(result)
    if (request.op === 'shutdown') port.close()
  })
})
tell({ notice: 'ready' })
