/** What people do about bans: look, ban, lift, allow. */
import type { Actor } from '../../config/actor.ts'
import type { Clock } from '../../config/clock.ts'
import type { AuditEntry, Database } from '../../config/database/index.ts'
import { Refusal, wrongField } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import { formatNetwork, parseNetwork, type Network } from '../../config/network.ts'
import { createNetworkSet } from '../../config/network-set.ts'
import type { SipAllowedRow } from '../../migrations/tables.ts'
import type { Directory } from '../directory/types.ts'
import type { AllowedNetwork, BanFilter, Pbx } from '../door.ts'
import type { BanView } from '../events/catalogue.ts'
import type { Registrar } from '../registrar/types.ts'
import type { Shield } from './shield.ts'
import { deleteBans, saveBans } from './store.ts'

export interface ShieldDoorOptions {
  shield: Shield
  database: Database
  directory: Pick<Directory, 'snapshot'>
  registrar: Pick<Registrar, 'liveAddresses'>
  clock: Clock
}

/** Wider than this is no network of somebody's but a part of the world. */
const WIDEST = { 4: 8, 6: 16 }

const comparisons: { readonly [S in BanFilter['sort']]: (a: BanView, b: BanView) => number } = {
  since: (a, b) => a.since - b.since,
  until: (a, b) => (a.until ?? Infinity) - (b.until ?? Infinity) || a.since - b.since,
  hits: (a, b) => a.hits - b.hits,
  network: (a, b) => a.network.localeCompare(b.network, undefined, { numeric: true }),
}

export function createShieldDoor({ shield, database, directory, registrar, clock }: ShieldDoorOptions): Pbx['shield'] {
  const runsThisMachine = (actor: Actor): boolean => directory.snapshot().tenant(actor.tenantId)?.isDefault === true
  const onlyOwner = (actor: Actor): void => {
    if (!runsThisMachine(actor)) throw new Refusal('forbidden', 'Bans concern all tenants of this system; only those who run it can change them.')
  }
  const networkIn = (text: string): Network => {
    try {
      return parseNetwork(text)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      throw wrongField('network', error.message)
    }
  }
  const conflict = (message: string): Refusal => new Refusal('conflict', message, { details: [{ field: 'network', message }] })

  return {
    bans(actor, filter) {
      if (!runsThisMachine(actor)) return { rows: [], total: 0 }
      const wanted = filter.search?.toLowerCase()
      const rows = shield.bans.active(clock.now())
        .filter((ban) => filter.reason === undefined || ban.reason === filter.reason)
        .filter((ban) => wanted === undefined || `${ban.network}\n${ban.detail}\n${ban.by ?? ''}`.toLowerCase().includes(wanted))
        .sort(comparisons[filter.sort])
      if (filter.order === 'desc') rows.reverse()
      return { rows: rows.slice((filter.page - 1) * filter.limit, filter.page * filter.limit), total: rows.length }
    },
    async ban(actor, input) {
      onlyOwner(actor)
      const parsed = networkIn(input.network)
      const network = formatNetwork(parsed)
      if (parsed.prefix < WIDEST[parsed.family]) throw new Refusal('unprocessable', `${network} is too wide: at most /${WIDEST[parsed.family]} can be banned.`, { details: [{ field: 'network', message: 'is too wide' }] })
      const now = clock.now()
      if (input.until !== null && input.until.getTime() <= now) throw new Refusal('unprocessable', 'The end of the ban lies in the past.', { details: [{ field: 'until', message: 'lies in the past' }] })
      const banned = createNetworkSet([network])
      const phone = [...registrar.liveAddresses()].find((address) => banned.covering(address) !== undefined)
      if (phone !== undefined) throw conflict(`A phone is registered from ${phone}. Forget that registration or change its password first.`)
      if (shield.isAllowed(parsed.address)) throw conflict(`${network} is on the list of those never banned.`)
      const ban: BanView = {
        id: newId(), tenantId: actor.tenantId, network, reason: 'by-hand', detail: input.note, since: now, until: input.until?.getTime() ?? null, hits: 0, level: 1, by: actor.name,
      }
      await database.change(actor, async (trx) => {
        await saveBans(trx, [ban])
        return { result: undefined, audit: auditOf('ban.create', ban) }
      })
      shield.begin(ban)
      return ban
    },
    async lift(actor, id) {
      const ban = runsThisMachine(actor) ? shield.bans.byId(id) : undefined
      if (!ban) throw new Refusal('not-found', 'There is no such ban any more.')
      await database.change(actor, async (trx) => {
        await deleteBans(trx, [ban.network])
        return { result: undefined, audit: auditOf('ban.lift', ban) }
      })
      shield.end(ban, 'lifted')
    },
    allowed: (actor) => (runsThisMachine(actor) ? [...shield.allowed.values()] : []),
    async allow(actor, input) {
      onlyOwner(actor)
      const network = formatNetwork(networkIn(input.network))
      if ([...shield.allowed.values()].some((other) => other.network === network)) throw conflict(`${network} is on the list already.`)
      const allowed: AllowedNetwork = { id: newId(), tenantId: actor.tenantId, network, note: input.note, by: actor.name, createdAt: new Date(clock.now()) }
      await database.change(actor, async (trx) => {
        await trx<SipAllowedRow>('sip_allowed').insert({ id: allowed.id, tenant_id: actor.tenantId, network, note: allowed.note, added_by: allowed.by, created_at: allowed.createdAt })
        return { result: undefined, audit: { action: 'allowed-network.create', subjectType: 'allowed-network', subjectId: allowed.id, after: { network, note: allowed.note } } }
      })
      shield.allow(allowed)
      return allowed
    },
    async disallow(actor, id) {
      const allowed = runsThisMachine(actor) ? shield.allowed.get(id) : undefined
      if (!allowed) throw new Refusal('not-found', 'There is no such network on the list any more.')
      const { network, note } = allowed
      await database.change(actor, async (trx) => {
        await trx<SipAllowedRow>('sip_allowed').where({ id }).delete()
        return { result: undefined, audit: { action: 'allowed-network.delete', subjectType: 'allowed-network', subjectId: id, before: { network, note } } }
      })
      shield.disallow(allowed)
    },
  }
}

function auditOf(action: string, { id, network, reason, detail, until }: BanView): AuditEntry {
  const row = { network, reason, detail, until: until === null ? null : new Date(until) }
  return { action, subjectType: 'ban', subjectId: id, ...(action === 'ban.create' ? { after: row } : { before: row }) }
}
