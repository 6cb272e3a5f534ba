import { serviceActor } from '../../config/actor.ts'
import type { Transaction } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { MailboxRow, VoicemailMessageRow } from '../../migrations/tables.ts'
import type { Directory } from '../directory/types.ts'
import { callerInWords } from '../mail/caller.ts'
import type { MailRoom } from '../mail/room.ts'
import { codeFor } from '../routing/feature-codes.ts'
import type { Messages } from './messages.ts'
import type { Shelf } from './shelf.ts'

const KIND = 'voicemail'
/** Beyond it most servers refuse a letter; base64 makes it a third more. */
const MOST_BYTES = 15_000_000

/** Messages that go out by e-mail, and what becomes of them then. */
export function mailMessages(options: { mail: Pick<MailRoom, 'post' | 'kind'>; messages: Pick<Messages, 'row' | 'remove'>; shelf: Pick<Shelf, 'open'>; directory: Pick<Directory, 'snapshot'> }): { stored(trx: Transaction, row: VoicemailMessageRow): Promise<void> } {
  const { mail, messages, shelf, directory } = options

  mail.kind(KIND, {
    async attachment({ tenant_id: tenantId, subject_id: id }) {
      const row = await messages.row(serviceActor(tenantId, KIND), id ?? '').catch(absent)
      // Deleted meanwhile, or not wanted any more: the words still tell of the call.
      if (!row || !goesAlong(row)) return undefined
      const sound = await shelf.open(row, 'wav').catch(absent)
      if (!sound) return undefined
      try {
        const pieces: Buffer[] = []
        for await (const piece of sound.read(0, sound.bytes)) pieces.push(piece)
        return { name: `message-${row.left_at.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')}.wav`, type: 'audio/wav', content: Buffer.concat(pieces) }
      } finally {
        await sound.close()
      }
    },
    async sent(trx, { subject_id: id }) {
      await trx.raw(
        `UPDATE voicemail_messages m SET mailed_at = now(), heard_at = CASE WHEN b.mail_then = 'heard' THEN coalesce(m.heard_at, now()) ELSE m.heard_at END
         FROM mailboxes b WHERE b.id = m.mailbox_id AND m.id = ?`,
        [id],
      )
    },
    async afterwards({ tenant_id: tenantId, subject_id: id }) {
      const actor = serviceActor(tenantId, KIND)
      const row = await messages.row(actor, id ?? '').catch(absent)
      // What was sent without its sound is nowhere else.
      if (row?.mail_then === 'delete' && goesAlong(row)) await messages.remove(actor, row.id).catch(absent)
    },
  })

  return {
    async stored(trx, row) {
      const box = (await trx('mailboxes').join('extensions', 'extensions.id', 'mailboxes.id').where({ 'mailboxes.id': row.mailbox_id }).first('mailboxes.mail_to', 'mailboxes.mail_attach', 'extensions.number', 'extensions.name')) as (Pick<MailboxRow, 'mail_to' | 'mail_attach'> & { number: string; name: string }) | undefined
      if (!box || box.mail_to.length === 0) return
      const from = callerInWords(row.from_name, row.from_number)
      const code = codeFor(directory.snapshot().changedCodesOf(row.tenant_id), 'voicemail-own')
      const length = `${Math.floor(row.seconds / 60)}:${String(Math.floor(row.seconds % 60)).padStart(2, '0')}`
      await mail.post(trx, {
        tenantId: row.tenant_id, kind: KIND, subjectId: row.id, urgent: false, recipients: box.mail_to,
        title: `${row.urgent ? 'Urgent: voice' : 'Voice'} message from ${from}, ${length}`,
        body: [
          `${from} left a message for ${box.number} ${box.name}.`, '',
          `Left:    ${row.left_at.toUTCString()}`, `Length:  ${length}`, ...(row.urgent ? ['Marked as urgent.'] : []), ...(row.forwarded_by === null ? [] : [`Sent on by ${row.forwarded_by}.`]), '',
          [...(goesAlong({ ...row, ...box }) ? ['The message is attached.'] : []), ...(code === undefined ? [] : [`On the phone it is heard with ${code}.`])].join(' '), '',
        ].join('\n'),
      })
    },
  }
}

/** As WAV, for every mail program plays that: 16-bit samples. */
function goesAlong({ mail_attach: wanted, seconds, rate }: { mail_attach: boolean; seconds: number; rate: number | null }): boolean {
  return wanted && seconds * (rate ?? 8_000) * 2 <= MOST_BYTES
}

function absent(error: unknown): undefined {
  if (error instanceof Refusal && (error.code === 'not-found' || error.code === 'gone')) return undefined
  throw error
}
