import type { EchoOptions } from '../contract.ts'
import { partLegs } from './join.ts'
import type { Leg } from './leg.ts'

/** Where the endpoint is meanwhile. */
interface EchoStay {
  left(endpoint: unknown, why: 'left' | 'closed'): Promise<void>
  recoded(endpoint: unknown, work: () => Promise<void>): Promise<void>
}

/** What is asked of the endpoint. */
interface Echoing {
  readonly leg: Leg
  enter(stay: EchoStay): Promise<void>
  exit(stay: EchoStay): void
}

/** Has the channel send back what it hears, until `signal`, or the endpoint is closed or goes elsewhere. */
export async function echoUntilEnd(endpoint: Echoing, { delayMs = 0, signal }: EchoOptions): Promise<void> {
  const { leg } = endpoint
  const over = Promise.withResolvers<void>()
  // Neither of the two ends by uuid_break, and what is bridged while one runs is not heard.
  const end = async (): Promise<void> => {
    endpoint.exit(stay)
    if (!leg.over) await partLegs(leg).catch(() => undefined)
    over.resolve()
  }
  const stay: EchoStay = { left: (_endpoint, why) => (why === 'closed' ? Promise.resolve(over.resolve()) : end()), recoded: async (_endpoint, work) => { await work() } }
  const stop = (): void => void end()
  await endpoint.enter(stay)
  signal?.addEventListener('abort', stop, { once: true })
  if (signal?.aborted === true) stop()
  else void (delayMs === 0 ? leg.execute('echo', '') : leg.execute('delay_echo', String(delayMs)))
  void leg.gone.then(() => over.resolve())
  await over.promise
  signal?.removeEventListener('abort', stop)
}
