import type { Clock } from '../../config/clock.ts'
import type { Database } from '../../config/database/index.ts'
import { createNetworkSet } from '../../config/network-set.ts'
import type { PhoneRow } from '../../migrations/tables.ts'
import { hashOfToken } from '../directory/credentials.ts'
import { recordsOf } from '../directory/phones.ts'
import type { PhonesDoor } from '../door-phones.ts'
import type { Guard } from '../shield/shield.ts'
import type { PhoneFile } from './facts.ts'
import { phoneByOpening } from './opening.ts'
import type { Renderer } from './render.ts'

export interface ServeOptions {
  database: Database
  renderer: Renderer
  shield: Pick<Guard, 'strike' | 'refuses'>
  clock: Clock
}

/** Once it was used, the first link goes on for as long as a phone takes to start with its settings. */
const LINK_AFTER_USE_MS = 30 * 60_000
const LONGEST_AGENT = 200

/**
 * Hands out settings. What is no link, one of nobody, one that is over, one for another place: all get the same nothing, and
 * count towards a ban. MAC addresses open nothing.
 */
export function createServe({ database, renderer, shield, clock }: ServeOptions): PhonesDoor['serve'] {
  return async ({ token, file: wanted, address, userAgent, origin }) => {
    if (shield.refuses(address)) return undefined
    const no = (): undefined => void shield.strike(address, 'wrong-passwords', 'asks for the settings of a phone by a link that is none')
    if (!/^[\w-]{16,64}$/.test(token)) return no()
    const hash = hashOfToken(token)
    const now = new Date(clock.now())
    const record = await database.system('the phone of a link', async (trx) => {
      const rows = (await trx<PhoneRow>('phones').where({ secret_hash: hash }).orWhere({ link_hash: hash })) as PhoneRow[]
      const found = rows[0] ?? (await phoneByOpening(trx, hash, wanted, address, now))
      return typeof found === 'string' ? found : (await recordsOf(trx, [found]))[0]
    })
    if (record === 'nothing') return undefined
    if (record === undefined || record === 'no') return no()
    const { row } = record
    const by = row.secret_hash.equals(hash) ? 'own' : row.link_hash?.equals(hash) === true ? 'link' : 'opening'
    const byLink = by === 'link'
    if (row.networks.length > 0 && createNetworkSet(row.networks).covering(address) === undefined) return no()
    if (byLink && (!row.link_until || row.link_until <= now || (row.link_address !== null && row.link_address !== address))) return no()
    // A phone asks for much that it does not need: its own link is no guess.
    const file = renderer.files(record, origin).find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
    if (!file) return undefined
    const kept = await database.system('a phone fetched its settings', (trx) => trx('phones').where({ id: row.id })
      // Of two that ask at once one was first.
      .modify((query) => {
        const column = by === 'link' ? 'link_address' : 'opened_from'
        if (by !== 'own') void query.where((free) => free.whereNull(column).orWhere({ [column]: address }))
      })
      .update({
        fetched_at: now, fetched_from: address, fetched_agent: userAgent.slice(0, LONGEST_AGENT), fetched_file: file.name,
        ...(file.settings && { served_hash: renderer.hash(record) }),
        ...afterUse(row, by, address, now),
      }))
    return kept === 0 ? no() : answerOf(file)
  }
}

/** With its own link all others are used up. */
function afterUse(row: PhoneRow, by: 'own' | 'link' | 'opening', address: string, now: Date): Partial<PhoneRow> {
  if (by === 'opening') return { opened_from: address }
  if (by === 'own') return { link_hash: null, link_until: null, link_address: null, opened_from: null }
  return { link_address: address, ...(row.link_address === null && { link_until: new Date(Math.min(row.link_until?.getTime() ?? 0, now.getTime() + LINK_AFTER_USE_MS)) }) }
}

const answerOf = ({ type, text }: PhoneFile): { type: string; text: string } => ({ type, text })
