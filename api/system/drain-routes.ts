import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { instant, isoOf } from '../http/fields.ts'
import type { Drain as DrainOfPbx } from '../../pbx/index.ts'

export const Drain = z
  .object({
    on: z.boolean().meta({ description: 'New calls are refused with 503, emergency calls excepted.' }),
    since: instant.nullable(),
    thenStop: z.boolean().meta({ description: 'The server stops when the last call is over.' }),
    callsLeft: z.number().int().meta({ description: 'Calls going on now, of all tenants.' }),
  })
  .meta({ id: 'Drain' })

export const DrainWish = z
  .strictObject({ thenStop: z.boolean().default(false).meta({ description: 'Whether the server stops when the last call is over. Whoever runs it must start it again.' }) })
  .meta({ id: 'DrainWish' })

function present({ since, ...rest }: DrainOfPbx): z.input<typeof Drain> {
  return { ...rest, since: since === null ? null : isoOf(since) }
}

const getDrain = defineRoute({
  method: 'get',
  path: '/system/drain',
  operationId: 'getDrain',
  summary: 'Whether new calls are taken',
  tag: 'System',
  permission: 'system.read',
  response: one(Drain),
  handle: async ({ world }) => ({ data: present(world.pbx.drained.state()) }),
})

const beginDrain = defineRoute({
  method: 'post',
  path: '/system/drain',
  operationId: 'beginDrain',
  summary: 'Take no new calls',
  description: 'New calls are refused with 503 and Retry-After, emergency calls excepted; calls that go on are not touched and phones stay registered. Asked again it changes what happens after the last call.',
  tag: 'System',
  permission: 'system.drain',
  body: DrainWish,
  response: one(Drain),
  handle: async ({ world, actor, body }) => ({ data: present(await world.pbx.drained.begin(actor, body.thenStop)) }),
})

const endDrain = defineRoute({
  method: 'delete',
  path: '/system/drain',
  operationId: 'endDrain',
  summary: 'Take new calls again',
  tag: 'System',
  permission: 'system.drain',
  response: one(Drain),
  handle: async ({ world, actor }) => ({ data: present(await world.pbx.drained.end(actor)) }),
})

export const drainRoutes = [getDrain, beginDrain, endDrain]
