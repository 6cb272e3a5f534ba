/** Phones that watch the registrations of their own extension: the event package `reg` (RFC 3680). */
import type { Clock } from '../../config/clock.ts'
import { whyOver } from '../directory/still-known.ts'
import type { Directory, SnapshotDevice } from '../directory/types.ts'
import type { EventCatalogue, RegistrationView } from '../events/catalogue.ts'
import type { Events } from '../events/events.ts'
import { createSubscribers, type Subscriber } from '../sip/subscribers.ts'
import type { IncomingRequest, Subscription } from '../sip/types.ts'
import { REGINFO, writeReginfo, type ContactEvent, type ContactState } from './reginfo.ts'
import type { Registrar } from './types.ts'

/** RFC 3680 §4.4 */
const SECONDS = 3761
/** RFC 3680 §4.10: NOTIFYs are this far apart at least; what happens meanwhile is told together. */
const APART_MS = 5_000
/** Of one device; a phone needs one or two. */
const MOST = 10

const ENDED: Readonly<Record<EventCatalogue['registration.removed']['why'], ContactEvent>> = {
  unregistered: 'unregistered', expired: 'expired',
  // Who is thrown out for another is not to come back at once, whose connection broke is (§5.1).
  replaced: 'rejected', disconnected: 'deactivated', deleted: 'deactivated', moved: 'deactivated',
}

export interface Watchers {
  /** Answers an authenticated SUBSCRIBE. @throws Refusal `interval-too-brief`, or `unavailable` when the device has very many */
  watch(request: IncomingRequest, device: SnapshotDevice): void
  /** How many there are. */
  readonly size: number
  close(): void
}

export function createWatchers(options: { registrar: Pick<Registrar, 'list'>; directory: Pick<Directory, 'snapshot' | 'onChange'>; events: Pick<Events, 'subscribe'>; clock: Clock; settings: { registrar: { expiresMin: number } } }): Watchers {
  const { registrar, directory, events, clock } = options
  const watchers = createSubscribers<Watcher>({ seconds: SECONDS, least: options.settings.registrar.expiresMin, most: MOST })

  const stops = [
    events.subscribe((event) => {
      if (event.type !== 'registration.changed' && event.type !== 'registration.removed') return
      const { registration } = event.data
      for (const watcher of watchers.all()) {
        if (watcher.device.extensionId !== registration.extensionId) continue
        if ('why' in event.data) watcher.changed({ registration, state: 'terminated', event: ENDED[event.data.why] })
        else if (event.data.change !== 'reachability') watcher.changed({ registration, state: 'active', event: event.data.change === 'added' ? 'registered' : 'refreshed' })
      }
    }),
    directory.onChange(() => {
      const snapshot = directory.snapshot()
      watchers.endWhere(({ device }) => whyOver(snapshot, device))
    }),
  ]
  return {
    get size() {
      return watchers.size
    },
    watch(request, device) {
      const { subscription, seconds } = watchers.open(request, device)
      const { user = '', host } = request.requestUri
      const watcher = createWatcher({
        subscription, device, aor: `sip:${user}@${host}`, clock,
        contacts: () => registrar.list(device.tenantId).filter((one) => one.extensionId === device.extensionId),
        forget: () => watchers.forget(watcher),
      })
      if (seconds === 0) return watcher.end('timeout')
      watchers.add(watcher)
      watcher.tellAll()
    },
    close() {
      for (const stop of stops) stop()
      watchers.close()
    },
  }
}

interface Watcher extends Subscriber {
  /** As it was when it subscribed. */
  readonly device: SnapshotDevice
  changed(contact: ContactState): void
  tellAll(): void
}

function createWatcher(options: { subscription: Subscription; device: SnapshotDevice; aor: string; clock: Clock; contacts: () => RegistrationView[]; forget: () => void }): Watcher {
  const { subscription, device, aor, clock, contacts, forget } = options
  const pending = new Map<string, ContactState>()
  let version = 0
  let toldAt = -Infinity
  let timer: NodeJS.Timeout | undefined

  const write = (state: 'full' | 'partial', told: readonly ContactState[]): string =>
    writeReginfo({ aor, id: device.extensionId, version: version++, state, active: contacts().length > 0, contacts: told, now: clock.now() })
  const everything = (): string => write('full', contacts().map((registration) => ({ registration, state: 'active', event: 'registered' })))
  const stop = (): void => {
    clearTimeout(timer)
    timer = undefined
    pending.clear()
    toldAt = clock.now()
  }
  const tellChanges = (): void => {
    const told = [...pending.values()]
    stop()
    subscription.notify(REGINFO, write('partial', told))
  }
  const watcher: Watcher = {
    device,
    changed(contact) {
      pending.set(contact.registration.id, contact)
      timer ??= setTimeout(tellChanges, Math.max(0, toldAt + APART_MS - clock.now()))
    },
    tellAll() {
      stop()
      subscription.notify(REGINFO, everything())
    },
    end(reason) {
      stop()
      forget()
      subscription.end(reason, REGINFO, everything())
    },
  }
  subscription.onRefresh(watcher.tellAll)
  subscription.onEnd((asked) => {
    if (asked) return watcher.end('timeout')
    stop()
    forget()
  })
  return watcher
}
