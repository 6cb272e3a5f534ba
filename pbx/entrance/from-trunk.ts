import type { Directory, SnapshotTrunk } from '../directory/types.ts'
import { findInboundNumber, parseNumber } from '../routing/outside.ts'
import type { Diversion } from '../routing/diversion.ts'
import { parseAddressList } from '../sip/address.ts'
import { readDiverted } from '../sip/diverted.ts'
import { applyHeaderRules, READ_INWARDS, type HeaderLines } from '../sip/header-rules.ts'
import type { IncomingRequest } from '../sip/types.ts'
import type { InboundCall, TrunkRoom } from '../trunks/trunks.ts'
import type { Step, Visit } from './visit.ts'

/** Whether an INVITE is a carrier's; then no password is asked for, and nothing but inbound numbers can be reached. */
export function createFromTrunk(trunks: Pick<TrunkRoom, 'recognise'>, directory: Pick<Directory, 'snapshot'>): Step {
  return (visit) => {
    const { request, invite } = visit
    const found = invite && trunks.recognise(invite)
    if (found) enter(visit, request, found, directory)
  }
}

/** An INVITE of a PBX that proved by its password to be the far end of a trunk. */
export function createFromPeer(directory: Pick<Directory, 'snapshot'>): Step {
  return (visit) => {
    const { request, peer, inbound } = visit
    if (peer && !inbound) enter(visit, request, { trunk: peer, number: request.requestUri.user ?? '' }, directory)
  }
}

function enter(visit: Visit, request: IncomingRequest, { trunk, number }: InboundCall, directory: Pick<Directory, 'snapshot'>): void {
  const snapshot = directory.snapshot()
  const who = callerOf(readBy(trunk, request, number, snapshot.tenant(trunk.tenantId)?.slug ?? ''), request.from, trunk.country)
  const prefix = findInboundNumber(snapshot, trunk, number)?.namePrefix ?? ''
  visit.tenant = snapshot.tenant(trunk.tenantId)
  const diverted = trunk.readDiversion ? readDiverted((name) => request.header(name)).map((one): Diversion => ({ ...one, number: parseNumber(one.number, trunk.country)?.e164 ?? one.number, outside: true })) : []
  visit.inbound = { trunkId: trunk.id, number, shown: who.shown, diverted, caller: { number: who.number, name: prefix === '' ? who.name : `${prefix} ${who.name || who.number}` } }
}

/** A step for those whom no trunk vouches for. */
export function unlessFromTrunk(step: Step): Step {
  return (visit) => (visit.inbound ? undefined : step(visit))
}

/** What a call says in its headers, after the rules of its trunk. */
function readBy({ headerRules }: SnapshotTrunk, request: Pick<IncomingRequest, 'header' | 'from'>, called: string, tenant: string): (name: string) => string | undefined {
  if (!headerRules.some(({ direction }) => direction === 'in')) return (name) => (name === 'from' ? undefined : request.header(name))
  const lines = READ_INWARDS.flatMap((name): HeaderLines => {
    const value = request.header(name)
    return value === undefined ? [] : [[name, value]]
  })
  const caller = parseAddressList(request.header('p-asserted-identity') ?? '')?.[0]?.uri.user ?? request.from.uri.user ?? 'anonymous'
  const now = applyHeaderRules(headerRules, 'in', lines, { caller, called, tenant })
  return (name) => now.flatMap(([one, value]) => (one.toLowerCase() === name ? [value] : [])).join(', ') || undefined
}

/** Who calls, as the carrier asserts (RFC 3325), else as From says; nobody who hides (RFC 3323). */
function callerOf(read: (name: string) => string | undefined, from: IncomingRequest['from'], country: string): { number: string; name: string; shown: string | undefined } {
  const first = (name: string) => parseAddressList(read(name) ?? '')?.[0]
  const { uri, displayName = '' } = first('p-asserted-identity') ?? first('from') ?? from
  const hides = /\b(id|user|full)\b/i.test(read('privacy') ?? '')
  const user = uri.user ?? ''
  const shown = /^\+?[0-9*#.()-]{2,30}$/.test(user) ? user : undefined
  if (hides || shown === undefined) return { number: 'anonymous', name: 'Anonymous', shown }
  return { shown, number: parseNumber(user, country)?.e164 ?? user, name: displayName.replace(/[\p{Cc}]/gu, '').slice(0, 60) }
}
