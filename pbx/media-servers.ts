/** The media servers outside, as people see them and take them out of service. */
import type { Actor } from '../config/actor.ts'
import type { Database } from '../config/database/index.ts'
import { Refusal } from '../config/errors.ts'
import type { MediaServer, MediaServers } from '../media/contract.ts'
import type { Directory } from './directory/types.ts'
import type { HealthPart, Pbx } from './door.ts'

export interface MediaServersOptions {
  media: Pick<MediaServer, 'servers'>
  database: Database
  directory: Pick<Directory, 'snapshot'>
}

export function createMediaServersDoor({ media, database, directory }: MediaServersOptions): Pbx['mediaServers'] {
  const runsThisMachine = (actor: Actor): boolean => directory.snapshot().tenant(actor.tenantId)?.isDefault === true
  const serversFor = (actor: Actor): MediaServers => {
    if (!runsThisMachine(actor)) throw new Refusal('forbidden', 'Media servers carry the calls of all tenants of this system; only those who run it can take one out of service.')
    if (!media.servers) throw new Refusal('unsupported', 'The embedded media engine has no servers to take out of service. With FREESWITCH there are some.')
    return media.servers
  }
  return {
    list: (actor) => (runsThisMachine(actor) ? (media.servers?.list() ?? []) : []),
    async drain(actor, address, on) {
      const servers = serversFor(actor)
      if (!servers.list().some((server) => server.address === address)) throw new Refusal('not-found', `There is no media server ${address}.`)
      return database.change(actor, async () => {
        servers.drain(address, on)
        return {
          result: servers.list().find((server) => server.address === address)!,
          audit: { action: on ? 'media-server.drain' : 'media-server.resume', subjectType: 'media-server', subjectId: actor.tenantId, after: { address } },
        }
      })
    },
  }
}

/** What is wrong with the servers, in sentences; undefined when the engine has none. */
export function mediaServersHealth(servers: MediaServers | undefined): Pick<HealthPart, 'ok' | 'message'> | undefined {
  const all = servers?.list()
  if (all === undefined) return undefined
  const lost = all.filter(({ connected }) => !connected)
  const draining = all.filter(({ connected, draining: on }) => connected && on)
  const endpoints = all.reduce((sum, server) => sum + server.endpoints, 0)
  const sentences = [
    `${all.length - lost.length} of ${all.length} media servers ${all.length === 1 ? 'is' : 'are'} connected and ${all.length === 1 ? 'carries' : 'carry'} ${endpoints} audio connections.`,
    ...lost.map(({ trouble, address }) => trouble ?? `${address} is not connected.`),
    ...draining.map(({ address, endpoints: left }) => `${address} takes no new calls; ${left} audio connections are left on it.`),
    ...all.flatMap(({ address, warnings }) => warnings.map((warning) => `${address}: ${warning}`)),
  ]
  return { ok: lost.length === 0, message: sentences.join(' ') }
}
