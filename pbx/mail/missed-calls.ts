import type { Transaction } from '../../config/database/index.ts'
import { wrongField, type RefusalDetail } from '../../config/errors.ts'
import type { DirectorySnapshot } from '../directory/types.ts'
import type { LegView, Sought } from '../events/catalogue.ts'
import { callerInWords } from './caller.ts'
import type { MailRoom } from './room.ts'
import { checkAddresses } from './settings.ts'

const KIND = 'missed-call'
const MOST = 10

/** A call that nobody answered, with whom it was for. */
export interface MissedCall {
  id: string
  tenant_id: string
  /** Seconds since the epoch. */
  started_at: number
  from_number: string
  from_name: string | null
  explanation: string
  legs: readonly LegView[]
  sought: readonly Sought[]
}

/** Tells of missed calls those who want it, one mail a call, in the transaction that writes the call down. */
export function createMissedCallMail({ mail, snapshot }: { mail: Pick<MailRoom, 'post'>; snapshot: () => DirectorySnapshot }): (trx: Transaction, calls: readonly MissedCall[]) => Promise<void> {
  return async (trx, calls) => {
    for (const call of calls) {
      const told = call.sought.flatMap((each) => toldOf(snapshot(), each) ?? []).filter(({ to }) => to.length > 0)
      const [first] = told
      // A message says who called, and goes out by e-mail itself.
      if (!first || (await messageIsMailed(trx, call))) continue
      const from = callerInWords(call.from_name, call.from_number)
      await mail.post(trx, {
        tenantId: call.tenant_id, kind: KIND, subjectId: call.id, recipients: [...new Set(told.flatMap(({ to }) => to))],
        title: `Missed call from ${from} for ${first.name}`,
        body: [
          `${from} called, and nobody answered.`, '',
          `Called:  ${new Date(call.started_at * 1000).toUTCString()}`,
          ...told.map(({ name, sought }) => `For:     ${name}, ${rangInWords(secondsOf(call.legs, sought))}`),
          '', call.explanation, '',
        ].join('\n'),
      })
    }
  }
}

/** Trims, and keeps each once. */
export function checkMissedCallMail(given: readonly string[]): string[] {
  const to = [...new Set(given.map((address) => address.trim()).filter((address) => address !== ''))]
  const details: RefusalDetail[] = []
  checkAddresses(to, 'missedCallMail', details)
  const message = details[0]?.message ?? (to.length > MOST ? `Up to ${MOST} addresses are told of missed calls.` : undefined)
  if (message !== undefined) throw wrongField('missedCallMail', message)
  return to
}

function toldOf(snapshot: DirectorySnapshot, sought: Sought): { sought: Sought; name: string; to: readonly string[] } | undefined {
  if (sought.type === 'mailbox') return undefined
  const found = sought.type === 'extension' ? snapshot.extension(sought.id) : snapshot.ringGroup(sought.id)
  return found && { sought, name: `${found.number} ${found.name}`, to: found.missedCallMail }
}

async function messageIsMailed(trx: Transaction, { sought }: MissedCall): Promise<boolean> {
  const mailbox = sought.find(({ type, left }) => type === 'mailbox' && left === true)
  if (!mailbox) return false
  return (await trx('mailboxes').where({ id: mailbox.id }).whereRaw('cardinality(mail_to) > 0').first('id')) !== undefined
}

/** For how long phones rang while this one was sought. */
function secondsOf(legs: readonly LegView[], { at, until }: Sought): number {
  const rang = legs.filter(({ role, startedAt, ringingAt }) => role === 'callee' && ringingAt !== null && startedAt >= at && (until === null || startedAt <= until))
  if (rang.length === 0) return 0
  return Math.round((Math.max(...rang.map(({ endedAt, ringingAt }) => endedAt ?? ringingAt!)) - Math.min(...rang.map(({ ringingAt }) => ringingAt!))) / 1000)
}

function rangInWords(seconds: number): string {
  return seconds === 0 ? 'where no phone rang' : `where phones rang for ${seconds} s`
}
