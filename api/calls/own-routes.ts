/** Calls of the own extension and of no other: what a token of a person for calling can do, and all that it can. */
import { z } from 'zod'
import type { PersonActor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import { defineRoute } from '../http/define-route.ts'
import { dialScript } from '../http/dial.ts'
import { done, idParams, one, pageOf, pageQuery, slice, Success } from '../http/envelope.ts'
import { given, instant, isoOf, isoOrNull } from '../http/fields.ts'
import type { CallView, Pbx, Side } from '../../pbx/index.ts'
import { isClick } from './presenter.ts'
import { Call, ClickBody, OwnDigits, OwnHold, OwnTransfer } from './schemas.ts'

const tag = 'Own calls'
const permission = 'calls.own'

const OwnCall = z
  .object({
    id: z.uuid().meta({ description: 'Of the click: it stays the same when the call goes on to the number.' }),
    state: Call.shape.state,
    ownPhone: z.enum(['rings', 'answered', 'over']).meta({ description: 'rings: nobody else has been called yet.' }),
    number: z.string(),
    name: z.string().nullable(),
    startedAt: instant,
    answeredAt: instant.nullable().meta({ description: 'By the other side.' }),
    endedAt: instant.nullable(),
    result: z.string().nullable(),
    explanation: z.string().nullable().meta({ description: 'Why it is over, in a sentence.' }),
  })
  .meta({ id: 'OwnCall', description: 'What one sees of a call of one\'s own; nothing of the phones and addresses of others.' })

/** Whom it is from or for, and who has answered it: what also rings at others is theirs as well. */
const isOwn = (extensionId: string | undefined, call: CallView): boolean =>
  extensionId !== undefined && (call.from.extensionId === extensionId || call.to.extensionId === extensionId || call.legs.some((leg) => leg.extensionId === extensionId && leg.answeredAt !== null))

/** The call that rings the own phone first is from the number to the own extension; the one that follows is the other way round. */
function present(call: CallView, extensionId: string | undefined): z.input<typeof OwnCall> {
  const first = isClick(call)
  const other = call.from.extensionId === extensionId && !first ? call.to : call.from
  const over = call.state === 'ended'
  return {
    id: call.rootId, state: call.state, ownPhone: over ? 'over' : first && call.answeredAt === null ? 'rings' : 'answered', number: other.number, name: other.name,
    startedAt: isoOf(call.startedAt), answeredAt: first ? null : isoOrNull(call.answeredAt), endedAt: isoOrNull(call.endedAt), result: call.termination?.result ?? null, explanation: call.termination?.explanation ?? null,
  }
}

/** A chain of transfers is hardly ever longer. */
const MOST_OF_A_CHAIN = 20

const notOwn = (): Refusal => new Refusal('not-found', 'You have no such call.')

/** The living one of a chain, by its own id or by that of the click. */
function findLiving(pbx: Pbx, actor: PersonActor, id: string): CallView | undefined {
  return pbx.calls.live(actor).filter((call) => isOwn(actor.extensionId, call) && (call.id === id || call.rootId === id)).toSorted((a, b) => b.startedAt - a.startedAt)[0]
}

const listOwnCalls = defineRoute({
  method: 'get', path: '/own/calls', operationId: 'listOwnCalls', summary: 'Own calls going on now', tag, permission, query: z.strictObject(pageQuery), response: pageOf(OwnCall),
  handle: ({ world, actor, query }) => Promise.resolve(slice(world.pbx.calls.live(actor).filter((call) => isOwn(actor.extensionId, call)).map((call) => present(call, actor.extensionId)), query)),
})

const dialOwnCall = defineRoute({
  method: 'post', path: '/own/calls', operationId: 'dialOwnCall', summary: 'Call a number with one\'s own phone',
  description: 'The own phone rings first. What speaks against the call is said before anything rings; a second click within seconds is the first again.',
  tag, permission, body: ClickBody, status: 202, response: one(OwnCall),
  async handle({ world, actor, body }) {
    const { extensionId } = actor
    if (extensionId === undefined) throw new Refusal('conflict', 'No extension is yours yet. An administrator says which it is, under Users in the panel.')
    return { data: present(await world.pbx.calls.dial(actor, given({ ...body, extensionId })), extensionId) }
  },
})

const getOwnCall = defineRoute({
  method: 'get', path: '/own/calls/{id}', operationId: 'getOwnCall', summary: 'What becomes of an own call', description: 'Also when it is over. By the id of the click it is the last call that came of it.',
  tag, permission, params: idParams, response: one(OwnCall),
  async handle({ world, actor, params: { id } }) {
    const living = findLiving(world.pbx, actor, id)
    if (living) return { data: present(living, actor.extensionId) }
    // What others made of it since, by transfer, is theirs.
    const { rows } = await world.pbx.calls.history(actor, { page: 1, limit: MOST_OF_A_CHAIN, sort: 'started_at', order: 'desc', rootId: id })
    const past = rows.find((call) => isOwn(actor.extensionId, call)) ?? (await world.pbx.calls.get(actor, id).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === 'not-found') throw notOwn()
      throw error
    }))
    if (!isOwn(actor.extensionId, past)) throw notOwn()
    return { data: present(past, actor.extensionId) }
  },
})

const hangUpOwnCall = defineRoute({
  method: 'post', path: '/own/calls/{id}/hang-up', operationId: 'hangUpOwnCall', summary: 'End an own call', tag, permission, params: idParams, status: 202, response: Success,
  async handle({ world, actor, params: { id } }) {
    const call = findLiving(world.pbx, actor, id)
    if (!call) throw notOwn()
    await world.pbx.calls.hangUp(actor, call.id)
    return done
  },
})

/** An own call that the own phone is in, and its part there. */
function ownPart(pbx: Pbx, actor: PersonActor, id: string): { call: CallView; own: Side; other: Side } {
  const call = findLiving(pbx, actor, id)
  if (!call) throw notOwn()
  const leg = call.legs.find(({ extensionId, answeredAt, endedAt }) => extensionId === actor.extensionId && answeredAt !== null && endedAt === null)
  if (!leg) throw new Refusal('conflict', 'Your phone is not in this call, or not yet.')
  const own = leg.role === 'caller' ? 'caller' : 'callee'
  return { call, own, other: own === 'caller' ? 'callee' : 'caller' }
}

const transferOwnCall = defineRoute({
  method: 'post', path: '/own/calls/{id}/transfer', operationId: 'transferOwnCall', summary: 'Send the other side of an own call on to a number',
  description: 'As if the own phone had transferred it: it is let go when the number answers, and has the call again where nobody does.',
  tag, permission, params: idParams, body: OwnTransfer, status: 202, response: Success,
  async handle({ world, actor, params: { id }, body: { to } }) {
    const { call, other } = ownPart(world.pbx, actor, id)
    await world.pbx.calls.transfer(actor, call.id, { side: other, to })
    return done
  },
})

const holdOwnCall = defineRoute({
  method: 'post', path: '/own/calls/{id}/hold', operationId: 'holdOwnCall', summary: 'Hold an own call, or take it back', tag, permission, params: idParams, body: OwnHold, response: Success,
  async handle({ world, actor, params: { id }, body: { on } }) {
    const { call, own } = ownPart(world.pbx, actor, id)
    await world.pbx.calls.hold(actor, call.id, { side: own, on })
    return done
  },
})

const sendDigitsToOwnCall = defineRoute({
  method: 'post', path: '/own/calls/{id}/digits', operationId: 'sendDigitsToOwnCall', summary: 'Press keys in an own call', tag, permission, params: idParams, body: OwnDigits, status: 202, response: Success,
  async handle({ world, actor, params: { id }, body: { digits } }) {
    const { call, other } = ownPart(world.pbx, actor, id)
    await world.pbx.calls.sendDigits(actor, call.id, { side: other, digits })
    return done
  },
})

const DialScript = z
  .object({
    url: z.string().meta({ description: 'Of this version: another one has another address.' }),
    integrity: z.string().meta({ description: 'For the attribute integrity of the script element.' }),
    origins: z.array(z.string()).meta({ description: 'The web pages that may call with tokens; others are refused.' }),
  })
  .meta({ id: 'DialScript' })

const getDialScript = defineRoute({
  method: 'get', path: '/own/script', operationId: 'getDialScript', summary: 'The script that makes the numbers of a web page callable', tag, permission, response: one(DialScript),
  handle({ world, actor }) {
    const { path, integrity } = dialScript
    return Promise.resolve({ data: { url: new URL(path, world.gate.publicOrigin).href, integrity, origins: [...world.dialPages.of(actor.tenantId)] } })
  },
})

export const ownCallRoutes = [getDialScript, listOwnCalls, dialOwnCall, getOwnCall, hangUpOwnCall, transferOwnCall, holdOwnCall, sendDigitsToOwnCall]
