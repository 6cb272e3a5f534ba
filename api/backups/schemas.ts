import { z } from 'zod'
import { instant } from '../http/fields.ts'

export const Backup = z
  .object({
    id: z.uuid(),
    file: z.string().meta({ description: 'Its name in the folder of backups.' }),
    state: z.enum(['running', 'done', 'failed']),
    cause: z.string().nullable().meta({ description: 'Why it failed, with the cure.' }),
    scheduled: z.boolean(),
    askedBy: z.string(),
    startedAt: instant,
    finishedAt: instant.nullable(),
    bytes: z.number().int().nullable(),
    rows: z.number().int().nullable(),
    files: z.number().int().nullable(),
    there: z.boolean().meta({ description: 'The file is in the folder.' }),
    trial: z.enum(['none', 'running', 'well', 'failed']).meta({ description: 'Whether it was restored beside the real tables, and compared.' }),
    triedAt: instant.nullable(),
    trialCause: z.string().nullable(),
    trialMs: z.number().int().nullable(),
  })
  .meta({ id: 'Backup' })

const at = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 02:30')
const days = z.array(z.number().int().min(1).max(7)).min(1).max(7).refine((all) => new Set(all).size === all.length, 'each day once').meta({ description: '1 is Monday.' })
const keep = z.number().int().min(1).max(365).meta({ description: 'How many good backups stay; the oldest goes first.' })
const mailTo = z.array(z.email().max(254)).max(10).meta({ description: 'Who is told when there is no new backup.' })

export const BackupSettings = z
  .object({
    enabled: z.boolean(),
    at: at.meta({ description: 'By the clock of the machine.' }),
    days, keep, mailTo,
    hasKey: z.boolean().meta({ description: 'Without a passphrase or recovery key none is made.' }),
    keySetAt: instant.nullable(),
    nextAt: instant.nullable(),
    folder: z.string(),
    freeBytes: z.number().int().nullable().meta({ description: 'Room on the disk of that folder.' }),
    version: z.number().int(),
  })
  .meta({ id: 'BackupSettings' })

export const BackupSettingsChange = z
  .strictObject({ enabled: z.boolean(), at, days, keep, mailTo })
  .partial()
  .extend({ version: z.number().int().min(1).optional().meta({ description: 'The version that was read; refused with 409 when it has changed since.' }) })
  .meta({ id: 'BackupSettingsChange' })

export const BackupKeyWish = z
  .strictObject({ passphrase: z.string().min(12).max(200).nullable().default(null).meta({ description: 'Null: Dialplane makes a recovery key.' }) })
  .meta({ id: 'BackupKeyWish' })

export const BackupKey = z
  .object({ recoveryKey: z.string().nullable().meta({ description: 'Shown only now; null when a passphrase was given.' }), settings: BackupSettings })
  .meta({ id: 'BackupKey' })
