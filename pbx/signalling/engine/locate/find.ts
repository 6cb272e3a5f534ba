/** RFC 3263 §4.1 and §4.2: from what a URI asks for to services, hosts and addresses. */
import { TRANSPORTS, type TransportName } from '../transport/flow.ts'
import type { Entry, Finding, Service, Wanted } from './finding.ts'
import type { LocalNames } from './hosts.ts'
import { chooseServices, srvName } from './order.ts'
import { cleanName, type Address, type Kind, type Naptr, type Srv } from './records.ts'
import type { Answer, DnsResolver } from './resolver.ts'

export interface FindOptions {
  dns: DnsResolver
  local: LocalNames
  now: () => number
  /** Transports we can send over, the one we like best first. */
  offered: () => readonly TransportName[]
  /** Whether we can send to addresses of this family over this transport. */
  reaches: (transport: TransportName, family: 4 | 6) => boolean
}

/** Services of one name, and SRV entries of one service, that are looked at. */
const SERVICES_MAX = 8
const ENTRIES_MAX = 16

const SECURE: readonly TransportName[] = ['tls', 'wss']

/** Never rejects: what goes wrong is in the finding. */
export async function find(options: FindOptions, wanted: Wanted): Promise<Finding> {
  const { local, now } = options
  const at = now()
  const notes = { until: Infinity, trouble: [] as string[] }
  const note = (answer: Pick<Answer, 'until' | 'failure'>) => {
    notes.until = Math.min(notes.until, answer.until)
    if (answer.failure !== undefined) notes.trouble.push(answer.failure)
  }
  const finish = (services: readonly Service[], naptr: readonly Naptr[], nowhere: string): Finding => {
    const usable = services.filter((service) => service.entries.some((entry) => entry.addresses.length > 0))
    const trouble = [...new Set(notes.trouble)]
    const failure = usable.length > 0 ? undefined : trouble.length > 0 ? `${wanted.host} could not be looked up: ${trouble.join('; ')}` : nowhere
    return { wanted, naptr, services: usable, at, until: notes.until, trouble, stale: [], failure }
  }

  const host = cleanName(wanted.host)
  // RFC 6761 §6.4: `invalid` never is; RFC 7118 clients put it into their Contacts.
  if (host === undefined || host === 'invalid' || host.endsWith('.invalid')) return { wanted, naptr: [], services: [], at, until: Infinity, trouble: [], stale: [], failure: `${wanted.host} is no name that leads anywhere` }

  const addressesOf = async (name: string, transport: TransportName): Promise<Pick<Entry, 'addresses' | 'equal'>> => {
    const reached = ([4, 6] as const).filter((family) => options.reaches(transport, family))
    // A transport on which we connect to nobody: there may be a connection that the other side made.
    const families = reached.length > 0 ? reached : ([4, 6] as const)
    const fits = (address: string) => families.includes(address.includes(':') ? 6 : 4)
    const pinned = await local.pinned(name)
    if (pinned !== undefined || local.isLocal(name)) {
      note({ until: at + local.lifetime, failure: undefined })
      return { addresses: (pinned ?? (await local.system(name))).filter(fits), equal: false }
    }
    const answers = await Promise.all(families.map((family) => options.dns.resolve(name, family === 4 ? 'A' : 'AAAA')))
    answers.forEach(note)
    return { addresses: answers.flatMap((answer) => (answer.records as Address[]).map(({ address }) => address)), equal: true }
  }
  const plainService = async (transport: TransportName, port: number): Promise<Service> => ({
    transport, name: '', entries: [{ priority: 0, weight: 0, port: port || TRANSPORTS[transport].port, host, ...(await addressesOf(host, transport)) }],
  })
  const ask = async <T>(name: string, kind: Kind): Promise<T[]> => {
    const answer = await options.dns.resolve(name, kind)
    note(answer)
    return answer.records as T[]
  }
  /** Undefined: no such records. Without entries: decidedly not offered. */
  const srvService = async (transport: TransportName, name: string): Promise<Service | undefined> => {
    const records = await ask<Srv>(name, 'SRV')
    if (records.length === 0) return undefined
    const offers = records.filter((record) => record.target !== '').sort((a, b) => a.priority - b.priority).slice(0, ENTRIES_MAX)
    const entries = offers.map(async ({ priority, weight, port, target }) => ({ priority, weight, port, host: target, ...(await addressesOf(target, transport)) }))
    return { transport, name, entries: await Promise.all(entries) }
  }

  const plain = wanted.transport ?? (wanted.secure ? 'tls' : 'udp')
  const noAddress = `${host} has no address`
  // An explicit port, or a name the operator or the machine decides on, leaves nothing to choose.
  if (wanted.port !== 0 || local.isLocal(host) || (await local.pinned(host)) !== undefined) return finish([await plainService(plain, wanted.port)], [], noAddress)

  const offered = options.offered().filter((transport) => !wanted.secure || SECURE.includes(transport))
  let naptr: Naptr[] = []
  let candidates: { transport: TransportName; name: string }[]
  if (wanted.transport !== undefined) {
    candidates = [{ transport: wanted.transport, name: srvName(wanted.transport, host) }]
  } else {
    naptr = await ask<Naptr>(host, 'NAPTR')
    const chosen = chooseServices(naptr, offered).slice(0, SERVICES_MAX)
    candidates = chosen.length > 0 ? chosen : offered.map((transport) => ({ transport, name: srvName(transport, host) }))
  }
  const services = (await Promise.all(candidates.map(({ transport, name }) => srvService(transport, name)))).filter((service) => service !== undefined)
  if (services.length > 0) {
    const none = services.every((service) => service.entries.length === 0)
    return finish(services, naptr, none ? `${host} says that it offers no SIP over ${services.map((service) => service.transport).join(' or ')}` : `the servers of ${host} have no addresses`)
  }
  return finish([await plainService(plain, 0)], naptr, noAddress)
}
