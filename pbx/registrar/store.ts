/** The table `bindings`: read once at start, then written in batches. */
import type { Transaction } from '../../config/database/index.ts'
import type { BindingRow } from '../../migrations/tables.ts'
import { splitHostPort } from '../sip/uri.ts'
import type { SipSource } from '../sip/types.ts'
import { formatHostPort } from '../sip/uri.ts'
import type { Binding } from './binding.ts'
import { writePath } from './path.ts'

/** Rows that had not expired at `now`. */
export async function loadBindings(trx: Transaction, now: number): Promise<BindingRow[]> {
  return trx<BindingRow>('bindings').where('expires_at', '>', new Date(now)).orderBy('registered_at')
}

export async function deleteExpired(trx: Transaction, now: number): Promise<void> {
  await trx<BindingRow>('bindings').where('expires_at', '<=', new Date(now)).delete()
}

/** The source a stored binding came over; undefined when the row holds none that can be used. */
export function sourceOf(row: Pick<BindingRow, 'received' | 'transport'>): SipSource | undefined {
  const place = splitHostPort(row.received)
  if (place?.port === undefined) return undefined
  return { transport: row.transport as SipSource['transport'], address: place.host.replace(/^\[|\]$/g, ''), port: place.port }
}

/**
 * One batch in one transaction. A device that was deleted in the meantime is left out rather than
 * failing the batch, and cannot be deleted before the commit either.
 */
export async function writeBindings(trx: Transaction, saved: readonly Binding[], removed: readonly { deviceId: string; key: string }[]): Promise<void> {
  if (removed.length > 0) {
    await trx.raw(
      `DELETE FROM bindings b USING json_to_recordset(?::json) AS r(device_id uuid, contact_key text)
       WHERE b.device_id = r.device_id AND b.contact_key = r.contact_key`,
      [JSON.stringify(removed.map(({ deviceId, key }) => ({ device_id: deviceId, contact_key: storable(key) })))],
    )
  }
  if (saved.length > 0) {
    await trx.raw(
      `INSERT INTO bindings (id, tenant_id, extension_id, device_id, contact_uri, contact_key, call_id, cseq, q,
         user_agent, transport, received, path, registered_at, updated_at, expires_at)
       SELECT r.id, d.tenant_id, d.extension_id, d.id, r.contact_uri, r.contact_key, r.call_id, r.cseq, r.q,
         r.user_agent, r.transport, r.received, r.path, r.registered_at, r.updated_at, r.expires_at
       FROM json_to_recordset(?::json) AS r(id uuid, device_id uuid, contact_uri text, contact_key text, call_id text,
         cseq bigint, q real, user_agent text, transport text, received text, path text, registered_at timestamptz, updated_at timestamptz, expires_at timestamptz)
       JOIN devices d ON d.id = r.device_id
       FOR KEY SHARE OF d
       ON CONFLICT (device_id, contact_key) DO UPDATE SET id = EXCLUDED.id, contact_uri = EXCLUDED.contact_uri, call_id = EXCLUDED.call_id,
         cseq = EXCLUDED.cseq, q = EXCLUDED.q, user_agent = EXCLUDED.user_agent, transport = EXCLUDED.transport, received = EXCLUDED.received, path = EXCLUDED.path,
         registered_at = EXCLUDED.registered_at, updated_at = EXCLUDED.updated_at, expires_at = EXCLUDED.expires_at`,
      [JSON.stringify(saved.map(toJson))],
    )
  }
}

function toJson(binding: Binding): Record<string, unknown> {
  return {
    id: binding.id,
    device_id: binding.deviceId,
    contact_uri: storable(binding.uri),
    contact_key: storable(binding.key),
    call_id: storable(binding.callId),
    cseq: binding.cseq,
    q: binding.q,
    user_agent: binding.userAgent === undefined ? null : storable(binding.userAgent),
    transport: binding.source.transport,
    received: formatHostPort(binding.source.address, binding.source.port),
    path: binding.path.length === 0 ? null : storable(writePath(binding.path)),
    registered_at: new Date(binding.registeredAt),
    updated_at: new Date(binding.updatedAt),
    expires_at: new Date(binding.expiresAt),
  }
}

/** PostgreSQL takes neither NUL nor half a surrogate pair in text. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
