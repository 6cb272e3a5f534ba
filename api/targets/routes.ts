import type { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { one, pageOf, slice } from '../http/envelope.ts'
import { isoOf, isoOrNull } from '../http/fields.ts'
import type { SipName as FoundName } from '../../pbx/index.ts'
import { SipName, SipTargetLookUp, SipTargetQuery } from './schemas.ts'

function present({ name, host, foundAt, until, naptr, targets, trouble, stale, failure }: FoundName): z.input<typeof SipName> {
  return {
    name, host, foundAt: isoOf(foundAt), until: isoOrNull(until),
    naptr: naptr.map(({ order, preference, service, replacement }) => ({ order, preference, service, replacement })),
    targets: targets.map(({ transport, address, port, srv, host: of, priority, weight, share, state, failures, until: asideUntil, cause }) => ({
      transport, address, port, srv, host: of, priority, weight, share, state, failures, until: isoOrNull(asideUntil), cause,
    })),
    trouble, stale, failure,
  }
}

const listTargets = defineRoute({
  method: 'get',
  path: '/sip/targets',
  operationId: 'listSipTargets',
  summary: 'Where SIP names lead, and whether the servers there answer',
  description: 'With `name` that one, looked up if need be; else all that were asked for lately. The whole machine\'s, so only the tenant that runs it sees them. Not available with a drachtio-server.',
  tag: 'SIP targets',
  permission: 'targets.read',
  query: SipTargetQuery,
  response: pageOf(SipName),
  async handle({ world, actor, query }) {
    const { targets } = world.pbx
    const names = query.name === undefined ? await targets.list(actor) : [await targets.find(actor, query.name)]
    return slice(names.map(present), query)
  },
})

const lookUpTarget = defineRoute({
  method: 'post',
  path: '/sip/targets/look-up',
  operationId: 'lookUpSipTarget',
  summary: 'Forget what is known about a SIP name and look it up',
  description: 'Servers that were set aside because they failed are tried again as well.',
  tag: 'SIP targets',
  permission: 'targets.write',
  body: SipTargetLookUp,
  response: one(SipName),
  handle: async ({ world, actor, body }) => ({ data: present(await world.pbx.targets.lookUpAgain(actor, body.name)) }),
})

export const targetRoutes = [listTargets, lookUpTarget]
