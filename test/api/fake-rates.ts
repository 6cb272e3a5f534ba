/** Rates of the door of the PBX, kept in memory. */
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { DeckInfo, Pbx, Rate } from '../../pbx/index.ts'
import { now } from './fake-samples.ts'

const decks = new Map<string, DeckInfo & { tenantId: string; rates: readonly Rate[] }>()

/** A list for a trunk of this tenant. */
export function ratesOf(tenantId: string, trunkId: string): string {
  decks.set(trunkId, { tenantId, trunkId, currency: 'USD', count: 1, importedAt: now, rates: [{ prefix: '1', price: 0.01, first: 60, then: 60, fee: 0, validFrom: 0 }] })
  return trunkId
}

export function createFakeRates(actors: Actor[], trunk: (actor: Actor, id: string) => Promise<unknown>): Pbx['rates'] {
  const find = (actor: Actor, id: string) => {
    actors.push(actor)
    const deck = decks.get(id)
    if (deck?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'This trunk has no rates.')
    return deck
  }
  return {
    async list(actor) {
      actors.push(actor)
      return [...decks.values()].filter(({ tenantId }) => tenantId === actor.tenantId).map(({ trunkId, currency, count, importedAt }) => ({ trunkId, currency, count, importedAt }))
    },
    async replace(actor, trunkId, currency, rates) {
      actors.push(actor)
      await trunk(actor, trunkId)
      const deck = { tenantId: actor.tenantId, trunkId, currency, count: rates.length, importedAt: now, rates }
      decks.set(trunkId, deck)
      return deck
    },
    rates: async (actor, id) => ({ currency: find(actor, id).currency, rates: [...find(actor, id).rates] }),
    async remove(actor, id) {
      find(actor, id)
      decks.delete(id)
    },
    quote(actor) {
      actors.push(actor)
      return []
    },
  }
}
