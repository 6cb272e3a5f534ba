import type { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { pageOf, pagination } from '../http/envelope.ts'
import { isoOf } from '../http/fields.ts'
import type { AuditLogRow } from '../../migrations/tables.ts'
import { listAudit } from './repository.ts'
import { AuditEvent, AuditQuery } from './schemas.ts'

function presentAudit(row: AuditLogRow): z.input<typeof AuditEvent> {
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
    return { data: rows.map(presentAudit), pagination: pagination(total, query) }
  },
})

export const complianceRoutes = [listAuditEvents]
