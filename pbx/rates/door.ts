import type { Actor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal, refuseWrong } from '../../config/errors.ts'
import type { RateDeckRow } from '../../migrations/tables.ts'
import type { Directory } from '../directory/types.ts'
import type { DeckInfo, RatesDoor } from '../door-rates.ts'
import { parseNumber } from '../routing/outside.ts'
import { costOf, readRates, writeRates } from './deck.ts'
import type { RateRoom } from './rates.ts'

export function createRatesDoor({ database, directory, room }: { database: Database; directory: Directory; room: RateRoom }): RatesDoor {
  const trunkOf = (actor: Actor, id: string) => {
    const trunk = directory.snapshot().trunk(id)
    if (trunk?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There is no such trunk.')
    return trunk
  }
  return {
    async list(actor) {
      const rows = (await database.read(actor, (trx) => trx<RateDeckRow>('rate_decks').select('trunk_id', 'currency', 'count', 'imported_at'))) as RateDeckRow[]
      return rows.map(infoOf)
    },
    async replace(actor, trunkId, currency, rates) {
      const trunk = trunkOf(actor, trunkId)
      const row = await database.change(actor, async (trx) => {
        const [other] = (await trx<RateDeckRow>('rate_decks').whereNot({ trunk_id: trunkId }).select('currency').limit(1)) as RateDeckRow[]
        if (other && other.currency !== currency) refuseWrong([{ field: 'currency', message: `The lists of the other trunks are in ${other.currency}. All must be in one currency to be compared.` }])
        const before = (await trx<RateDeckRow>('rate_decks').where({ trunk_id: trunkId }).first('count', 'currency')) as RateDeckRow | undefined
        const [result] = (await trx('rate_decks').insert({ trunk_id: trunkId, tenant_id: actor.tenantId, currency, rates: writeRates(rates), count: rates.length, imported_at: trx.fn.now() })
          .onConflict('trunk_id').merge().returning(['trunk_id', 'currency', 'count', 'imported_at'])) as RateDeckRow[]
        const audit = { action: 'rates.replace', subjectType: 'trunk', subjectId: trunkId, ...(before && { before: { rates: before.count, currency: before.currency } }), after: { trunk: trunk.name, rates: rates.length, currency } }
        return { result: result as RateDeckRow, audit }
      })
      await room.refresh(actor.tenantId)
      return infoOf(row)
    },
    async rates(actor, trunkId) {
      trunkOf(actor, trunkId)
      const row = (await database.read(actor, (trx) => trx<RateDeckRow>('rate_decks').where({ trunk_id: trunkId }).first())) as RateDeckRow | undefined
      if (!row) throw new Refusal('not-found', 'This trunk has no rates.')
      return { currency: row.currency, rates: readRates(row.rates) }
    },
    async remove(actor, trunkId) {
      const trunk = trunkOf(actor, trunkId)
      await database.change(actor, async (trx) => {
        const [row] = (await trx<RateDeckRow>('rate_decks').where({ trunk_id: trunkId }).delete().returning(['count', 'currency'])) as RateDeckRow[]
        if (!row) throw new Refusal('not-found', 'This trunk has no rates.')
        return { result: undefined, audit: { action: 'rates.remove', subjectType: 'trunk', subjectId: trunkId, before: { trunk: trunk.name, rates: row.count, currency: row.currency } } }
      })
      await room.refresh(actor.tenantId)
    },
    quote(actor, number) {
      const trunks = directory.snapshot().trunksOf(actor.tenantId)
      const quotes = trunks.flatMap(({ id, name, country }) => {
        if (!room.deck(id)) return []
        const rate = room.find(id, parseNumber(number, country)?.e164 ?? null) ?? null
        return [{ trunkId: id, trunk: name, rate, firstMinute: rate && costOf(rate, 60) }]
      })
      if (!trunks.some(({ country }) => parseNumber(number, country))) refuseWrong([{ field: 'number', message: 'This is no whole number. Enter one with its country code, such as +4930123456.' }])
      return quotes.toSorted((a, b) => (a.firstMinute ?? Infinity) - (b.firstMinute ?? Infinity) || 0)
    },
  }
}

const infoOf = (row: RateDeckRow): DeckInfo => ({ trunkId: row.trunk_id, currency: row.currency, count: row.count, importedAt: row.imported_at })
