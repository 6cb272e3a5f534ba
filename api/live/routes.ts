import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'

const count = (description: string) => z.number().int().meta({ description })

const LiveStats = z
  .object({
    connections: count('Open live connections.'),
    listeners: count('People and programs behind them.'),
    resumed: count('Connections since the start that came back and were told what they had missed.'),
    tooLate: count('Connections since the start that came back too late for that and were told how things are.'),
    events: count('Events kept for those who come back.'),
  })
  .meta({ id: 'LiveStats' })

const getLiveStats = defineRoute({
  method: 'get',
  path: '/ws/stats',
  operationId: 'getLiveStats',
  summary: 'Who listens to the live events of this tenant',
  description: 'Live events are at `/api/v1/ws`, a WebSocket. The first message is `hello` and says how things are; then each event comes once, with its `seq`. When the connection breaks, come back with `?resume=` (from hello) and `&after=` (the last `seq`): what was missed in the last two minutes is told first, after a message `resumed`. A `hello` instead says that too much was missed.',
  tag: 'System',
  permission: 'system.read',
  response: one(LiveStats),
  handle: async ({ world, actor }) => ({ data: world.live.stats(actor.tenantId) }),
})

export const liveRoutes = [getLiveStats]
