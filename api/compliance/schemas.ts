import { z } from 'zod'
import { order, pageQuery, search } from '../http/envelope.ts'
import { instant } from '../http/fields.ts'

export const AuditEvent = z
  .object({
    id: z.string(),
    at: instant,
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    address: z.string().nullable(),
    action: z.string().meta({ description: 'subject.verb, e.g. extension.create.' }),
    subjectType: z.string(),
    subjectId: z.string(),
    before: z.unknown().optional().meta({ description: 'The row before, without secrets.' }),
    after: z.unknown().optional().meta({ description: 'The row after, without secrets.' }),
    undoable: z.boolean().meta({ description: 'Whether you may undo it, as far as its kind goes.' }),
  })
  .meta({ id: 'AuditEvent' })

export const AuditQuery = z.strictObject({
  ...pageQuery,
  search,
  action: z.string().min(1).max(100).optional(),
  actorId: z.string().min(1).max(100).optional(),
  subjectType: z.string().min(1).max(100).optional(),
  subjectId: z.string().min(1).max(100).optional(),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'At or after.' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Before.' }),
  sort: z.enum(['at']).default('at'),
  order: order('desc'),
})

export const AuditVerification = z
  .object({
    intact: z.boolean(),
    entries: z.number().int().meta({ description: 'Entries read: all there are.' }),
    head: z.string().nullable().meta({ description: 'Hash of the last entry. Kept elsewhere, it also shows a chain that was made anew. Null: no entries, or broken.' }),
    broken: z
      .object({
        entryId: z.string().nullable().meta({ description: 'The first entry that does not fit; the last one there is, where those after it are missing.' }),
        position: z.number().int().meta({ description: 'Its place, from 1.' }),
        reason: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'AuditVerification' })

export const Undone = z
  .object({
    subjectType: z.string(),
    subjectId: z.string().meta({ description: 'Of the object as it is now: one that was deleted comes back under a new id.' }),
    what: z.enum(['put-back', 'brought-back', 'removed']),
    fields: z.array(z.string()).meta({ description: 'Those that have their former values again.' }),
    left: z.array(z.string()).meta({ description: 'What is kept secret, such as a PIN, and could not be put back; a room whose PIN is lost comes back turned off.' }),
  })
  .meta({ id: 'Undone' })

export const auditEntryParams = z.strictObject({ id: z.string().regex(/^[1-9][0-9]{0,17}$/).meta({ description: 'The id of an audit event.' }) })
