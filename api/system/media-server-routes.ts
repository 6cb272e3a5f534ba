import { z } from 'zod'
import { defineRoute } from '../http/define-route.ts'
import { one, pageOf, pageQuery, slice } from '../http/envelope.ts'
import type { MediaServerState } from '../../pbx/index.ts'

export const MediaServer = z
  .object({
    address: z.string().meta({ description: 'host:port of its event socket, as in FREESWITCH.' }),
    connected: z.boolean(),
    trouble: z.string().nullable().meta({ description: 'Why it is not connected.' }),
    draining: z.boolean().meta({ description: 'Takes no new calls; those that go on are not touched.' }),
    weight: z.number().int(),
    endpoints: z.number().int().meta({ description: 'Audio connections of Dialplane; a call has two.' }),
    version: z.string().nullable(),
    sessions: z.number().int().nullable().meta({ description: 'Of Dialplane and of others.' }),
    maxSessions: z.number().int().nullable(),
    maxPerSecond: z.number().int().nullable().meta({ description: 'New sessions a second at most.' }),
    warnings: z.array(z.string()).meta({ description: 'What will stop calls one day, each with its cure.' }),
  })
  .meta({ id: 'MediaServer' })

const serverParams = z.strictObject({ id: z.string().max(300).meta({ description: 'Its address as listed, e.g. 127.0.0.1:8021.' }) })

function present({ address, connected, trouble, draining, weight, endpoints, figures, warnings }: MediaServerState): z.input<typeof MediaServer> {
  return {
    address, connected, trouble: trouble ?? null, draining, weight, endpoints, warnings: [...warnings],
    version: figures?.version ?? null, sessions: figures?.sessions ?? null, maxSessions: figures?.maxSessions ?? null, maxPerSecond: figures?.maxPerSecond ?? null,
  }
}

const listMediaServers = defineRoute({
  method: 'get',
  path: '/system/media-servers',
  operationId: 'listMediaServers',
  summary: 'The FreeSWITCHes that carry the audio',
  description: 'None with the embedded media engine. The whole machine\'s, so only the tenant that runs it sees them.',
  tag: 'System',
  permission: 'system.read',
  query: z.strictObject(pageQuery),
  response: pageOf(MediaServer),
  handle: async ({ world, actor, query }) => slice(world.pbx.mediaServers.list(actor).map(present), query),
})

const drainMediaServer = defineRoute({
  method: 'post',
  path: '/system/media-servers/{id}/drain',
  operationId: 'drainMediaServer',
  summary: 'Give a media server no new calls',
  description: 'Calls that go on are not touched. It is forgotten when Dialplane starts again.',
  tag: 'System',
  permission: 'system.write',
  params: serverParams,
  response: one(MediaServer),
  handle: async ({ world, actor, params }) => ({ data: present(await world.pbx.mediaServers.drain(actor, params.id, true)) }),
})

const resumeMediaServer = defineRoute({
  method: 'delete',
  path: '/system/media-servers/{id}/drain',
  operationId: 'resumeMediaServer',
  summary: 'Give a media server new calls again',
  tag: 'System',
  permission: 'system.write',
  params: serverParams,
  response: one(MediaServer),
  handle: async ({ world, actor, params }) => ({ data: present(await world.pbx.mediaServers.drain(actor, params.id, false)) }),
})

export const mediaServerRoutes = [listMediaServers, drainMediaServer, resumeMediaServer]
