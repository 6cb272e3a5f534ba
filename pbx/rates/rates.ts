/** The lists of all trunks while we run, and which trunk is the cheapest for a number. */
import type { Database } from '../../config/database/index.ts'
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { RateDeckRow } from '../../migrations/tables.ts'
import type { Directory } from '../directory/types.ts'
import { compileDeck, costOf, readRates, type Deck, type PricedRate } from './deck.ts'

export interface RateRoom {
  /**
   * What a call over a trunk costs: undefined for a trunk without a list, null for one whose list has no rate for the number.
   *
   * @param e164 with +; null: it is no whole number
   */
  find(trunkId: string, e164: string | null): PricedRate | null | undefined
  /** The cheapest first, and those of the same price in turn; those without a rate last. `rank` comes before the price. */
  cheapestFirst<T extends { trunkId: string }>(attempts: readonly T[], e164: string | null, rank: (trunkId: string) => number): T[]
  deck(trunkId: string): Deck | undefined
  /** The currency of the lists of a tenant; undefined without any. */
  currencyOf(tenantId: string): string | undefined
  /** Reads what has changed. */
  refresh(tenantId: string): Promise<void>
  close(): void
}

type Head = Pick<RateDeckRow, 'trunk_id' | 'imported_at'>

export async function openRates({ database, directory, logger }: { database: Pick<Database, 'system'>; directory: Pick<Directory, 'snapshot' | 'onChange'>; logger: Logger }): Promise<RateRoom> {
  const decks = new Map<string, { tenantId: string; importedAt: number; deck: Deck }>()
  const turns = new Map<string, number>()
  const refresh = async (tenantId: string): Promise<void> => {
    const rows = await database.system('rates', async (trx) => {
      const heads = (await trx<RateDeckRow>('rate_decks').where({ tenant_id: tenantId }).select('trunk_id', 'imported_at')) as Head[]
      for (const [id, { tenantId: owner }] of decks) if (owner === tenantId && !heads.some((head) => head.trunk_id === id)) decks.delete(id)
      const fresh = heads.filter(({ trunk_id: id, imported_at: at }) => decks.get(id)?.importedAt !== at.getTime()).map(({ trunk_id: id }) => id)
      return fresh.length === 0 ? [] : ((await trx<RateDeckRow>('rate_decks').whereIn('trunk_id', fresh)) as RateDeckRow[])
    })
    for (const row of rows) decks.set(row.trunk_id, { tenantId, importedAt: row.imported_at.getTime(), deck: compileDeck(row.currency, readRates(row.rates)) })
  }
  for (const { id } of directory.snapshot().tenants()) await refresh(id)
  const stop = directory.onChange((tenantId) => void refresh(tenantId).catch((error: unknown) => logger.error({ tenant: tenantId, err: error }, `rates could not be read: ${messageOf(error)}`)))
  const find: RateRoom['find'] = (trunkId, e164) => {
    const known = decks.get(trunkId)
    return known && (e164 === null ? null : (known.deck.find(e164.replace(/^\+/, ''), Date.now()) ?? null))
  }
  return {
    find,
    cheapestFirst(attempts, e164, rank) {
      const order = attempts.map((attempt) => {
        const rate = find(attempt.trunkId, e164)
        return { attempt, key: [rank(attempt.trunkId), rate ? costOf(rate, 60) : Infinity] as const }
      })
      order.sort((a, b) => a.key[0] - b.key[0] || compare(a.key[1], b.key[1]))
      const [first] = order
      if (!first) return []
      const same = order.findIndex(({ key }) => key[0] !== first.key[0] || key[1] !== first.key[1])
      const ties = order.slice(0, same < 0 ? order.length : same)
      const name = ties.map(({ attempt }) => attempt.trunkId).join()
      const turn = turns.get(name) ?? 0
      if (ties.length > 1) turns.set(name, (turn + 1) % ties.length)
      return [...ties.slice(turn), ...ties.slice(0, turn), ...order.slice(ties.length)].map(({ attempt }) => attempt)
    },
    deck: (trunkId) => decks.get(trunkId)?.deck,
    currencyOf: (tenantId) => [...decks.values()].find((one) => one.tenantId === tenantId)?.deck.currency,
    refresh,
    close: stop,
  }
}

/** Infinity less Infinity is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)
