import type { Actor } from '../../config/actor.ts'
import { toJsonb } from '../../config/database/json.ts'
import type { AuditEntry, Database, Transaction } from '../../config/database/index.ts'
import { Refusal, refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { PromptDesk } from '../../media/contract.ts'
import type { ExtensionRow, MailboxRow } from '../../migrations/tables.ts'
import type { GreetingKind, Mailbox, MailboxInput } from '../door.ts'
import { checkAddresses } from '../mail/settings.ts'
import type { Counts } from './counts.ts'
import { isPin, refuseFault, sealPin } from './pin.ts'

/** A mailbox with whose it is. */
export type BoxRow = MailboxRow & Pick<ExtensionRow, 'number' | 'name'> & { enabled: boolean }

/** Mailboxes: what they are set to, their PIN and greetings. */
export interface Boxes {
  list(actor: Actor): Promise<Mailbox[]>
  get(actor: Actor, id: string): Promise<Mailbox>
  row(actor: Actor, id: string): Promise<BoxRow>
  update(actor: Actor, id: string, input: MailboxInput, version?: number): Promise<Mailbox>
  setPin(actor: Actor, id: string, pin: string | null): Promise<Mailbox>
  isPin(row: BoxRow, pin: string): Promise<boolean>
  greeting(actor: Actor, id: string, kind: GreetingKind): Promise<string | undefined>
  setGreeting(actor: Actor, id: string, kind: GreetingKind, by: { sound: Uint8Array } | { text: string } | undefined): Promise<Mailbox>
}

const COLUMNS: readonly (readonly [keyof MailboxInput, keyof MailboxRow])[] = [
  ['askOwnPhone', 'ask_own_phone'], ['operator', 'operator'], ['maxMessages', 'max_messages'], ['maxSeconds', 'max_seconds'], ['keepDays', 'keep_days'], ['mwiUnsolicited', 'mwi_unsolicited'],
  ['mailTo', 'mail_to'], ['mailAttach', 'mail_attach'], ['mailThen', 'mail_then'],
]

/** The name of the sound of a greeting among the tenant's own. */
export const greetingName = (mailboxId: string, kind: GreetingKind): string => `greeting-${kind}-${mailboxId}`

/** @param checkOperator why callers who press 0 would reach nobody; undefined when they would not */
export function createBoxes(options: {
  database: Database; secrets: Secrets; desk: Pick<PromptDesk, 'own'>; counts: Pick<Counts, 'of'>; checkOperator: (tenantId: string, number: string) => string | undefined
}): Boxes {
  const { database, secrets, desk, counts, checkOperator } = options

  const show = (row: BoxRow): Mailbox => ({
    id: row.id, number: row.number, name: row.name, enabled: row.enabled, hasPin: row.pin_sealed !== null, askOwnPhone: row.ask_own_phone, operator: row.operator,
    maxMessages: row.max_messages, maxSeconds: row.max_seconds, keepDays: row.keep_days, mwiUnsolicited: row.mwi_unsolicited, mailTo: row.mail_to, mailAttach: row.mail_attach, mailThen: row.mail_then, greetings: row.greetings, version: row.version, ...counts.of(row.id),
  })
  const change = async (actor: Actor, id: string, version: number | undefined, action: string, work: (row: BoxRow) => Promise<{ columns: Record<string, unknown>; before?: unknown; after?: unknown }>): Promise<Mailbox> => {
    const row = await database.change(actor, async (trx) => {
      // The extension's row is not locked: only the mailbox changes.
      await trx('mailboxes').where({ id }).forUpdate().first()
      const before = await find(trx, id)
      if (version !== undefined && version !== before.version) throw new Refusal('conflict', 'Somebody else changed this in the meantime. Load it again and repeat your change.')
      const { columns, ...seen } = await work(before)
      await trx('mailboxes').where({ id }).update({ ...columns, version: before.version + 1, updated_at: new Date() })
      const audit: AuditEntry = { action, subjectType: 'mailbox', subjectId: id, ...seen }
      return { result: await find(trx, id), audit }
    })
    return show(row)
  }

  return {
    list: (actor) => database.read(actor, async (trx) => ((await boxes(trx).orderByRaw('length(extensions.number), extensions.number')) as BoxRow[]).map(show)),
    get: async (actor, id) => show(await database.read(actor, (trx) => find(trx, id))),
    row: (actor, id) => database.read(actor, (trx) => find(trx, id)),
    update: (actor, id, given, version) => {
      const input = check(actor, given, checkOperator)
      return change(actor, id, version, 'mailbox.update', async (before) => {
        const named = COLUMNS.filter(([field]) => input[field] !== undefined)
        return {
          columns: Object.fromEntries(named.map(([field, column]) => [column, input[field]])),
          before: Object.fromEntries(COLUMNS.map(([field, column]) => [field, before[column]])),
          after: Object.fromEntries(COLUMNS.map(([field, column]) => [field, input[field] === undefined ? before[column] : input[field]])),
        }
      })
    },
    setPin: (actor, id, pin) =>
      change(actor, id, undefined, 'mailbox.pin', async (before) => {
        if (pin !== null) refuseFault(pin, before.number)
        return { columns: { pin_sealed: pin === null ? null : await sealPin(secrets, actor.tenantId, pin) }, before: { hasPin: before.pin_sealed !== null }, after: { hasPin: pin !== null } }
      }),
    isPin: (row, pin) => (row.pin_sealed === null ? Promise.resolve(false) : isPin(secrets, row.tenant_id, row.pin_sealed, pin)),
    async greeting(actor, id, kind) {
      const row = await database.read(actor, (trx) => find(trx, id))
      return row.greetings[kind] === undefined ? undefined : desk.own.find(greetingName(id, kind), actor.tenantId)
    },
    setGreeting: (actor, id, kind, by) =>
      change(actor, id, undefined, 'mailbox.greeting', async (before) => {
        const { [kind]: seconds = null, ...rest } = before.greetings
        if (by === undefined) await desk.own.remove(greetingName(id, kind), actor.tenantId)
        const now = by === undefined ? null : await desk.own.keep(greetingName(id, kind), actor.tenantId, by)
        return { columns: { greetings: toJsonb(now === null ? rest : { ...rest, [kind]: now }) }, before: { [kind]: seconds }, after: { [kind]: now } }
      }),
  }
}

const boxes = (trx: Transaction) => trx('mailboxes').join('extensions', 'extensions.id', 'mailboxes.id').select('mailboxes.*', 'extensions.number', 'extensions.name', 'extensions.voicemail as enabled')

async function find(trx: Transaction, id: string): Promise<BoxRow> {
  const row = (await boxes(trx).where({ 'mailboxes.id': id }).first()) as BoxRow | undefined
  if (!row) throw new Refusal('not-found', 'There is no such mailbox.')
  return row
}

function check(actor: Actor, input: MailboxInput, checkOperator: (tenantId: string, number: string) => string | undefined): MailboxInput {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  if (typeof input.operator === 'string') {
    checked.operator = input.operator.trim().replace(/[\s.()-]/g, '')
    const wrong = /^[+*]?[0-9]{2,20}$/.test(checked.operator) ? checkOperator(actor.tenantId, checked.operator) : 'A number has 2 to 20 digits.'
    if (wrong !== undefined) details.push({ field: 'operator', message: wrong })
  }
  for (const [field, name, least, most] of [['maxMessages', 'The number of messages', 1, 1000], ['maxSeconds', 'The length of a message', 10, 1800], ['keepDays', 'The days messages are kept', 1, 3650]] as const) {
    const value = input[field]
    if (typeof value === 'number' && !(Number.isInteger(value) && value >= least && value <= most)) details.push({ field, message: `${name} is from ${least} to ${most}.` })
  }
  if (input.mailTo !== undefined) {
    checked.mailTo = [...new Set(input.mailTo.map((address) => address.trim()).filter((address) => address !== ''))]
    if (checkAddresses(checked.mailTo, 'mailTo', details) && checked.mailTo.length > 10) details.push({ field: 'mailTo', message: 'Up to 10 addresses get the messages.' })
  }
  refuseWrong(details)
  return checked
}
