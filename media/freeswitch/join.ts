import { Refusal } from '../../config/errors.ts'
import type { Leg } from './leg.ts'

/** FreeSWITCH says at once that it will, and a moment later that it has. */
const DONE_MS = 2_000

/** Joins two legs of one server; resolves when each hears the other. */
export async function joinLegs(one: Leg, other: Leg): Promise<void> {
  const joined = heard(one, 'CHANNEL_BRIDGE')
  const answer = await one.command('uuid_bridge', other.uuid)
  if (!answer.startsWith('+OK')) {
    joined.forget()
    throw new Refusal('unavailable', `FreeSWITCH could not join the two: ${answer.replace(/^-ERR /, '')}`)
  }
  await joined.promise
}

/** Parts a leg from whatever it is in; the one it was joined to is parked with it. */
export async function partLegs(leg: Leg, other?: Leg): Promise<void> {
  const rest = [leg, ...(other ? [other] : [])].filter((each) => !each.over)
  const [first] = rest
  if (first === undefined) return
  const parked = rest.map((each) => heard(each, 'CHANNEL_PARK'))
  await first.command('uuid_transfer', ...(rest.length > 1 ? ['-both'] : []), 'park', 'inline')
  await Promise.all(parked.map(({ promise }) => promise))
}

/** The next event of this name, or the end of the leg, or of patience. */
export function heard(leg: Pick<Leg, 'onEvent' | 'gone'>, name: string): { promise: Promise<void>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const off = leg.onEvent(name, () => forget())
  const timer = setTimeout(() => forget(), DONE_MS)
  function forget(): void {
    clearTimeout(timer)
    off()
    resolve()
  }
  void leg.gone.then(forget)
  return { promise, forget }
}
