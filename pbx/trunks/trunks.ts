import { createHmac } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import { systemClock } from '../../config/clock.ts'
import type { Logger } from '../../config/logger.ts'
import type { Directory, SnapshotTrunk } from '../directory/types.ts'
import type { TrunkStatus } from '../door.ts'
import { findInboundNumber } from '../routing/outside.ts'
import type { IncomingInvite, IncomingRequest, SipServer, SipSource } from '../sip/types.ts'
import { lineFor, portOf, type LineWish, type OutsideLine } from './line.ts'
import type { Headers, Signer } from '../stir/signer.ts'
import { createPeers, type PeerWorld } from './peers.ts'
import { TrunkWatch } from './watch.ts'

/** A call that a carrier sends. */
export interface InboundCall {
  trunk: SnapshotTrunk
  /** As it names it. */
  number: string
}

/** The trunks of all tenants while we run. */
export interface TrunkRoom {
  status(id: string): Omit<TrunkStatus, 'calls'>
  /** Others are better for a call now: it is down, or the calls over it fail. */
  isDoubtful(id: string): boolean
  /**
   * A call wants to begin over it: milliseconds until it may, so that no more begin in a second than the carrier takes. Undefined
   * when that is later than `patienceMs`. Whoever gets a number is counted, and begins then.
   */
  turn(id: string, patienceMs: number): number | undefined
  /**
   * What became of a call over it.
   *
   * @param failure why the trunk did not carry it, as a part of a sentence; null: it did, whatever became of the call there
   */
  note(id: string, failure: string | null): void
  /** Undefined for a trunk that is switched off or gone. */
  line(id: string, wish: LineWish): OutsideLine | undefined
  /** Whose call this is; undefined when no carrier's. */
  recognise(invite: Pick<IncomingInvite, 'requestUri' | 'source' | 'to'>): InboundCall | undefined
  /** The trunk of which a PBX registers with us under this name. */
  peerNamed(tenantId: string, username: string): SnapshotTrunk | undefined
  /** A PBX has proved to be the far end of this trunk, and registers. */
  register(request: IncomingRequest, trunk: SnapshotTrunk): Promise<void>
  /** A connection ended that others had opened. */
  disconnected(source: SipSource): void
  /** Asks the carrier now. */
  ask(id: string): Promise<void>
  close(): void
}

const OFF: Omit<TrunkStatus, 'calls'> = { state: 'off', addresses: [], registration: null, cause: null, roundTripMs: null, peer: null }

export async function createTrunks(options: Pick<PeerWorld, 'database' | 'bounds' | 'keepsConnections'> & {
  directory: Pick<Directory, 'snapshot' | 'onChange'>
  sip: Pick<SipServer, 'request' | 'connected'>
  signer: Signer
  /** For contacts that nobody guesses, the same after a restart. */
  key: Uint8Array
  /** See `WatchWorld.certified`. */
  certified: () => Promise<unknown>
  addressesOf: ((name: string) => Promise<string[]>) | undefined
  logger: Logger
}): Promise<TrunkRoom> {
  const { directory, sip, signer, key, addressesOf, certified } = options
  const logger = options.logger.child({ room: 'trunks' })
  const watches = new Map<string, TrunkWatch>()
  const networks = new Map<string, BlockList>()
  const contactOf = (id: string): string => `t${createHmac('sha256', key).update(id).digest('hex').slice(0, 32)}`

  const peers = await createPeers({ ...options, logger, clock: systemClock, onChange: (id) => watches.get(id)?.peerChanged() })

  const follow = (tenantId: string): void => {
    const wanted = directory.snapshot().trunksOf(tenantId).filter(({ enabled }) => enabled)
    for (const [id, watch] of watches) {
      if (watch.trunk.tenantId !== tenantId || wanted.some((trunk) => trunk.id === id && JSON.stringify(trunk) === JSON.stringify(watch.trunk))) continue
      const now = wanted.find((trunk) => trunk.id === id)
      if (watch.trunk.registersHere && (now?.registersHere !== true || now.username !== watch.trunk.username || now.password !== watch.trunk.password)) void peers.forget(id)
      watch.close()
      watches.delete(id)
      networks.delete(id)
    }
    for (const trunk of wanted) {
      if (watches.has(trunk.id)) continue
      watches.set(trunk.id, new TrunkWatch(trunk, contactOf(trunk.id), { sip, logger, addressesOf, certified, peer: () => peers.of(trunk.id), onChange: () => undefined }))
      networks.set(trunk.id, listOf(trunk.networks))
    }
  }
  for (const { id } of directory.snapshot().tenants()) follow(id)
  const stop = directory.onChange(follow)

  return {
    status: (id) => watches.get(id)?.status ?? OFF,
    isDoubtful: (id) => watches.get(id)?.isDoubtful ?? false,
    turn: (id, patienceMs) => (watches.get(id) ? watches.get(id)?.turn(patienceMs) : 0),
    note: (id, failure) => watches.get(id)?.note(failure),
    line(id, wish) {
      const watch = watches.get(id)
      const tenant = (watch && directory.snapshot().tenant(watch.trunk.tenantId)?.slug) ?? ''
      if (!watch) return undefined
      const { trunk } = watch
      const sign = (headers: Headers, from: string): Headers => signer.sign(trunk, { called: wish.number, from, origin: wish.origin }, headers)
      if (!trunk.registersHere) return lineFor(trunk, watch.addresses, undefined, tenant, watch.serviceRoute, sign, wish)
      const peer = peers.of(id)
      return peer && lineFor(trunk, [], peer, tenant, [], sign, wish)
    },
    recognise({ requestUri, source, to }) {
      const user = requestUri.user ?? ''
      const peer = peers.at(source)
      const known = peer && watches.get(peer.trunkId)
      if (known) return { trunk: known.trunk, number: user }
      for (const { trunk, contactUser, addresses } of watches.values()) {
        // The contact that we registered names us; whom the call is for stands in To.
        if (user === contactUser) return { trunk, number: to.uri.user ?? '' }
        const family = isIP(source.address) === 6 ? 'ipv6' : 'ipv4'
        const ours = networks.get(trunk.id)?.check(source.address, family) === true
        if (!ours && !addresses.includes(source.address)) continue
        // Others may be behind the same address: phones of a test, or of a carrier's own office.
        if (ours || source.port === portOf(trunk) || findInboundNumber(directory.snapshot(), trunk, user)) return { trunk, number: user }
      }
      return undefined
    },
    peerNamed(tenantId, username) {
      return directory.snapshot().trunksOf(tenantId).find((trunk) => trunk.enabled && trunk.registersHere && trunk.password !== null && trunk.username === username)
    },
    register: (request, trunk) => peers.register(request, trunk),
    disconnected: (source) => peers.disconnected(source),
    ask: async (id) => watches.get(id)?.ask(),
    close() {
      stop()
      for (const watch of watches.values()) watch.close()
      watches.clear()
    },
  }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  }
  return list
}
