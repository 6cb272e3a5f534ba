import { createNetworkSet } from '../../config/network-set.ts'
import type { BanView } from '../events/catalogue.ts'
import { FORGIVEN_MS } from './sentence.ts'

/** Bans that are remembered, going on or over; beyond it those of Dialplane's own that end first are forgotten. */
const MOST_BANS = 10_000

/** All bans by network: those going on, and those over for less than a day, which make the next one longer. */
export interface BanTable {
  /** Replaces what was known of its network. Those that had to make room are returned. */
  add(ban: BanView, now: number): BanView[]
  remove(network: string): void
  get(network: string): BanView | undefined
  byId(id: string): BanView | undefined
  /** The ban that covers this address now. */
  on(address: string, now: number): BanView | undefined
  active(now: number): BanView[]
  /** Those that ended since the last look, and those to be forgotten altogether. */
  expire(now: number): { ended: BanView[]; forgiven: BanView[] }
}

export function isOver(ban: Pick<BanView, 'until'>, now: number): boolean {
  return ban.until !== null && ban.until <= now
}

export function createBanTable(): BanTable {
  const bans = new Map<string, BanView>()
  const going = createNetworkSet()
  const active = new Set<string>()

  const begin = (network: string): void => {
    active.add(network)
    going.add(network)
  }
  const end = (network: string): void => {
    active.delete(network)
    going.remove(network)
  }
  const remove = (network: string): void => {
    bans.delete(network)
    end(network)
  }
  return {
    add(ban, now) {
      const made: BanView[] = []
      if (bans.size >= MOST_BANS && !bans.has(ban.network)) {
        // A tenth at once: under a flood from made-up addresses this must not be done for each.
        const own = [...bans.values()].filter(({ by, until }) => by === null && until !== null).sort((a, b) => (a.until as number) - (b.until as number))
        made.push(...own.slice(0, MOST_BANS / 10))
        for (const { network } of made) remove(network)
      }
      bans.set(ban.network, ban)
      if (isOver(ban, now)) end(ban.network)
      else begin(ban.network)
      return made
    },
    remove,
    get: (network) => bans.get(network),
    byId: (id) => [...bans.values()].find((ban) => ban.id === id),
    on(address, now) {
      const network = going.covering(address)
      const ban = network === undefined ? undefined : bans.get(network)
      return ban && !isOver(ban, now) ? ban : undefined
    },
    active: (now) => [...active].map((network) => bans.get(network) as BanView).filter((ban) => !isOver(ban, now)),
    expire(now) {
      const ended = [...active].map((network) => bans.get(network) as BanView).filter((ban) => isOver(ban, now))
      for (const { network } of ended) end(network)
      const forgiven = [...bans.values()].filter(({ until }) => until !== null && until + FORGIVEN_MS <= now)
      for (const { network } of forgiven) remove(network)
      return { ended, forgiven }
    },
  }
}
