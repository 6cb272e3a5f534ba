import { z } from 'zod'
import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { one } from '../http/envelope.ts'
import { instant, isoOf } from '../http/fields.ts'
import { mediaServerRoutes } from './media-server-routes.ts'
import { certificateRoutes } from './certificate-routes.ts'
import { drainRoutes } from './drain-routes.ts'

export const HealthPart = z.object({ name: z.string(), ok: z.boolean(), message: z.string() }).meta({ id: 'HealthPart' })

export const SystemInfo = z
  .object({
    version: z.string(),
    startedAt: instant,
    uptimeSeconds: z.number().int(),
    sipAddresses: z.array(z.string()).meta({ description: 'Addresses phones register at.' }),
    health: z.array(HealthPart),
  })
  .meta({ id: 'SystemInfo' })

export const HealthState = z.object({ status: z.enum(['ok', 'impaired']) }).meta({ id: 'HealthState' })

const getSystem = defineRoute({
  method: 'get',
  path: '/system',
  operationId: 'getSystem',
  summary: 'Version, addresses and the health of each part',
  tag: 'System',
  permission: 'system.read',
  response: one(SystemInfo),
  async handle({ world }) {
    return {
      data: {
        version: world.version,
        startedAt: isoOf(world.startedAt),
        uptimeSeconds: Math.max(0, Math.floor((world.clock.now() - world.startedAt.getTime()) / 1000)),
        sipAddresses: world.pbx.sipAddresses(),
        health: [...(await world.pbx.health()), await world.backups.health()].map(({ name, ok, message }) => ({ name, ok, message })),
      },
    }
  },
})

const getHealth = defineRoute({
  method: 'get',
  path: '/health',
  operationId: 'getHealth',
  summary: 'Whether everything works, for monitors',
  description: '200 when it does, 503 when it does not; what is wrong is told by /system.',
  tag: 'System',
  permission: 'public',
  response: one(HealthState),
  async handle({ world, reply }) {
    const well = world.database.available && (await world.pbx.health()).every((part) => part.ok)
    if (!well) reply.status(503)
    const status: z.input<typeof HealthState>['status'] = well ? 'ok' : 'impaired'
    return { data: { status } }
  },
})

const getMetrics = defineFileRoute({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  summary: 'Figures for Prometheus',
  description: 'Also at /metrics. Prometheus sends a token that holds only this permission.',
  tag: 'System',
  permission: 'metrics.read',
  file: 'text/plain; version=0.0.4; charset=utf-8',
  handle: async ({ world, actor }) => ({ bytes: Buffer.from(await world.pbx.metrics(actor)), name: 'metrics.txt' }),
})

export const systemRoutes = [getSystem, getHealth, getMetrics, ...certificateRoutes, ...drainRoutes, ...mediaServerRoutes]
