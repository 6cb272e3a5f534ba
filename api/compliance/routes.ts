import type { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { one, pageOf, pagination } from '../http/envelope.ts'
import { isoOf } from '../http/fields.ts'
import type { AuditLogRow } from '../../migrations/tables.ts'
import { listAudit } from './repository.ts'
import { AuditEvent, auditEntryParams, AuditQuery, Undone } from './schemas.ts'
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
    return { data: rows.map((row) => presentAudit(row, canUndo(world.pbx, actor, row.action))), pagination: pagination(total, query) }
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
  handle: async ({ world, actor, params }) => ({ data: await undo(world.database, world.pbx, actor, params.id) }),
})

export const complianceRoutes = [listAuditEvents, undoAuditEvent]
