/** The application's side of the lane: lends bindings to the engine's thread, takes them back when anything about them changes, and hears what was answered with them. */
import type { Secrets } from '../../config/secrets.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { Directory } from '../directory/types.ts'
import type { Nonces } from '../entrance/nonce.ts'
import type { PbxEvent } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'
import type { Registrar } from '../registrar/types.ts'
import type { EngineLane, LaneNews, Lease } from './types.ts'

/** What changed is lent again after this, all that changed meanwhile at once. */
const LEND_MS = 50
/** Leases of one order: a house that starts again has thousands to give. */
const LEASES_AN_ORDER = 200
/** Bindings lent at most, of about a kilobyte each; phones beyond it are answered by the application. */
const MOST_BINDINGS = 50_000
/** The engine is given this long to say its last news. */
const END_MS = 500

export interface LenderOptions {
  lane: EngineLane
  directory: Pick<Directory, 'snapshot' | 'onChange'>
  registrar: Pick<Registrar, 'bindingsOf' | 'extensions' | 'renewed'>
  events: Pick<Events, 'subscribe'>
  nonces: Pick<Nonces, 'note'>
  settings: Pick<Settings, 'registrar'>
  secrets: Pick<Secrets, 'key'>
  most?: number
}

export interface Lender {
  /** Takes everything back; resolves when the last news were heard. */
  close(): Promise<void>
}

interface Lent {
  tenantId: string
  /** Everything about extension and devices that the lease says. */
  facts: string
  bindings: number
  at: number
}

export function startLender(options: LenderOptions): Lender {
  const { lane, directory, registrar, events, nonces, settings, secrets, most = MOST_BINDINGS } = options
  const lent = new Map<string, Lent>()
  const due = new Set<string>()
  const ended = Promise.withResolvers<void>()
  let bindings = 0
  let timer: NodeJS.Timeout | undefined
  let ground = ''
  /** While renewals are written down: when the first of them was answered. */
  let renewedAt: number | undefined

  const leaseOf = (extensionId: string): Lease | undefined => {
    const snapshot = directory.snapshot()
    const extension = snapshot.extension(extensionId)
    const held = [...registrar.bindingsOf(extensionId)]
    if (extension?.enabled !== true || held.length === 0) return undefined
    const devices = snapshot.devicesOf(extensionId).filter(({ id, enabled }) => enabled && held.some(({ deviceId }) => deviceId === id))
    return {
      extensionId, tenantId: extension.tenantId, number: extension.number,
      devices: devices.map(({ id, sipUsername, ha1 }) => ({ id, username: sipUsername, ha1 })),
      bindings: held.map(({ id, deviceId, key, uri, q, callId, cseq, userAgent, source: { transport, address, port }, path, expiresAt }) => ({ id, deviceId, key, uri, q, callId, cseq, userAgent, source: { transport, address, port }, path, expiresAt })),
    }
  }
  const lend = (): void => {
    timer = undefined
    const leases: Lease[] = []
    for (const extensionId of due) {
      if (leases.length === LEASES_AN_ORDER) break
      due.delete(extensionId)
      const lease = leaseOf(extensionId)
      const before = forget(extensionId)
      if (!lease || bindings + lease.bindings.length > most) {
        if (before) lane.obey({ do: 'revoke', extensions: [extensionId] })
        continue
      }
      bindings += lease.bindings.length
      lent.set(extensionId, { tenantId: lease.tenantId, facts: factsOf(lease), bindings: lease.bindings.length, at: Date.now() })
      leases.push(lease)
    }
    if (leases.length > 0) lane.obey({ do: 'lend', leases })
    if (due.size > 0) soon()
  }
  const soon = (): void => void (timer ??= setTimeout(lend, LEND_MS))
  const forget = (extensionId: string): boolean => {
    bindings -= lent.get(extensionId)?.bindings ?? 0
    return lent.delete(extensionId)
  }
  const again = (extensionId: string): void => {
    due.add(extensionId)
    soon()
  }
  const revoke = (extensions: string[]): void => {
    const known = extensions.filter(forget)
    if (known.length > 0) lane.obey({ do: 'revoke', extensions: known })
    extensions.forEach(again)
  }

  const tellGround = (): void => {
    const snapshot = directory.snapshot()
    const tenants = snapshot.tenants().map(({ id, realm, domains, isDefault }) => ({ id, realm, domains, isDefault }))
    const { digest, nonceSeconds, expiresMin, expiresDefault, expiresMax } = settings.registrar
    const told = { tenants, algorithms: digest, nonceKey: secrets.key('nonce').toString('hex'), nonceSeconds, expiresMin, expiresDefault, expiresMax }
    if (JSON.stringify(told) === ground) return
    ground = JSON.stringify(told)
    lane.obey({ do: 'ground', ground: told })
  }
  const onDirectory = (tenantId: string): void => {
    tellGround()
    revoke([...lent].filter(([extensionId, known]) => {
      if (known.tenantId !== tenantId) return false
      const lease = leaseOf(extensionId)
      return !lease || factsOf(lease) !== known.facts
    }).map(([extensionId]) => extensionId))
  }
  const onEvent = (event: PbxEvent): void => {
    if (event.type === 'registration.removed') return revoke([event.data.registration.extensionId])
    if (event.type !== 'registration.changed' || event.data.change === 'reachability') return
    const { extensionId } = event.data.registration
    // What the engine has told us it knows, unless it was lent something older meanwhile.
    if (renewedAt === undefined || renewedAt <= (lent.get(extensionId)?.at ?? 0)) again(extensionId)
  }
  const onNews = ({ renewals, ended: last }: LaneNews): void => {
    for (const { nonce, nc } of renewals) nonces.note(nonce, nc)
    renewedAt = renewals[0]?.at
    registrar.renewed(renewals)
    renewedAt = undefined
    if (last) ended.resolve()
  }

  const stops = [lane.onNews(onNews), events.subscribe(onEvent), directory.onChange(onDirectory)]
  tellGround()
  for (const extensionId of registrar.extensions()) due.add(extensionId)
  if (due.size > 0) soon()
  return {
    async close() {
      clearTimeout(timer)
      lane.obey({ do: 'end' })
      const late = setTimeout(ended.resolve, END_MS)
      await ended.promise
      clearTimeout(late)
      for (const stop of stops) stop()
    },
  }
}

function factsOf({ tenantId, number, devices }: Lease): string {
  return JSON.stringify([tenantId, number, devices])
}
