import type { Transaction } from '../../config/database/index.ts'
import { toJsonb } from '../../config/database/json.ts'
import type { SipAllowedRow, SipBanRow } from '../../migrations/tables.ts'
import type { AllowedNetwork } from '../door.ts'
import type { BanReason, BanView } from '../events/catalogue.ts'

export async function loadBans(trx: Transaction): Promise<BanView[]> {
  const rows = await trx<SipBanRow>('sip_bans').select('*')
  return rows.map((row) => ({
    id: row.id,
    tenantId: row.tenant_id,
    network: row.network,
    reason: row.reason as BanReason,
    detail: row.detail,
    since: row.since.getTime(),
    until: row.until === null ? null : row.until.getTime(),
    hits: Number(row.hits),
    level: row.level,
    by: row.added_by,
  }))
}

export async function loadAllowed(trx: Transaction): Promise<AllowedNetwork[]> {
  const rows = await trx<SipAllowedRow>('sip_allowed').select('*').orderBy('created_at')
  return rows.map(({ id, tenant_id, network, note, added_by, created_at }) => ({ id, tenantId: tenant_id, network, note, by: added_by, createdAt: created_at }))
}

/** Writes bans as they are now; the newer of two of one network stays. */
export async function saveBans(trx: Transaction, bans: readonly BanView[]): Promise<void> {
  const rows = bans.map((ban) => ({
    id: ban.id, tenant_id: ban.tenantId, network: ban.network, reason: ban.reason, detail: ban.detail, since: ban.since / 1000,
    until: ban.until === null ? null : ban.until / 1000, hits: ban.hits, level: ban.level, added_by: ban.by,
  }))
  await trx.raw(
    `INSERT INTO sip_bans (id, tenant_id, network, reason, detail, since, until, hits, level, added_by)
     SELECT r.id, r.tenant_id, r.network, r.reason, r.detail, to_timestamp(r.since), to_timestamp(r.until), r.hits, r.level, r.added_by
     FROM jsonb_to_recordset(?::jsonb) AS r(id uuid, tenant_id uuid, network text, reason text, detail text, since float8, until float8, hits bigint, level integer, added_by text)
     ON CONFLICT (tenant_id, network) DO UPDATE SET
       id = excluded.id, reason = excluded.reason, detail = excluded.detail, since = excluded.since, until = excluded.until,
       hits = excluded.hits, level = excluded.level, added_by = excluded.added_by`,
    [toJsonb(rows)],
  )
}

export async function deleteBans(trx: Transaction, networks: readonly string[]): Promise<void> {
  await trx<SipBanRow>('sip_bans').whereIn('network', [...networks]).delete()
}
