import { networkOf } from '../../config/network.ts'
import type { Events } from '../events/events.ts'
import type { Registrar } from '../registrar/types.ts'
import { splitHostPort } from '../sip/uri.ts'

/** Phones that left are noticed within this time; those that come are trusted at once. */
const LOOK_MS = 10_000
/** News for the engine wait this long for company. */
const TELL_MS = 20

/** Fewer phones than this at one address need no allowance of their own. */
const CROWD = 10

/** Networks from which a healthy phone is registered. */
export interface Trust {
  has(network: string): boolean
  close(): void
}

export function watchTrust(options: {
  registrar: Pick<Registrar, 'hasLivePhoneAt' | 'liveAddresses' | 'boundAt'>
  events: Pick<Events, 'subscribe'>
  tell: (networks: readonly string[], on: boolean) => void
  /** Where many phones are registered: all that there are, whenever that changed. */
  tellCrowds: (crowds: readonly (readonly [network: string, count: number])[]) => void
}): Trust {
  const { registrar, events, tell, tellCrowds } = options
  let trusted = new Set<string>()
  let fresh: string[] = []
  let telling: NodeJS.Timeout | undefined

  const tellFresh = (): void => {
    telling = undefined
    tell(fresh, true)
    fresh = []
  }
  let crowds = '[]'
  const lookForCrowds = (): void => {
    const counts = new Map<string, number>()
    for (const [address, count] of registrar.boundAt()) counts.set(networkOf(address), (counts.get(networkOf(address)) ?? 0) + count)
    const found = [...counts].filter(([, count]) => count >= CROWD)
    const now = JSON.stringify(found)
    if (now !== crowds) tellCrowds(found)
    crowds = now
  }
  const look = (): void => {
    const now = new Set<string>()
    for (const address of registrar.liveAddresses()) now.add(networkOf(address))
    const come = [...now].filter((network) => !trusted.has(network))
    const gone = [...trusted].filter((network) => !now.has(network))
    trusted = now
    if (come.length > 0) tell(come, true)
    if (gone.length > 0) tell(gone, false)
    lookForCrowds()
  }
  const stop = events.subscribe((event) => {
    if (event.type !== 'registration.changed') return
    const host = splitHostPort(event.data.registration.received)?.host
    if (host === undefined) return
    const address = host.replace(/^\[(.*)\]$/, '$1')
    const network = networkOf(address)
    if (trusted.has(network) || !registrar.hasLivePhoneAt(address)) return
    trusted.add(network)
    fresh.push(network)
    telling ??= setTimeout(tellFresh, TELL_MS)
  })
  look()
  const timer = setInterval(look, LOOK_MS)
  return {
    has: (network) => trusted.has(network),
    close() {
      stop()
      clearInterval(timer)
      clearTimeout(telling)
    },
  }
}
