/** Where names lead: looked up once for all who ask meanwhile, known until the first record of it is too old, and for a while longer while the name servers fail. */
import type { Timers } from '../timers.ts'
import { find, type FindOptions } from './find.ts'
import { drawTargets, wantedName, type Finding, type Target, type Wanted } from './finding.ts'
import type { TargetMemory } from './memory.ts'

export interface Locator {
  /** Targets for one request, best first: at least one, or why there is none. Never rejects. */
  targets(wanted: Wanted): Promise<{ targets: Target[] } | { failure: string }>
  /** What is known, looked up when it is not. */
  find(wanted: Wanted): Promise<Finding>
  /** What was asked for lately, the latest last. */
  known(): Finding[]
  /** The next request looks the host up anew and takes all of its targets to be well. */
  forget(host: string): void
}

export interface LocatorOptions extends FindOptions {
  timers: Timers
  memory: TargetMemory
  random: () => number
  /** Whether this is an address and port of our own, to which nothing is sent. */
  isSelf: (address: string, port: number) => boolean
  /** Names kept. */
  bound: number
  /** Milliseconds after which a name that is still being looked up counts as unknown. */
  patience: number
}

/** Targets tried for one request. */
const TARGETS_MAX = 10
/** RFC 8767: what is too old is better than nothing while nobody can tell. */
const STALE_MS = 3_600_000
/** A name nobody could look up is looked up again after this time. */
const RETRY_MS = 5000

export function createLocator(options: LocatorOptions): Locator {
  const { timers, memory, random, isSelf, bound } = options
  const findings = new Map<string, Finding>()
  const asked = new Map<string, Promise<Finding>>()

  const keep = (key: string, found: Finding): Finding => {
    const old = findings.get(key)
    const now = timers.now()
    // Less of an answer must not displace more of one.
    const less = old !== undefined && old.failure === undefined && (found.failure !== undefined || found.trouble.length > old.trouble.length)
    const kept = less && found.trouble.length > 0 && old.at > now - STALE_MS ? { ...old, until: now + RETRY_MS, stale: found.trouble } : found
    findings.delete(key)
    if (findings.size >= bound) findings.delete(findings.keys().next().value as string)
    findings.set(key, kept)
    return kept
  }

  const lookUp = async (wanted: Wanted): Promise<Finding> => {
    const at = timers.now()
    let deadline: unknown
    const tooLong = new Promise<Finding>((resolve) => {
      const reason = 'the name servers take too long'
      const onTimer = () => resolve({ wanted, naptr: [], services: [], at, until: timers.now() + RETRY_MS, trouble: [reason], stale: [], failure: `${wanted.host} could not be looked up: ${reason}` })
      deadline = timers.start(options.patience, { onTimer }, 'deadline')
    })
    const found = await Promise.race([find(options, wanted), tooLong])
    timers.stop(deadline)
    return found
  }

  const locator: Locator = {
    find(wanted) {
      const key = wantedName(wanted)
      const known = findings.get(key)
      if (known !== undefined && known.until > timers.now()) return Promise.resolve(known)
      const waiting = asked.get(key)
      if (waiting !== undefined) return waiting
      const found = lookUp(wanted).then((finding) => {
        asked.delete(key)
        return keep(key, finding)
      })
      asked.set(key, found)
      return found
    },
    async targets(wanted) {
      const finding = await locator.find(wanted)
      if (finding.failure !== undefined) return { failure: finding.failure }
      const targets = drawTargets(finding, random).filter(({ address, port }) => !isSelf(address, port))
      if (targets.length === 0) return { failure: `${wanted.host} leads back to this server` }
      return { targets: memory.order(targets).slice(0, TARGETS_MAX) }
    },
    known: () => [...findings.values()],
    forget(host) {
      for (const [key, finding] of findings) {
        if (finding.wanted.host !== host) continue
        findings.delete(key)
        for (const name of namesIn(finding)) options.dns.forget(name)
        for (const target of drawTargets(finding, random)) memory.forget(target)
      }
      options.dns.forget(host)
    },
  }
  return locator
}

function namesIn({ services }: Finding): string[] {
  return services.flatMap(({ name, entries }) => [name, ...entries.map((entry) => entry.host)])
}
