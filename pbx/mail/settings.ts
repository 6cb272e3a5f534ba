import type { Actor } from '../../config/actor.ts'
import type { Database, Transaction } from '../../config/database/index.ts'
import { Refusal, refuseWrong, wrongField, type RefusalDetail } from '../../config/errors.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { MailSettingsRow } from '../../migrations/tables.ts'
import type { MailSettings, MailSettingsInput } from '../door.ts'
import type { MailServer } from './smtp.ts'

const PURPOSE = 'mail'
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$|^[0-9a-f:]+$/i
/** What every mail server takes: no quoted names, no comments (the common part of RFC 5321 §4.1.2). */
const ADDRESS = /^[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/** Whether mail can be sent to it. */
export const isAddress = (text: string): boolean => text.length <= 254 && ADDRESS.test(text)

/** Whether mail can be sent to all of them; the first to which it cannot is written down as wrong. */
export function checkAddresses(addresses: readonly string[] | undefined, field: string, details: RefusalDetail[]): boolean {
  const wrong = addresses?.find((address) => !isAddress(address))
  if (wrong !== undefined) details.push({ field, message: `${wrong} is no e-mail address.` })
  return wrong === undefined
}

export interface MailSettingsStore {
  get(actor: Actor): Promise<MailSettings | null>
  save(actor: Actor, input: MailSettingsInput, version: number | undefined): Promise<MailSettings>
  remove(actor: Actor): Promise<void>
  /** With the password, for handing over. */
  server(tenantId: string): Promise<(MailServer & { from: { name: string; address: string } }) | undefined>
}

export function createMailSettings(database: Database, secrets: Secrets): MailSettingsStore {
  const find = (trx: Transaction): Promise<MailSettingsRow | undefined> => trx<MailSettingsRow>('mail_settings').first() as Promise<MailSettingsRow | undefined>
  return {
    get: (actor) => database.read(actor, async (trx) => show(await find(trx))),
    save: (actor, given, version) => {
      const { password, ...input } = check(given)
      return database.change(actor, async (trx) => {
        const before = await find(trx)
        if (version !== undefined && version !== (before?.version ?? 0)) throw new Refusal('conflict', 'Somebody else changed this in the meantime. Load it again and repeat your change.')
        // A password goes to the server it was given for and to no other.
        if (password === undefined && input.username !== null && before?.password_sealed && before.host !== input.host) {
          throw wrongField('password', 'Give the password again: the stored one was for another server.')
        }
        const sealed = input.username === null ? null : password === undefined ? (before?.password_sealed ?? null) : secrets.seal(PURPOSE, actor.tenantId, password)
        if (input.username !== null && sealed === null) throw wrongField('password', 'Signing in needs a password too.')
        const { senderName, ...columns } = input
        const row = { ...columns, sender_name: senderName, password_sealed: sealed, version: (before?.version ?? 0) + 1, updated_at: new Date() }
        await trx('mail_settings').insert({ tenant_id: actor.tenantId, ...row }).onConflict('tenant_id').merge()
        await trx('outgoing_mail').whereNull('sent_at').whereNull('gave_up_at').update({ next_try: new Date() })
        const after = await find(trx)
        return { result: show(after) as MailSettings, audit: { action: 'mail-settings.update', subjectType: 'tenant', subjectId: actor.tenantId, before: seen(before, false), after: seen(after, password !== undefined) } }
      })
    },
    remove: (actor) =>
      database.change(actor, async (trx) => {
        const before = await find(trx)
        await trx('mail_settings').delete()
        return { result: undefined, audit: { action: 'mail-settings.delete', subjectType: 'tenant', subjectId: actor.tenantId, before: seen(before, false) } }
      }),
    async server(tenantId) {
      const row = (await database.system('mail settings', (trx) => trx<MailSettingsRow>('mail_settings').where({ tenant_id: tenantId }).first())) as MailSettingsRow | undefined
      if (!row) return undefined
      const { host, port, security, username } = row
      return { host, port, security, username, password: row.password_sealed && secrets.open(PURPOSE, tenantId, row.password_sealed), from: { name: row.sender_name, address: row.sender } }
    },
  }
}

function show(row: MailSettingsRow | undefined): MailSettings | null {
  if (!row) return null
  const { host, port, security, username, sender, version } = row
  return { host, port, security, username, hasPassword: row.password_sealed !== null, sender, senderName: row.sender_name, version }
}

function seen(row: MailSettingsRow | undefined, newPassword: boolean): object | undefined {
  if (!row) return undefined
  const { version: _, hasPassword, ...rest } = show(row) as MailSettings
  return { ...rest, password: newPassword ? 'changed' : hasPassword ? 'set' : 'none' }
}

function check(given: MailSettingsInput): MailSettingsInput {
  const input = { ...given, host: given.host.trim(), username: given.username?.trim() || null, sender: given.sender.trim(), senderName: given.senderName.trim() }
  const details: RefusalDetail[] = []
  if (!HOST.test(input.host)) details.push({ field: 'host', message: 'Give a host name or an address, without a port.' })
  if (!(Number.isInteger(input.port) && input.port >= 1 && input.port <= 65_535)) details.push({ field: 'port', message: 'A port is 1 to 65535; most servers take 587 or 465.' })
  if (!isAddress(input.sender)) details.push({ field: 'sender', message: 'Give an e-mail address such as phones@example.com.' })
  if (/[\p{Cc}<>"]/u.test(input.senderName) || input.senderName.length > 100) details.push({ field: 'senderName', message: 'A name has at most 100 characters, without quotes and angle brackets.' })
  // A password in the clear is one for everybody on the way.
  if (input.security === 'none' && input.username !== null) details.push({ field: 'security', message: 'A user name and password are only sent encrypted: choose TLS or STARTTLS.' })
  refuseWrong(details)
  return input
}
