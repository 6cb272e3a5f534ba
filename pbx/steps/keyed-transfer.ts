import type { PlaySource } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import type { Leg } from '../calls/leg.ts'
import { RINGING } from '../calls/ringback.ts'
import type { CallWorld } from '../calls/world.ts'
import { spokenNumber } from '../voicemail/world.ts'
import { transfer, type TransferWish } from './transfer.ts'
import { tell, TRANSFER_FAILED, typeNumber, type TypedNumber } from './typed-number.ts'

/** Blind transfer by keys: what a REFER without Replaces asks for (RFC 3515), told in tones and sentences instead of NOTIFYs. */
export async function transferByKeys(world: CallWorld, call: Call, by: Leg): Promise<void> {
  const typed = await typeNumber(world, call, by)
  if (!typed) return
  typed.quiet()
  transfer(world, call, by, wishOf(call, by, typed))
}

function wishOf(call: Call, by: Leg, { number, rejoin }: TypedNumber): TransferWish {
  const { endpoint } = by
  const { tenantId } = call
  const ringing = new AbortController()
  let rings = false
  const failed = (): void => {
    ringing.abort()
    void tell(call, endpoint, TRANSFER_FAILED(tenantId))
  }
  return {
    number,
    target: { scheme: 'sip', user: number, host: '', port: undefined, params: new Map(), headers: undefined },
    replaces: undefined,
    referredBy: undefined,
    refuse: () => void rejoin().then(failed),
    accept: () => undefined,
    progress() {
      if (rings) return
      rings = true
      void tell(call, endpoint, [RINGING], { repeat: Infinity, signal: AbortSignal.any([ringing.signal, call.signal]) })
    },
    end(status) {
      ringing.abort()
      if (status >= 300) failed()
      return Promise.resolve()
    },
    async parked(slot) {
      ringing.abort()
      const words: PlaySource[] = [{ kind: 'prompt', name: 'park-parked', tenantId }, { kind: 'speak', text: spokenNumber(slot) }]
      // Once more for who was not listening yet.
      await tell(call, endpoint, [...words, ...words])
    },
  }
}
