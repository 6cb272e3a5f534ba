/** Mail of the door of the PBX, kept in memory. */
import { randomUUID } from 'node:crypto'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { MailSettings, OutgoingMail, Pbx } from '../../pbx/index.ts'

export interface FakeMail {
  mail: Pbx['mail']
  addMail(tenantId: string): OutgoingMail
}

export function createFakeMail(actors: Actor[], checkVersion: (row: { version: number }, version: number | undefined) => void): FakeMail {
  const settings = new Map<string, MailSettings>()
  const mails = new Map<string, { tenantId: string; mail: OutgoingMail }>()
  const mailOf = (actor: Actor, id: string): OutgoingMail => {
    actors.push(actor)
    const found = mails.get(id)
    if (found?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There is no such mail.')
    return found.mail
  }
  return {
    addMail(tenantId) {
      const mail: OutgoingMail = {
        id: randomUUID(), kind: 'voicemail', recipients: ['ada@example.com'], title: 'Voice message', createdAt: new Date('2026-11-20T10:00:00Z'), state: 'failed', tries: 1, nextTry: null, lastError: '550 no such user', sentAt: null,
      }
      mails.set(mail.id, { tenantId, mail })
      return mail
    },
    mail: {
      async settings(actor) {
        actors.push(actor)
        return settings.get(actor.tenantId) ?? null
      },
      async setUp(actor, { password, ...input }, version) {
        actors.push(actor)
        const before = settings.get(actor.tenantId)
        checkVersion(before ?? { version: 0 }, version)
        const after = { ...input, hasPassword: password !== undefined || before?.hasPassword === true, version: (before?.version ?? 0) + 1 }
        settings.set(actor.tenantId, after)
        return after
      },
      async remove(actor) {
        actors.push(actor)
        settings.delete(actor.tenantId)
      },
      async test(actor) {
        actors.push(actor)
      },
      async check(actor) {
        actors.push(actor)
        const server = settings.get(actor.tenantId)
        return server && `${server.host}:${server.port}`
      },
      async post(actor, mail) {
        actors.push(actor)
        const id = randomUUID()
        mails.set(id, { tenantId: actor.tenantId, mail: { id, kind: mail.kind, recipients: [...mail.recipients], title: mail.title, createdAt: new Date(), state: 'waiting', tries: 0, nextTry: new Date(), lastError: null, sentAt: null } })
      },
      async list(actor) {
        actors.push(actor)
        const rows = [...mails.values()].filter(({ tenantId }) => tenantId === actor.tenantId).map(({ mail }) => mail)
        return { rows, total: rows.length }
      },
      retry: async (actor, id) => Object.assign(mailOf(actor, id), { state: 'waiting', nextTry: new Date('2026-11-20T10:05:00Z') }),
      async discard(actor, id) {
        mailOf(actor, id)
        mails.delete(id)
      },
    },
  }
}
