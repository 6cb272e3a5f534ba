/** Whoever answers outside may be a mailbox: only who presses 1 takes the call. */
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import type { Call } from './call.ts'

const TIMES = 3
/** Who is announced with a name has been heard by a person the second time. */
const TIMES_ANNOUNCED = 2
const PAUSE_MS = 3_000
const KEY = '1'
/** Only where it was offered. */
const REFUSE = '2'

/**
 * Says who calls, and waits for the key, also while it speaks. False when it was not pressed, or nothing could be said.
 *
 * @param announced is said in place of who calls; 2 refuses then
 */
export async function wantsCall(call: Pick<Call, 'tenantId' | 'request' | 'log'>, endpoint: Pick<Endpoint, 'on' | 'play'>, signal: AbortSignal, announced?: readonly PlaySource[]): Promise<boolean | 'refused'> {
  const pressed = Promise.withResolvers<boolean | 'refused'>()
  const off = endpoint.on('digit', (digit) => {
    if (digit === KEY) pressed.resolve(true)
    else if (digit === REFUSE && announced !== undefined) pressed.resolve('refused')
  })
  const done = new AbortController()
  const asking = ask(endpoint, announced ?? sentences(call), announced ? TIMES_ANNOUNCED : TIMES, AbortSignal.any([signal, done.signal])).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error
    call.log.warn(`nobody could be asked to take the call: ${messageOf(error)}`)
    return false
  })
  try {
    return await Promise.race([pressed.promise, asking])
  } finally {
    off()
    done.abort()
    // What is still being said does not go on under the first words.
    await asking
  }
}

async function ask(endpoint: Pick<Endpoint, 'play'>, sounds: readonly PlaySource[], times: number, signal: AbortSignal): Promise<false> {
  for (let time = 0; time < times && !signal.aborted; time++) {
    for (const sound of sounds) if (!signal.aborted) await endpoint.play(sound, { signal })
    await wait(PAUSE_MS, undefined, { signal }).catch(() => undefined)
  }
  return false
}

function sentences({ tenantId, request: { caller } }: Pick<Call, 'tenantId' | 'request'>): PlaySource[] {
  const prompt = (name: string): PlaySource => ({ kind: 'prompt', name, tenantId })
  // Anonymous callers have a word for a number.
  const from: PlaySource[] = /^\+?[0-9]+$/.test(caller.number) ? [prompt('confirm-from'), { kind: 'speak', text: [...caller.number.replace('+', '')].join(' ') }] : [prompt('confirm-call')]
  return [...from, prompt('confirm-press')]
}
