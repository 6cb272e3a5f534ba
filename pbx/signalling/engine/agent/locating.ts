/** Puts the parts of locating together: name servers, names of this machine, memory of dead targets. */
import { isIP } from 'node:net'
import { createAsker, parseServer, systemServers } from '../locate/ask.ts'
import { describe, type NameReport } from '../locate/describe.ts'
import { createExchange } from '../locate/exchange.ts'
import { createLocalNames } from '../locate/hosts.ts'
import { createLocator, type Locator } from '../locate/locator.ts'
import { createTargetMemory, type TargetMemory } from '../locate/memory.ts'
import { createResolver } from '../locate/resolver.ts'
import type { EngineOptions } from '../options.ts'
import type { Timers } from '../timers.ts'
import type { TransportName } from '../transport/flow.ts'
import type { Transport } from '../transport/transport.ts'
import { readHop } from './next-hop.ts'

/** Transports of ours when the other side leaves the choice to us, and says nothing by NAPTR. */
const LIKED: readonly TransportName[] = ['udp', 'tcp', 'tls']

/** The list of the machine's name servers is read again after this time. */
const SERVERS_MS = 30_000

export interface Locating {
  locator: Locator
  memory: TargetMemory
  close(): void
}

/** What is known about a name, or about all; undefined when the name cannot be one. `again`: what was known is forgotten first. */
export async function reportOn({ locator, memory }: Pick<Locating, 'locator' | 'memory'>, name: string | undefined, again: boolean): Promise<NameReport[] | undefined> {
  if (name === undefined) return locator.known().map((finding) => describe(finding, memory))
  const wanted = readHop(/^sips?:/i.test(name) ? name : `sip:${name}`)
  if ('refusal' in wanted || isIP(wanted.host) !== 0) return undefined
  if (again) locator.forget(wanted.host)
  return [describe(await locator.find(wanted), memory)]
}

export function createLocating(options: EngineOptions, timers: Timers, transport: Transport): Locating {
  const { timing, limits } = options
  const { now } = timers
  const exchange = createExchange()
  const ask = createAsker(exchange, nameServers(options.dns.servers, now), timing.nameServer)
  const memory = createTargetMemory({ now, penalty: timing.penalty, penaltyMax: timing.penaltyMax, probe: 64 * timing.t1, bound: limits.names * 4 })
  const reaches = (kind: TransportName, family: 4 | 6) => transport.reaches(kind, family === 4 ? '0.0.0.0' : '::')
  const locator = createLocator({
    dns: createResolver({ ask, now, bound: limits.names * 8, atOnce: limits.questions }),
    local: createLocalNames(now),
    now, timers, memory, random: Math.random, bound: limits.names, patience: timing.locate,
    offered: () => LIKED.filter((kind) => reaches(kind, 4) || reaches(kind, 6)),
    reaches,
    isSelf: transport.isSelf,
  })
  return { locator, memory, close: exchange.close }
}

function nameServers(configured: readonly string[], now: () => number) {
  const fixed = configured.flatMap((text) => parseServer(text) ?? [])
  let system = systemServers()
  let readAt = now()
  return () => {
    if (fixed.length > 0) return fixed
    if (now() - readAt > SERVERS_MS) {
      system = systemServers()
      readAt = now()
    }
    return system
  }
}
