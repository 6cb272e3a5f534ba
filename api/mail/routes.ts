/** Mail that leaves the house: the server that takes it, and what waits or was sent. */
import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given, isoOf, isoOrNull, orNull } from '../http/fields.ts'
import type { OutgoingMail as MailOfPbx } from '../../pbx/index.ts'
import { MailQuery, MailSettings, MailSettingsInput, MailTest, OutgoingMail } from './schemas.ts'

const tag = 'Mail'

const present = ({ createdAt, nextTry, sentAt, ...mail }: MailOfPbx): z.input<typeof OutgoingMail> => ({ ...mail, createdAt: isoOf(createdAt), nextTry: isoOrNull(nextTry), sentAt: isoOrNull(sentAt) })

const getMailSettings = defineRoute({
  method: 'get', path: '/mail/settings', operationId: 'getMailSettings', summary: 'The server that takes mail; null when none was set up', tag, permission: 'mail.read', response: z.object({ data: orNull(MailSettings) }),
  handle: async ({ world, actor }) => ({ data: await world.pbx.mail.settings(actor) }),
})

const setMailSettings = defineRoute({
  method: 'put', path: '/mail/settings', operationId: 'setMailSettings', summary: 'Say which server takes mail', description: 'Mail that waits is tried at once. The password is kept encrypted and cannot be read again.', tag, permission: 'mail.write',
  body: MailSettingsInput, response: one(MailSettings),
  handle: async ({ world, actor, body: { version, ...input } }) => ({ data: await world.pbx.mail.setUp(actor, given(input), version) }),
})

const removeMailSettings = defineRoute({
  method: 'delete', path: '/mail/settings', operationId: 'removeMailSettings', summary: 'Send no more mail', tag, permission: 'mail.write', response: Success,
  async handle({ world, actor }) {
    await world.pbx.mail.remove(actor)
    return done
  },
})

const testMail = defineRoute({
  method: 'post', path: '/mail/test', operationId: 'testMail', summary: 'Send a test mail now', description: 'Answers when the server has taken it; else 503 with what it said and what to do.', tag, permission: 'mail.write', body: MailTest, response: Success,
  async handle({ world, actor, body }) {
    await world.pbx.mail.test(actor, body.to)
    return done
  },
})

const listMail = defineRoute({
  method: 'get', path: '/mail', operationId: 'listMail', summary: 'Mail that waits, was sent in the last 30 days, or failed; newest first', tag, permission: 'mail.read', query: MailQuery, response: pageOf(OutgoingMail),
  async handle({ world, actor, query }) {
    const { rows, total } = await world.pbx.mail.list(actor, given(query))
    return { data: rows.map(present), pagination: pagination(total, query) }
  },
})

const retryMail = defineRoute({
  method: 'post', path: '/mail/{id}/retry', operationId: 'retryMail', summary: 'Try again now', tag, permission: 'mail.write', params: idParams, response: one(OutgoingMail),
  handle: async ({ world, actor, params }) => ({ data: present(await world.pbx.mail.retry(actor, params.id)) }),
})

const discardMail = defineRoute({
  method: 'delete', path: '/mail/{id}', operationId: 'discardMail', summary: 'Do not send it, or forget it', tag, permission: 'mail.write', params: idParams, response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.mail.discard(actor, params.id)
    return done
  },
})

export const mailRoutes = [getMailSettings, setMailSettings, removeMailSettings, testMail, listMail, retryMail, discardMail]
