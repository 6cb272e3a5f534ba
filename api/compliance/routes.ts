import type { z } from 'zod'
import { verifyAuditChain } from '../../config/database/audit-chain.ts'
import { defineRoute } from '../http/define-route.ts'
import { one, pageOf, pagination } from '../http/envelope.ts'
import { isoOf } from '../http/fields.ts'
import type { AuditLogRow } from '../../migrations/tables.ts'
import { listAudit } from './repository.ts'
import { AuditEvent, auditEntryParams, AuditQuery, AuditVerification, Undone } from './schemas.ts'
import { canUndo, undo } from './undo.ts'

function presentAudit(row: AuditLogRow, undoable: boolean): z.input<typeof AuditEvent> {
  return {
    id: row.id,
    at: isoOf(row.at),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    address: row.address,
    action: row.action,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    before: row.before,
    after: row.after,
    undoable,
  }
}

const listAuditEvents = defineRoute({
  method: 'get',
  path: '/audit',
  operationId: 'listAuditEvents',
  summary: 'Who changed what, newest first',
  tag: 'Audit',
  permission: 'audit.read',
  query: AuditQuery,
  response: pageOf(AuditEvent),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.database.read(actor, (trx) => listAudit(trx, query))
    return { data: rows.map((row) => presentAudit(row, canUndo(world, actor, row.action))), pagination: pagination(total, query) }
  },
})

const verifyAudit = defineRoute({
  method: 'get',
  path: '/audit/verification',
  operationId: 'verifyAudit',
  summary: 'Whether the audit is whole and as it was written',
  description: 'Reads every entry: each holds the hash of the one before. Names the first that does not fit.',
  tag: 'Audit',
  permission: 'audit.read',
  response: one(AuditVerification),
  async handle({ world, actor }) {
    const { entries, head, broken } = await world.database.read(actor, (trx) => verifyAuditChain(trx, actor.tenantId))
    return { data: { intact: !broken, entries, head: head ?? null, broken: broken ? { ...broken, entryId: broken.entryId ?? null } : null } }
  },
})

const undoAuditEvent = defineRoute({
  method: 'post',
  path: '/audit/{id}/undo',
  operationId: 'undoAuditEvent',
  summary: 'Undo a change, when nothing it concerned was changed again since',
  tag: 'Audit',
  permission: 'audit.read',
  params: auditEntryParams,
  response: one(Undone),
  handle: async ({ world, actor, params }) => ({ data: await undo(world.database, world, actor, params.id) }),
})

export const complianceRoutes = [listAuditEvents, verifyAudit, undoAuditEvent]
