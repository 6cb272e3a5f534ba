/** The phone in the browser: a person calls with the own extension, from the panel. */
import { z } from 'zod'
import { Refusal } from '../../config/errors.ts'
import type { UserRow } from '../../migrations/tables.ts'
import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { SOFTPHONE_PATH } from './tunnel.ts'

export const Softphone = z
  .object({
    extension: z.object({ id: z.uuid(), number: z.string(), name: z.string() }),
    username: z.string(),
    password: z.string().meta({ description: 'New with every answer. It works only over a connection to path that this session holds, and not after the session.' }),
    domain: z.string().meta({ description: 'Of the address of record.' }),
    path: z.string().meta({ description: 'Of the WebSocket with SIP (RFC 7118), on this server.' }),
  })
  .meta({ id: 'Softphone' })

const openSoftphone = defineRoute({
  method: 'post',
  path: '/softphone',
  operationId: 'openSoftphone',
  summary: 'Open the phone in the browser',
  description: 'Credentials of a device of the own extension that lives as long as the session. Those given out before stop working.',
  tag: 'Softphone',
  permission: 'softphone.use',
  secret: true,
  response: one(Softphone),
  async handle({ world, actor, session }) {
    if (!session) throw new Refusal('forbidden', 'This is for a person signed in to the panel, not for a token.')
    const extension = await world.database.read(actor, (trx) =>
      trx<UserRow>('users').join('extensions as e', 'e.id', 'users.extension_id').where('users.id', actor.id).first<{ id: string; number: string; name: string } | undefined>('e.id', 'e.number', 'e.name'))
    if (!extension) throw new Refusal('conflict', 'You have no extension of your own yet. An administrator gives you one under Users.')
    const { username, password, domain } = await world.pbx.softphones.issue(actor, { sessionId: session.id, extensionId: extension.id })
    return { data: { extension, username, password, domain, path: SOFTPHONE_PATH } }
  },
})

export const softphoneRoutes = [openSoftphone]
