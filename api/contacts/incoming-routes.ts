/** Who is calling one's own phone: what a screen pops up, and for nobody else. */
import { z } from 'zod'
import { isClick } from '../calls/presenter.ts'
import { defineRoute } from '../http/define-route.ts'
import { instant, isoOf, isoOrNull } from '../http/fields.ts'
import type { CallView } from '../../pbx/index.ts'
import { matchContacts } from './repository.ts'
import { ContactMatch } from './schemas.ts'

const IncomingCall = z
  .object({
    id: z.uuid().meta({ description: 'The rootId of the call: it stays the same when the call is transferred.' }),
    state: z.enum(['rings', 'answered']).meta({ description: 'answered: by the own phone.' }),
    number: z.string().meta({ description: 'Of the caller; empty when it is hidden.' }),
    name: z.string().nullable(),
    inside: z.boolean().meta({ description: 'A colleague calls.' }),
    dialled: z.string().meta({ description: 'What the caller called: the own number, a ring group, a number outside.' }),
    startedAt: instant,
    answeredAt: instant.nullable(),
    contacts: z.array(ContactMatch).meta({ description: 'Whose number it is; several may have it.' }),
  })
  .meta({ id: 'IncomingCall' })

/** The leg of the own phone that rings, or has answered, in a call of somebody else. */
function ownLeg(call: CallView, extensionId: string): CallView['legs'][number] | undefined {
  if (call.from.extensionId === extensionId || call.state === 'ended') return undefined
  const own = call.legs.filter((leg) => leg.role === 'callee' && leg.extensionId === extensionId && leg.endedAt === null)
  const taken = call.legs.some((leg) => leg.role === 'callee' && leg.answeredAt !== null && leg.endedAt === null)
  return own.find(({ answeredAt }) => answeredAt !== null) ?? (taken ? undefined : own.find(({ ringingAt }) => ringingAt !== null))
}

const listIncoming = defineRoute({
  method: 'get', path: '/own/incoming', operationId: 'listIncomingCalls', summary: 'Calls that ring the own phone, or that it has answered, and whose they are',
  description: 'What a CRM opens a record for. Calls that ring others, and those that somebody else has answered, are not in it.',
  tag: 'Own calls', permission: 'calls.own', response: z.object({ data: z.array(IncomingCall) }),
  async handle({ world, actor }) {
    const { extensionId } = actor
    if (extensionId === undefined) return { data: [] }
    const rings = world.pbx.calls.live(actor).flatMap((call) => {
      const leg = isClick(call) ? undefined : ownLeg(call, extensionId)
      return leg ? [{ call, leg }] : []
    })
    if (rings.length === 0) return { data: [] }
    return {
      data: await world.database.read(actor, async (trx) => {
        const told: z.input<typeof IncomingCall>[] = []
        for (const { call, leg } of rings) {
          const { number, name } = call.from
          told.push({
            id: call.rootId, state: leg.answeredAt === null ? 'rings' : 'answered', number, name, inside: call.from.extensionId !== null, dialled: call.to.number, startedAt: isoOf(call.startedAt), answeredAt: isoOrNull(leg.answeredAt),
            contacts: number === '' ? [] : await matchContacts(trx, actor.tenantId, number),
          })
        }
        return told
      }),
    }
  },
})

export const incomingRoutes = [listIncoming]
