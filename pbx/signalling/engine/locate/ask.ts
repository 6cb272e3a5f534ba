/** One question to the name servers of the machine, until one of them says something of use. */
import { Resolver } from 'node:dns'
import { isIP } from 'node:net'
import { splitHostPort, unbracket } from '../message/host.ts'
import type { Exchange, NameServer } from './exchange.ts'
import type { Question, Reply } from './records.ts'

/** What the name servers know; `failed` says why nobody could tell. */
export type Told = Extract<Reply, { kind: 'found' | 'alias' | 'nothing' }> | { kind: 'failed'; reason: string }

/** Name servers asked for one question. */
const SERVERS_MAX = 4
/** After the first round, once more those that were silent, with twice the patience. */
const ROUNDS = 2

/** `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353`; undefined for anything else. */
export function parseServer(text: string): NameServer | undefined {
  if (isIP(text) !== 0) return { address: text, port: 53 }
  const split = splitHostPort(text)
  if (split === undefined || isIP(unbracket(split.host)) === 0) return undefined
  return { address: unbracket(split.host), port: split.port || 53 }
}

/** Those the machine is set up with. Read anew each time, as a laptop or a container gets others. */
export function systemServers(): NameServer[] {
  return new Resolver().getServers().flatMap((text) => parseServer(text) ?? [])
}

/**
 * @param servers asked in this order, but for the one that answered last, which comes first
 * @param ms patience for one server in the first round
 */
export function createAsker(exchange: Exchange, servers: () => readonly NameServer[], ms: number): (question: Question) => Promise<Told> {
  let lastGood = ''
  /** Servers that know no EDNS. */
  const simple = new Set<string>()

  const askOne = async (server: NameServer, question: Question, patience: number) => {
    const name = nameOf(server)
    const outcome = await exchange.ask(server, question, !simple.has(name), patience)
    if (outcome.kind !== 'refused' || !outcome.plain || simple.has(name)) return outcome
    simple.add(name)
    return exchange.ask(server, question, false, patience)
  }

  return async (question) => {
    let waiting = servers().slice(0, SERVERS_MAX)
    if (waiting.length === 0) return { kind: 'failed', reason: 'this machine has no name server' }
    waiting.sort((a, b) => Number(nameOf(b) === lastGood) - Number(nameOf(a) === lastGood))
    const reasons = new Map<string, string>()
    for (let round = 0; round < ROUNDS && waiting.length > 0; round++) {
      const silent: NameServer[] = []
      for (const server of waiting) {
        const outcome = await askOne(server, question, ms * 2 ** round)
        if (outcome.kind === 'found' || outcome.kind === 'alias' || outcome.kind === 'nothing') {
          lastGood = nameOf(server)
          return outcome
        }
        if (outcome.kind === 'silent') silent.push(server)
        reasons.set(nameOf(server), outcome.kind === 'refused' ? `answered ${outcome.rcode}` : outcome.reason)
      }
      waiting = silent
    }
    return { kind: 'failed', reason: [...reasons].map(([server, reason]) => `name server ${server} ${reason}`).join('; ') }
  }
}

function nameOf({ address, port }: NameServer): string {
  return port === 53 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
