import type { Actor } from '../actor.ts'
import type { AuditEntry, Transaction } from './index.ts'

const BATCH = 1_000

/** Writes the audit rows of one change in its own transaction. Throws when there are none: a change without a trace is a bug. */
export async function writeAudit(trx: Transaction, actor: Actor, audit: AuditEntry | AuditEntry[]): Promise<void> {
  const entries = Array.isArray(audit) ? audit : [audit]
  if (entries.length === 0) throw new Error('A change must name what it did: no audit entry was given.')
  // PostgreSQL takes 65,535 parameters at most.
  for (let from = 0; from < entries.length; from += BATCH) await insert(trx, actor, entries.slice(from, from + BATCH))
}

async function insert(trx: Transaction, actor: Actor, entries: readonly AuditEntry[]): Promise<void> {
  await trx('audit_log').insert(
    entries.map((entry) => ({
      tenant_id: actor.tenantId,
      actor_kind: actor.kind,
      actor_id: actor.id,
      actor_name: actor.name,
      address: 'address' in actor ? (actor.address ?? null) : null,
      action: entry.action,
      subject_type: entry.subjectType,
      subject_id: entry.subjectId,
      before: json(entry.before),
      after: json(entry.after),
    })),
  )
}

/** jsonb takes text; `undefined` means there was no such state. */
function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value)
}
