import { messageOf } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { leaveDirect } from '../calls/direct.ts'
import { applyDirection } from '../calls/hold.ts'
import type { Leg } from '../calls/leg.ts'
import { playWaiting } from '../calls/waiting-music.ts'
import type { CallWorld } from '../calls/world.ts'

const FIRST_KEY_MS = 10_000
const NEXT_KEY_MS = 4_000
const LONGEST = 32
const DIAL_TONE: PlaySource = { kind: 'network-tone', name: 'dial' }

/** The phone has typed a number, and its other side waits with music. */
export interface TypedNumber {
  number: string
  other: Leg
  /** The music stops. */
  quiet(): void
  /** They talk again. */
  rejoin(): Promise<void>
}

/**
 * The phone hears a dial tone and types a number, which # or a pause ends; its other side hears music, and none of the keys.
 * Undefined when no number came: they talk again then.
 */
export async function typeNumber(world: CallWorld, call: Call, by: Leg): Promise<TypedNumber | undefined> {
  const other = by === call.caller ? call.callee : call.caller
  const { endpoint } = by
  if (!other?.dialog || !other.endpoint || !endpoint || endpoint.bypass === true || call.transferring || call.consultation || by.typing || !world.media.capabilities.play) return undefined
  const music = new AbortController()
  by.typing = true
  const keys = keysOf(endpoint, call.signal)
  const rejoin = (): Promise<void> =>
    call.mailbox.run(async () => {
      music.abort()
      if (call.over || call.transferring || !by.endpoint || !other.endpoint) return
      await by.endpoint.bridge(other.endpoint)
      await applyDirection(world, call, by)
    })
  try {
    await leaveDirect(call)
    await call.mailbox.run(async () => {
      if (!call.over && !call.transferring) await endpoint.unbridge()
    })
    void playWaiting(world, call, other.endpoint, AbortSignal.any([music.signal, call.signal]))
    endpoint.play(DIAL_TONE, { repeat: Infinity, signal: keys.pressed }).catch((error: unknown) => call.log.debug(`no dial tone: ${messageOf(error)}`))
    const number = await keys.number
    if (number !== '' && !call.over && !call.transferring) return { number, other, quiet: () => music.abort(), rejoin }
    await rejoin()
    return undefined
  } finally {
    keys.close()
    by.typing = false
  }
}

/** From the very first moment: who is quick types on before the dial tone. */
function keysOf(endpoint: Endpoint, over: AbortSignal): { number: Promise<string>; pressed: AbortSignal; close(): void } {
  const done = Promise.withResolvers<string>()
  const pressed = new AbortController()
  let typed = ''
  const end = (): void => done.resolve(typed)
  let timer = setTimeout(end, FIRST_KEY_MS)
  const off = endpoint.on('digit', (digit) => {
    pressed.abort()
    clearTimeout(timer)
    if (digit !== '#') typed += digit
    if (digit === '#' || typed.length >= LONGEST) return end()
    timer = setTimeout(end, NEXT_KEY_MS)
  })
  const stop = (): void => done.resolve('')
  over.addEventListener('abort', stop, { once: true })
  return {
    number: done.promise,
    pressed: AbortSignal.any([pressed.signal, over]),
    close() {
      off()
      clearTimeout(timer)
      pressed.abort()
      over.removeEventListener('abort', stop)
    },
  }
}

/** Says something to one phone of a call that goes on. It is no reason to end anything when that does not work. */
export async function tell(call: Call, endpoint: Endpoint | undefined, sounds: readonly PlaySource[], { signal = call.signal, repeat }: { signal?: AbortSignal; repeat?: number } = {}): Promise<void> {
  try {
    for (const sound of sounds) if (!signal.aborted) await endpoint?.play(sound, { signal, ...(repeat !== undefined && { repeat }) })
  } catch (error) {
    call.log.warn(`a phone was not told what became of its code: ${messageOf(error)}`)
  }
}

export const TRANSFER_FAILED = (tenantId: string): readonly PlaySource[] => [{ kind: 'prompt', name: 'transfer-failed', tenantId }]
