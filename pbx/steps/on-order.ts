/** What the API has a call do, beside hanging up and listening to it. */
import { Refusal, wrongField } from '../../config/errors.ts'
import type { Endpoint, PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { leaveDirect } from '../calls/direct.ts'
import { applyDirection } from '../calls/hold.ts'
import type { Leg } from '../calls/leg.ts'
import type { CallWorld } from '../calls/world.ts'
import type { DigitsOrder, HoldOrder, PlayOrder, Side, TransferOrder } from '../door.ts'
import { cleanNumber } from './clean-number.ts'
import { nameOf } from './introduce.ts'
import { transfer } from './transfer.ts'

/**
 * One side goes on to a number; the other is let go.
 *
 * @returns the number as it is called
 * @throws Refusal `unprocessable` for what is no number, `conflict` for a call that cannot be transferred now
 */
export async function transferOnOrder(world: CallWorld, call: Call, { side, to }: TransferOrder, by: string): Promise<string> {
  const number = cleanNumber(to)
  if (number === undefined) throw wrongField('to', `${to} is no number that can be dialled.`)
  if (talksToHouse(call)) {
    if (side !== 'caller') throw new Refusal('conflict', 'The caller talks to the house alone: there is no other side.')
    const { extensionId, number: own } = call.caller.origin
    await world.goOn(call, number, { extensionId, number: own }, `${by} sent ${nameOf(call.caller)} on to ${number}`)
    return number
  }
  const leaves = partyOf(call, side === 'caller' ? 'callee' : 'caller')
  await new Promise<void>((resolve, reject) => {
    transfer(world, call, leaves, {
      number,
      target: { scheme: 'sip', user: number, host: '', port: undefined, params: new Map(), headers: undefined },
      replaces: undefined,
      referredBy: undefined,
      refuse: (status) => reject(new Refusal('conflict', REFUSED[status] ?? `The call cannot be transferred now (${status}).`)),
      accept: resolve,
      progress: () => undefined,
      end: () => Promise.resolve(),
    })
  })
  return number
}

const REFUSED: Readonly<Record<number, string>> = {
  403: 'The side that would be let go is outside the house, and has no rights with which the other could be sent on.',
  404: 'This number leads nowhere.',
  481: 'The call is over, or nobody has answered it yet.',
  491: 'The call is being transferred already.',
  503: 'No media engine carries the sound of this call, so it can go to nobody else.',
}

/** Holds the call for one side, or takes it back. Throws a Refusal `conflict` when it is not answered. */
export async function holdOnOrder(world: CallWorld, call: Call, { side, on }: HoldOrder): Promise<void> {
  await call.mailbox.run(async () => {
    const leg = partyOf(call, side)
    endpointOf(call, side)
    await leaveDirect(call)
    leg.holdsByOrder = on
    await applyDirection(world, call, leg)
    // What it hears itself hangs on what the other does, and on this.
    if (call.callee) await applyDirection(world, call, leg === call.caller ? call.callee : call.caller)
  })
}

const playing = new WeakMap<Call, AbortController>()

/** Begins to play. Throws a Refusal when the call is not answered, or the engine can not. */
export async function playOnOrder(world: CallWorld, call: Call, { side, source, repeat }: PlayOrder): Promise<void> {
  const { capabilities } = world.media
  if (!capabilities.play || ('text' in source && !capabilities.speak)) throw new Refusal('unsupported', 'The media engine in use cannot play this.')
  const ends = (side === 'both' ? (['caller', 'callee'] as const) : [side]).map((one) => endpointOf(call, one))
  await leaveDirect(call)
  stopPlaying(call)
  const stop = new AbortController()
  playing.set(call, stop)
  const sound: PlaySource = 'text' in source ? { kind: 'speak', text: source.text } : { kind: 'prompt', name: source.prompt, tenantId: call.tenantId }
  const signal = AbortSignal.any([stop.signal, call.signal])
  await Promise.all(ends.map((endpoint) => begun(call, endpoint.play(sound, { repeat, signal }))))
}

/** What cannot begin says so at once; what goes on is not waited for. */
async function begun(call: Call, playback: Promise<unknown>): Promise<void> {
  let waits = true
  const failed = playback.then(() => undefined, (error: unknown) => {
    if (waits) throw error
    if (!call.over) call.log.warn({ err: error }, 'what the API plays to a call ended early')
  })
  await Promise.race([failed, new Promise((resolve) => { setTimeout(resolve, FAILS_WITHIN_MS).unref() })])
  waits = false
}

/** A prompt or text that is none is known by then. */
const FAILS_WITHIN_MS = 250

export function stopPlaying(call: Call): void {
  playing.get(call)?.abort()
  playing.delete(call)
}

/** Sends digits to one side. Throws a Refusal `conflict` when the call is not answered. */
export async function sendDigitsOnOrder(call: Call, { side, digits }: DigitsOrder): Promise<void> {
  const endpoint = endpointOf(call, side)
  await leaveDirect(call)
  endpoint.sendDigits(digits).catch((error: unknown) => {
    if (!call.over) call.log.warn({ err: error }, 'digits of the API were not sent to their end')
  })
}

/** Answered by us, with nobody at the other end. */
function talksToHouse(call: Call): boolean {
  return !call.over && call.answeredAt !== null && call.callee === undefined
}

function partyOf(call: Call, side: Side): Leg {
  const leg = side === 'caller' ? call.caller : call.callee
  if (call.over || call.answeredAt === null || !leg || (side === 'caller' && call.callee === undefined && !talksToHouse(call))) throw new Refusal('conflict', 'Nobody has answered this call yet, or it is over.')
  return leg
}

function endpointOf(call: Call, side: Side): Endpoint {
  const { endpoint } = partyOf(call, side)
  if (!endpoint || endpoint.bypass) throw new Refusal('conflict', 'No media engine carries the sound of this call.')
  return endpoint
}
