/** Phones that watch others: lamps for extensions, park slots, opening hours and do not disturb, waiting messages, presence (RFC 6665). */
import { Refusal } from '../../config/errors.ts'
import type { Parking } from '../calls/parking.ts'
import { whyOver } from '../directory/still-known.ts'
import type { Directory, SnapshotDevice, SnapshotExtension } from '../directory/types.ts'
import type { MessageCounts } from '../door.ts'
import type { Events } from '../events/events.ts'
import type { RegistrationView } from '../events/catalogue.ts'
import { codeFor, findFeatureCode } from '../routing/feature-codes.ts'
import { isDesk } from '../routing/desk.ts'
import { isSlot } from '../routing/slots.ts'
import { createSubscribers, type Subscriber } from '../sip/subscribers.ts'
import { namesExtension } from '../sip/headers.ts'
import type { IncomingRequest, Subscription } from '../sip/types.ts'
import { dialogInfo, pidf, TYPES, versioned, type PackageName, type PresenceState, type WatchedDialog } from './documents.ts'
import { createEngaged } from './engaged.ts'
import type { Published } from './pidf-in.ts'
import type { Publications } from './publications.ts'
import { createListTeller, type Member } from './rlmi.ts'
import { summaryOf } from './summary.ts'

/** A phone that asks for nothing gets this; every refresh tells all anew. */
const SECONDS = 3_600
/** Of one device: a phone with its side cars has a lamp for every colleague. */
const MOST = 500

export interface Lamps {
  /** Answers an authenticated SUBSCRIBE. @throws Refusal `not-found`, `forbidden`, `interval-too-brief`, or `unavailable` when the device has very many */
  watch(request: IncomingRequest, device: SnapshotDevice, name: PackageName): void
  /** Whether this device subscribes to its waiting messages from this address. */
  watchesMessages(extensionId: string, deviceId: string, address: string): boolean
  readonly size: number
  close(): void
}

/** What is watched: its key, and how it is now. */
interface Resource {
  key: string
  document(): string
}

interface Watcher extends Subscriber {
  /** As it was when it subscribed. */
  device: SnapshotDevice
  name: PackageName
  user: string
  /** The IP address it subscribed from. */
  address: string
  /** Whose news it is told of. */
  keys: readonly string[]
  /** Whether it is still what it was; `again`: of something else too. */
  look(): 'same' | 'again' | 'gone'
  tell(force: boolean): void
}

export function createLamps(options: {
  directory: Pick<Directory, 'snapshot' | 'onChange'>; events: Pick<Events, 'subscribe'>; parking: Pick<Parking, 'at'>; contactsOf: (extensionId: string) => readonly unknown[]; messages: (mailboxId: string) => MessageCounts
  publications: Pick<Publications, 'of' | 'onChange'>; settings: { registrar: { expiresMin: number } }
}): Lamps {
  const { directory, events, parking, contactsOf, messages, publications } = options
  const engaged = createEngaged()
  const watchers = createSubscribers<Watcher>({ seconds: SECONDS, least: options.settings.registrar.expiresMin, most: MOST })
  const byKey = new Map<string, Set<Watcher>>()

  const changed = (key: string): void => {
    for (const watcher of byKey.get(key) ?? []) watcher.tell(false)
  }
  const stops = [
    publications.onChange((extensionId) => changed(`presence ${extensionId}`)),
    events.subscribe((event) => {
      switch (event.type) {
        case 'call.started':
        case 'call.updated':
        case 'call.ended':
          for (const id of engaged.heard(event.data.call)) {
            changed(`calls ${id}`)
            changed(`presence ${id}`)
          }
          return
        case 'registration.changed':
        case 'registration.removed':
          return changed(`presence ${(event.data.registration as RegistrationView).extensionId}`)
        case 'voicemail.changed':
          return changed(`messages ${event.data.extensionId}`)
        case 'park.changed':
          return changed(`slot ${event.tenantId} ${event.data.slot}`)
      }
    }),
    directory.onChange((tenantId) => {
      const snapshot = directory.snapshot()
      for (const watcher of watchers.endWhere(({ device }) => (device.tenantId === tenantId ? whyOver(snapshot, device) : undefined))) {
        if (watcher.device.tenantId !== tenantId) continue
        const state = watcher.look()
        if (state === 'gone') watcher.end('noresource')
        else watcher.tell(false)
      }
    }),
  ]

  /** What a phone means by this user part; undefined for nothing that is here. */
  const find = (user: string, host: string, device: SnapshotDevice, name: PackageName): Resource | undefined => {
    const snapshot = directory.snapshot()
    const { tenantId } = device
    const domain = snapshot.tenant(tenantId)?.domains[0] ?? host
    const extension = user === device.sipUsername ? snapshot.extension(device.extensionId) : snapshot.extensionByNumber(tenantId, user)
    const lamp = (key: string, isOn: () => boolean, words: string): Resource => ({
      key, document: () => dialogInfo(user, domain, isOn() ? [{ id: user, direction: 'recipient', state: 'confirmed', number: user, name: words }] : []),
    })
    if (name === 'message-summary') {
      const own = snapshot.extension(device.extensionId)
      const home = device.desk && snapshot.extension(device.desk.homeId)?.number
      const listening = codeFor(snapshot.changedCodesOf(tenantId), 'voicemail-own')
      if (own && (extension?.id === own.id || user === listening || user === home)) return { key: `messages ${own.id}`, document: () => summaryOf(directory.snapshot(), own, host, messages) }
      if (extension) throw new Refusal('forbidden', 'Only the own messages may be watched')
      return undefined
    }
    if (extension && name === 'dialog') return { key: `calls ${extension.id}`, document: () => dialogInfo(user, domain, engaged.of(extension.id)) }
    if (extension) return { key: `presence ${extension.id}`, document: () => pidf(user, domain, presenceOf(directory.snapshot().extension(extension.id), contactsOf(extension.id).length > 0, engaged.of(extension.id), publications.of(extension.id))) }
    if (name !== 'dialog') return undefined
    if (snapshot.parkLotsOf(tenantId).some((lot) => isSlot(lot, user))) {
      return { key: `slot ${tenantId} ${user}`, document: () => {
        const parked = parking.at(tenantId, user)
        return dialogInfo(user, domain, parked ? [{ id: parked.callId, direction: 'recipient', state: 'confirmed', number: parked.number, name: parked.name }] : [])
      } }
    }
    const feature = findFeatureCode(snapshot.changedCodesOf(tenantId), user)
    const schedule = snapshot.scheduleByNumber(tenantId, feature?.code.action === 'schedule-override' ? feature.argument : user)
    if (schedule) return lamp(`hours ${schedule.id}`, () => (directory.snapshot().schedule(schedule.id)?.override ?? 'automatic') !== 'automatic', `${schedule.name}: by hand`)
    const own = snapshot.extension(device.extensionId)
    if (!own || !feature) return undefined
    if (/^do-not-disturb/.test(feature.code.action)) return lamp(`disturb ${own.id}`, () => directory.snapshot().extension(own.id)?.doNotDisturb === true, 'Do not disturb')
    if (feature.code.action === 'follow-me-toggle') return lamp(`follow-me ${own.id}`, () => directory.snapshot().extension(own.id)?.followMe === true, 'Follow me')
    if (isDesk(feature.code.action)) return lamp(`desk ${device.id}`, () => directory.snapshot().device(device.id)?.desk?.login != null, 'Somebody sits here')
    return undefined
  }

  const index = (watcher: Watcher): void => {
    for (const key of watcher.keys) byKey.set(key, (byKey.get(key) ?? new Set<Watcher>()).add(watcher))
  }
  const unindex = (watcher: Watcher): void => {
    for (const key of watcher.keys) {
      const same = byKey.get(key)
      same?.delete(watcher)
      if (same?.size === 0) byKey.delete(key)
    }
  }
  /** Tells all at once, and from then on what changes. @param one `end` says the last word */
  const begin = (subscription: Subscription, seconds: number, one: Watcher): void => {
    const forget = (): void => {
      watchers.forget(watcher)
      unindex(watcher)
    }
    const watcher: Watcher = {
      ...one,
      look() {
        const state = one.look()
        if (state !== 'again') return state
        unindex(watcher)
        watcher.keys = one.keys
        index(watcher)
        return 'same'
      },
      end(reason) {
        forget()
        one.end(reason)
      },
    }
    subscription.onRefresh(() => watcher.tell(true))
    subscription.onEnd((wanted) => (wanted ? watcher.end('timeout') : forget()))
    if (seconds === 0) return watcher.end('timeout')
    watchers.add(watcher)
    index(watcher)
    watcher.tell(true)
  }
  /** All lamps of the own list by one subscription (RFC 4662). */
  const watchList = (request: IncomingRequest, device: SnapshotDevice, name: PackageName, user: string): void => {
    if (!namesExtension(request.header('supported'), 'eventlist') && !namesExtension(request.header('require'), 'eventlist')) return request.reply(421, { headers: { Require: 'eventlist' } })
    const { host } = request.requestUri
    const extensionId = device.extensionId
    const found = (): { number: string; resource: Resource | undefined }[] => (directory.snapshot().extension(extensionId)?.lampNumbers ?? []).map((number) => ({ number, resource: find(number, host, device, name) }))
    const { subscription, seconds } = watchers.open(request, device, { Require: 'eventlist' })
    const domain = directory.snapshot().tenant(device.tenantId)?.domains[0] ?? host
    let list = found()
    const teller = createListTeller(subscription, { uri: `sip:${user}@${domain}`, contentType: TYPES[name] }, () => list.map(({ number, resource }): Member => ({
      id: number, uri: `sip:${number}@${domain}`, name: directory.snapshot().extensionByNumber(device.tenantId, number)?.name, document: resource?.document(),
    })), versioned)
    const one: Watcher = {
      device, name, user, address: request.source.address, keys: list.flatMap(({ resource }) => resource?.key ?? []),
      look() {
        list = found()
        one.keys = list.flatMap(({ resource }) => resource?.key ?? [])
        return 'again'
      },
      tell: (force) => teller.tell(force),
      end: (reason) => teller.end(reason),
    }
    begin(subscription, seconds, one)
  }

  return {
    get size() {
      return watchers.size
    },
    watchesMessages(extensionId, deviceId, address) {
      for (const watcher of byKey.get(`messages ${extensionId}`) ?? []) if (watcher.device.id === deviceId && watcher.address === address) return true
      return false
    },
    watch(request, device, name) {
      const { user = '', host } = request.requestUri
      const own = directory.snapshot().extension(device.extensionId)
      if (own && name !== 'message-summary' && isList(user, own.number)) return watchList(request, device, name, user)
      const resource = find(user, host, device, name)
      if (!resource) throw new Refusal('not-found', 'There is nothing of this number that could be watched')
      const { subscription, seconds } = watchers.open(request, device)
      let version = 0
      let told: string | undefined
      begin(subscription, seconds, {
        device, name, user, address: request.source.address, keys: [resource.key],
        look: () => (find(user, '', device, name)?.key === resource.key ? 'same' : 'gone'),
        tell(force) {
          const document = resource.document()
          // All of it each time: a NOTIFY that is lost is made up for by the next.
          if (!force && document === told) return
          told = document
          subscription.notify(TYPES[name], versioned(document, version++))
        },
        end: (reason) => subscription.end(reason, TYPES[name], versioned(resource.document(), version++)),
      })
    },
    close() {
      for (const stop of stops) stop()
      watchers.close()
    },
  }
}

/** `blf`, or `blf-` and the own number, as phones are used to. */
const isList = (user: string, number: string): boolean => /^blf(?:-(.*))?$/i.test(user) && (user.length === 3 || user.slice(4) === number)

/** What the house knows, and beside it what the user's phones say. Whoever is registered nowhere cannot be called, whatever they say. */
function presenceOf(extension: SnapshotExtension | undefined, reachable: boolean, dialogs: readonly WatchedDialog[], published: Published | undefined): PresenceState {
  const { open = true, activities = [], note } = published ?? {}
  if (extension?.enabled !== true || !reachable) return { open: false, activities, note: 'Not reachable', said: note }
  const state = (activity: string | null, words: string): PresenceState => ({ open, activities: activity === null ? activities : [...new Set([activity, ...activities])], note: words, said: note })
  if (dialogs.some(({ state: each }) => each === 'confirmed')) return state('on-the-phone', 'On the phone')
  if (extension.doNotDisturb) return state('busy', 'Do not disturb')
  return dialogs.length > 0 ? state('on-the-phone', 'Ringing') : state(null, 'Available')
}
