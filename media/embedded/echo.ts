import type { EchoOptions } from '../contract.ts'
import type { WorkerThread } from './worker-thread.ts'

/** Where the endpoint is meanwhile. */
interface EchoStay {
  left(): void
  reformatted(): void
  playout(): Promise<undefined>
}

/** What is asked of the endpoint. */
interface Echoing {
  readonly handle: number
  readonly thread: Pick<WorkerThread, 'ask' | 'tell' | 'alive'>
  enter(stay: EchoStay): Promise<void>
  exit(stay: EchoStay): void
}

/** Sends back what the peer says, until `signal`, or the endpoint is closed or goes elsewhere. */
export async function echoUntilEnd(endpoint: Echoing, { delayMs = 0, signal }: EchoOptions): Promise<void> {
  const over = Promise.withResolvers<void>()
  const stay: EchoStay = { left: () => over.resolve(), reformatted: () => undefined, playout: () => Promise.resolve(undefined) }
  const stop = (): void => {
    endpoint.exit(stay)
    over.resolve()
  }
  await endpoint.enter(stay)
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted === true) stop()
  try {
    if (signal?.aborted !== true) await endpoint.thread.ask('echo', { endpoint: endpoint.handle, delayMs })
    // Aborted meanwhile: what was asked for before it began.
    if (signal?.aborted === true && endpoint.thread.alive) endpoint.thread.tell('detach', { endpoint: endpoint.handle })
    await over.promise
  } finally {
    signal?.removeEventListener('abort', stop)
    endpoint.exit(stay)
  }
}
