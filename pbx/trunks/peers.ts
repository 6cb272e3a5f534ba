/** Where the PBXes are that register with us as the far end of a trunk (RFC 3261 §10.3): one place for each trunk. */
import type { Clock } from '../../config/clock.ts'
import type { Database } from '../../config/database/index.ts'
import { messageOf, Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { TrunkBindingRow } from '../../migrations/tables.ts'
import type { SnapshotTrunk } from '../directory/types.ts'
import { nextHopOf } from '../registrar/binding.ts'
import { cleanUserAgent, grantedUntil, sameSource } from '../registrar/registrar.ts'
import { sourceOf } from '../registrar/store.ts'
import { readWish, type ExpiryBounds } from '../registrar/wish.ts'
import type { IncomingRequest, SipSource, SipUri } from '../sip/types.ts'
import { formatHostPort, parseUri } from '../sip/uri.ts'

/** Times are milliseconds since the epoch. */
export interface Peer {
  trunkId: string
  tenantId: string
  contact: string
  callId: string
  cseq: number
  /** Where the REGISTER came from: the way back, through any NAT. */
  source: SipSource
  userAgent: string | undefined
  registeredAt: number
  updatedAt: number
  expiresAt: number
}

export interface Peers {
  /** Carries out a REGISTER that proved to be of this trunk, and answers it. Rejects with a Refusal, and nothing has changed then. */
  register(request: IncomingRequest, trunk: SnapshotTrunk): Promise<void>
  /** Undefined when it is not registered (any more). */
  of(trunkId: string): Peer | undefined
  /** Who opened a connection. Over UDP anybody can say any address, so that nobody is known by it. */
  at(source: SipSource): Peer | undefined
  /** It is no longer let in as it was. */
  forget(trunkId: string): Promise<void>
  /** A connection ended: whoever registered over it can no longer be reached. */
  disconnected(source: SipSource): void
}

export interface PeerWorld {
  database: Pick<Database, 'system'>
  bounds: ExpiryBounds
  clock: Clock
  logger: Logger
  /** Connections end with our process, and with them the ways over TCP and TLS. */
  keepsConnections: boolean
  /** It registered, or is gone. */
  onChange: (trunkId: string) => void
}

export async function createPeers({ database, bounds, clock, logger, keepsConnections, onChange }: PeerWorld): Promise<Peers> {
  const peers = new Map<string, Peer>()
  const alive = (peer: Peer | undefined): Peer | undefined => (peer && peer.expiresAt > clock.now() ? peer : undefined)
  const rows = (await database.system('trunk bindings at start', (trx) => trx<TrunkBindingRow>('trunk_bindings').where('expires_at', '>', new Date(clock.now())))) as TrunkBindingRow[]
  for (const row of rows) {
    const source = sourceOf(row)
    if (source && (keepsConnections || source.transport === 'udp')) peers.set(row.trunk_id, peerOf(row, source))
  }

  const save = (peer: Peer): Promise<void> => database.system('trunk bindings', async (trx) => {
    // A trunk that was deleted a moment ago leaves nothing.
    await trx.raw(
      `INSERT INTO trunk_bindings (trunk_id, tenant_id, contact_uri, call_id, cseq, transport, received, user_agent, registered_at, updated_at, expires_at)
       SELECT t.id, t.tenant_id, :contact, :callId, :cseq, :transport, :received, :userAgent, :registeredAt, :updatedAt, :expiresAt FROM trunks t WHERE t.id = :trunkId FOR KEY SHARE OF t
       ON CONFLICT (trunk_id) DO UPDATE SET contact_uri = EXCLUDED.contact_uri, call_id = EXCLUDED.call_id, cseq = EXCLUDED.cseq, transport = EXCLUDED.transport, received = EXCLUDED.received,
         user_agent = EXCLUDED.user_agent, registered_at = EXCLUDED.registered_at, updated_at = EXCLUDED.updated_at, expires_at = EXCLUDED.expires_at`,
      {
        trunkId: peer.trunkId, contact: peer.contact, callId: peer.callId, cseq: peer.cseq, transport: peer.source.transport, received: formatHostPort(peer.source.address, peer.source.port),
        userAgent: peer.userAgent ?? null, registeredAt: new Date(peer.registeredAt), updatedAt: new Date(peer.updatedAt), expiresAt: new Date(peer.expiresAt),
      },
    )
  })
  const remove = async (trunkId: string): Promise<void> => {
    if (!peers.delete(trunkId)) return
    onChange(trunkId)
    await database.system('trunk bindings', (trx) => trx<TrunkBindingRow>('trunk_bindings').where({ trunk_id: trunkId }).delete()).catch((error: unknown) => {
      logger.warn({ trunk: trunkId, err: error }, `where a PBX was registered could not be forgotten: ${messageOf(error)}`)
    })
  }

  return {
    async register(request, trunk) {
      const wish = readWish(request, bounds)
      const before = alive(peers.get(trunk.id))
      if (wish.kind !== 'fetch' && before?.callId === request.callId && request.cseq <= before.cseq) throw new Refusal('conflict', `CSeq ${request.cseq} is not higher than the last one, ${before.cseq}`)
      const now = clock.now()
      if (wish.kind === 'forget-all') await remove(trunk.id)
      if (wish.kind === 'update') {
        const kept = wish.contacts.find(({ expires }) => expires > 0)
        // One place for a trunk: a PBX that moved takes the place of the one before.
        if (kept) {
          const peer: Peer = {
            trunkId: trunk.id, tenantId: trunk.tenantId, contact: kept.uri, callId: request.callId, cseq: request.cseq, source: { transport: request.source.transport, address: request.source.address, port: request.source.port },
            userAgent: cleanUserAgent(request.userAgent), registeredAt: before?.registeredAt ?? now, updatedAt: now, expiresAt: grantedUntil(kept.expires, bounds, now),
          }
          // Before the answer: what we promised survives a restart.
          await save(peer)
          peers.set(trunk.id, peer)
          if (!before) logger.info({ trunk: trunk.id, name: trunk.name, address: peer.source.address }, `trunk ${trunk.name}: its PBX registered`)
          onChange(trunk.id)
        } else if (wish.contacts.some(({ uri }) => uri === before?.contact)) await remove(trunk.id)
      }
      const peer = alive(peers.get(trunk.id))
      request.reply(200, { headers: { Date: new Date(now).toUTCString(), ...(peer && { Contact: `<${peer.contact}>;expires=${Math.max(0, Math.round((peer.expiresAt - now) / 1000))}` }) } })
    },
    of: (trunkId) => alive(peers.get(trunkId)),
    at(source) {
      if (source.transport === 'udp') return undefined
      for (const peer of peers.values()) if (sameSource(peer.source, source)) return alive(peer)
      return undefined
    },
    forget: remove,
    disconnected(source) {
      for (const peer of [...peers.values()]) if (sameSource(peer.source, source)) void remove(peer.trunkId)
    },
  }
}

function peerOf(row: TrunkBindingRow, source: SipSource): Peer {
  return {
    trunkId: row.trunk_id, tenantId: row.tenant_id, contact: row.contact_uri, callId: row.call_id, cseq: Number(row.cseq), source, userAgent: row.user_agent ?? undefined,
    registeredAt: row.registered_at.getTime(), updatedAt: row.updated_at.getTime(), expiresAt: row.expires_at.getTime(),
  }
}

/** How a number is asked for at a PBX: the number at the place it registered, over the way its REGISTER came. */
export function wayToPeer({ contact, source }: Pick<Peer, 'contact' | 'source'>, escapedUser: string): { uri: string; nextHop: string } {
  const found: SipUri | undefined = parseUri(contact)
  const transport = found?.params.get('transport')
  const host = found?.host ?? source.address
  return {
    uri: `sip:${escapedUser}${escapedUser === '' ? '' : '@'}${formatHostPort(host.replace(/^\[|\]$/g, ''), found?.port ?? source.port)}${transport === undefined ? '' : `;transport=${transport}`}`,
    nextHop: nextHopOf(source),
  }
}
