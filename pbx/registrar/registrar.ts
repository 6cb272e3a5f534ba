import { randomBytes } from 'node:crypto'
import { newId } from '../../config/ids.ts'
import type { Clock } from '../../config/clock.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Settings } from '../../config/settings/settings.ts'
import type { BindingRow } from '../../migrations/tables.ts'
import type { Directory } from '../directory/types.ts'
import type { EventCatalogue } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'
import { namesExtension } from '../sip/headers.ts'
import type { IncomingRequest, SipServer, SipSource } from '../sip/types.ts'
import { answer } from './answer.ts'
import { contactOf, flowsOfEach, instanceOf, namesOf, viewOf } from './binding.ts'
import type { Binding, NewBinding } from './binding.ts'
import { decideRegister } from './decide.ts'
import { createExpiryBuckets } from './expiry.ts'
import { createGruus } from './gruu.ts'
import { createKeepAlive, TICKS_PER_SECOND } from './keep-alive.ts'
import { decideOutbound } from './outbound.ts'
import { createPathReader, splitPath, writePath } from './path.ts'
import { deleteExpired, loadBindings, sourceOf } from './store.ts'
import { createBindingTable } from './table.ts'
import type { Registrar } from './types.ts'
import { readWish } from './wish.ts'
import { createBindingWriter } from './writer.ts'

export interface RegistrarOptions {
  database: Database
  directory: Directory
  sip: Pick<SipServer, 'request' | 'connected'> & Partial<Pick<SipServer, 'keepsCalls'>>
  settings: Pick<Settings, 'registrar'>
  /** 32 bytes that are the same after every restart, for temporary GRUUs; random when absent. */
  gruuKey?: Buffer
  /** Networks of proxies whose Path is taken; undefined: Route cannot be sent, so none is. */
  edges?: readonly string[] | undefined
  logger: Logger
  events: Events
  clock: Clock
}

type RemovedWhy = EventCatalogue['registration.removed']['why']

/** Granted times are shortened by up to this share, so that phones that came together do not come back together. */
const SPREAD = 0.1

/** The location service: bindings in memory, written behind, watched for expiry and reachability. */
export async function createRegistrar(options: RegistrarOptions): Promise<Registrar> {
  const { database, directory, events, clock } = options
  const bounds = options.settings.registrar
  const logger = options.logger.child({ room: 'registrar' })
  const table = createBindingTable()
  const writer = createBindingWriter({ database, logger })
  // A drachtio-server goes on when we end, and keeps the connections of phones; it answers no STUN.
  const ours = options.edges !== undefined
  const readPath = createPathReader({ edges: options.edges, logger, clock })
  const gruus = createGruus(options.gruuKey ?? randomBytes(32))
  const expiry = createExpiryBuckets(clock.now())
  const keepAlive = createKeepAlive({
    sip: options.sip,
    everySeconds: bounds.qualifySeconds,
    logger,
    onChange: (binding) => tellChange(binding, 'reachability'),
  })

  const tellChange = (binding: Binding, change: EventCatalogue['registration.changed']['change']): void => {
    events.emit('registration.changed', binding.tenantId, { registration: viewOf(binding), change })
  }
  const enter = (fresh: NewBinding, stored: boolean): Binding => {
    const binding: Binding = { ...fresh, reachable: 'unknown', waiting: false, roundTripMs: null, missed: 0, stored, names: namesOf(fresh, directory.snapshot()) }
    table.add(binding)
    expiry.watch(binding)
    keepAlive.watch(binding)
    return binding
  }
  const leave = (binding: Binding, why: RemovedWhy): void => {
    if (!table.remove(binding)) return
    expiry.forget(binding)
    keepAlive.forget(binding)
    writer.remove(binding)
    events.emit('registration.removed', binding.tenantId, { registration: viewOf(binding), why })
  }

  /** Whoever was removed, switched off or got a new password is not registered any more. */
  const stillAllowed = (binding: Binding): boolean => {
    const snapshot = directory.snapshot()
    const device = snapshot.device(binding.deviceId)
    return device?.enabled === true
      && device.credentialsChangedAt === binding.credentialsChangedAt
      && snapshot.extension(binding.extensionId)?.enabled === true
  }
  const revisit = (tenantId: string): void => {
    const snapshot = directory.snapshot()
    for (const binding of [...table.ofTenant(tenantId)]) {
      const now = snapshot.device(binding.deviceId)?.extensionId
      if (now !== undefined && now !== binding.extensionId && snapshot.device(binding.deviceId)?.desk) move(binding, now)
      else if (!stillAllowed(binding)) leave(binding, 'deleted')
      else binding.names = namesOf(binding, directory.snapshot())
    }
  }

  /** Somebody sits down at a shared phone, or leaves it. */
  const move = (binding: Binding, extensionId: string): void => {
    const { reachable, roundTripMs, waiting, stored } = binding
    leave(binding, 'moved')
    const moved = Object.assign(enter({ ...binding, extensionId }, stored), { reachable, roundTripMs, waiting })
    if (!stillAllowed(moved)) return leave(moved, 'deleted')
    writer.save(moved)
    tellChange(moved, 'added')
  }

  const restore = (row: BindingRow): void => {
    const source = sourceOf(row)
    const device = directory.snapshot().device(row.device_id)
    if (!source || !device) return
    const binding = enter({
      id: row.id, tenantId: row.tenant_id, extensionId: device.extensionId, deviceId: row.device_id, key: row.contact_key,
      uri: row.contact_uri, callId: row.call_id, cseq: Number(row.cseq), q: row.q, userAgent: row.user_agent ?? undefined, source, path: splitPath(row.path ?? ''),
      registeredAt: row.registered_at.getTime(), updatedAt: row.updated_at.getTime(), expiresAt: row.expires_at.getTime(),
      // With which credentials it was made is not stored; those renewed since then ended it.
      credentialsChangedAt: device.credentialsChangedAt <= row.updated_at.getTime() ? device.credentialsChangedAt : -1,
    }, true)
    if (!stillAllowed(binding)) return leave(binding, 'deleted')
    // Its connection ended with our last run, and behind a NAT no other leads there. A phone that listens where it came from
    // answers the next keep-alive; a call must not wait for the others to be found gone.
    // An engine of its own process goes on, with its connections.
    if (!ours || options.sip.keepsCalls === true || source.transport === 'udp' || binding.path.length > 0) return
    binding.waiting = true
    binding.reachable = 'no'
  }

  const stopListening = directory.onChange(revisit)
  for (const row of await database.system('bindings at start', async (trx) => {
    await deleteExpired(trx, clock.now())
    return loadBindings(trx, clock.now())
  })) restore(row)

  let ticks = 0
  const timer = setInterval(() => {
    const now = clock.now()
    keepAlive.tick(now)
    if (ticks++ % TICKS_PER_SECOND === 0) for (const binding of expiry.due(now)) leave(binding, 'expired')
  }, 1000 / TICKS_PER_SECOND)

  const hasLivePhoneAt = (address: string): boolean => {
    for (const binding of table.atAddress(address)) if (binding.reachable !== 'no') return true
    return false
  }
  /** Behind a proxy none is given: it would bring what a call sends to a GRUU back to us, who are no proxy of calls. A drachtio-server would send it to itself. */
  const wantsGruu = (request: IncomingRequest, path: readonly string[]): boolean => ours && path.length === 0 && namesExtension(request.header('supported'), 'gruu')
  const gruusOf = (request: IncomingRequest, deviceId: string) => (bindingId: string): string => {
    const binding = table.get(bindingId)
    return binding ? gruus.params(request.to.uri, binding, binding.deviceId === deviceId) : ''
  }
  const renew = (binding: Binding, values: Parameters<typeof table.change>[1]): void => {
    table.change(binding, values)
    // It spoke to us this moment: worth ringing again.
    if (binding.reachable === 'no') binding.reachable = 'unknown'
    binding.waiting = false
    binding.missed = 0
    expiry.watch(binding)
  }

  return {
    async register(request, device) {
      const extension = directory.snapshot().extension(device.extensionId)
      if (!extension) throw new Refusal('not-found', 'There is no such extension')
      const path = readPath(request)
      const outbound = decideOutbound(request, path, ours)
      const wish = readWish(request, bounds, outbound)
      const order = { callId: request.callId, cseq: request.cseq }
      const all = table.ofExtension(extension.id)
      const own = [...all].filter((binding) => binding.deviceId === device.id)
      const changes = decideRegister(wish, order, own, all, { limit: extension.maxContacts, whenFull: extension.contactsFull ?? bounds.contactsFull })

      const now = clock.now()
      const heard = { ...order, source: request.source, path, userAgent: cleanUserAgent(request.userAgent), updatedAt: now, credentialsChangedAt: device.credentialsChangedAt }
      for (const binding of changes.removed) leave(binding, 'unregistered')
      for (const binding of changes.replaced) leave(binding, 'replaced')
      let written: Promise<void> | undefined
      const refreshed = changes.refreshed.map(({ binding, contact }) => {
        const moved = binding.uri !== contact.uri || binding.q !== contact.q || !sameSource(binding.source, request.source) || writePath(binding.path) !== writePath(path)
        renew(binding, { ...heard, uri: contact.uri, q: contact.q, expiresAt: grantedUntil(contact.expires, bounds, now) })
        writer.save(binding, moved ? 'now' : 'refresh')
        if (moved) written = writer.settled()
        return binding
      })
      const added = changes.added.map((contact) => {
        const binding = enter({
          ...heard, id: newId(), tenantId: extension.tenantId, extensionId: extension.id, deviceId: device.id, key: contact.key,
          uri: contact.uri, q: contact.q, registeredAt: now, expiresAt: grantedUntil(contact.expires, bounds, now),
        }, false)
        writer.save(binding)
        return binding
      })
      // A phone that only stays where it is need not wait: its row is there, and valid until it comes back.
      if (added.length + changes.removed.length + changes.replaced.length > 0) written = writer.settled()
      await written
      answer(request, table.ofExtension(extension.id), device, { path, outbound, ...(wantsGruu(request, path) ? { gruus: gruusOf(request, device.id) } : {}) }, now)
      for (const binding of refreshed) tellChange(binding, 'refreshed')
      for (const binding of added) tellChange(binding, 'added')
    },

    contactsOf: (extensionId) => flowsOfEach(table.ofExtension(extensionId)).sort(([a], [b]) => b.q - a.q || b.updatedAt - a.updatedAt).map(([best, ...spare]) => contactOf(best, spare)),

    phoneOf(tenantId, uri) {
      const target = gruus.read(uri)
      if (target === undefined || target === 'invalid') return target
      const snapshot = directory.snapshot()
      if (target.kind === 'public') {
        const extension = snapshot.extensionByNumber(tenantId, target.user) ?? snapshot.extension(snapshot.deviceByUsername(tenantId, target.user)?.extensionId ?? '')
        return extension ? { number: extension.number, instance: target.instance } : 'invalid'
      }
      const device = snapshot.device(target.deviceId)
      if (device?.tenantId !== tenantId) return 'invalid'
      const binding = [...table.ofExtension(device.extensionId)].find((one) => gruus.isOf(target, one))
      const phone = binding && instanceOf(binding)
      return phone ? { number: binding.names.number, instance: phone.instance } : 'invalid'
    },

    bindingsOf: (extensionId) => table.ofExtension(extensionId),
    *extensions() {
      const told = new Set<string>()
      for (const { extensionId } of table.all()) if (!told.has(extensionId) && told.add(extensionId)) yield extensionId
    },
    renewed(renewals) {
      for (const { bindingId, callId, cseq, at, expiresAt } of renewals) {
        const binding = table.get(bindingId)
        // One that was removed a moment ago stays removed: its phone comes again.
        if (!binding || binding.updatedAt > at) continue
        renew(binding, { callId, cseq, updatedAt: at, expiresAt })
        writer.save(binding, 'refresh')
        tellChange(binding, 'refreshed')
      }
    },

    disconnected(peer) {
      for (const binding of [...table.atAddress(peer.address)]) if (binding.path.length === 0 && sameSource(binding.source, peer)) leave(binding, 'disconnected')
    },

    list: (tenantId) => [...table.ofTenant(tenantId)].map(viewOf),

    async remove(actor, id) {
      const binding = table.get(id)
      if (!binding || binding.tenantId !== actor.tenantId) throw new Refusal('not-found', 'This phone is not registered any more.')
      const { contact, extensionNumber, deviceName } = viewOf(binding)
      const audit = { action: 'registration.remove', subjectType: 'registration', subjectId: id, before: { contact, extension: extensionNumber, device: deviceName } }
      await database.change(actor, async () => ({ result: undefined, audit }))
      leave(binding, 'deleted')
      await writer.settled()
    },

    hasLivePhoneAt,
    liveAddresses: () => [...table.addresses()].filter(hasLivePhoneAt),
    boundAt: () => [...table.addresses()].map((address) => [address, table.atAddress(address).size] as const),

    figures: () => ({ bindings: table.size, unwritten: writer.unwritten }),

    async close() {
      clearInterval(timer)
      stopListening()
      await writer.close()
    },
  }
}

/** Until when a contact is registered that asked for so many seconds. */
export function grantedUntil(seconds: number, { expiresMin }: { expiresMin: number }, now: number): number {
  const shortest = Math.max(Math.min(expiresMin, seconds), Math.ceil(seconds * (1 - SPREAD)))
  return now + 1000 * (seconds - Math.floor(Math.random() * (seconds - shortest + 1)))
}

/** It is shown to people and stored; a phone's whole life story is not wanted. */
export function cleanUserAgent(text: string | undefined): string | undefined {
  return text?.replace(/\p{Cc}+/gu, ' ').trim().slice(0, 200) || undefined
}

export function sameSource(a: SipSource, b: SipSource): boolean {
  return a.address === b.address && a.port === b.port && a.transport === b.transport
}
