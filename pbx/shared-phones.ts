/** Phones that people take turns at: who may say so, who sits where, and when that ends by itself. */
import type { Actor } from '../config/actor.ts'
import { serviceActor } from '../config/actor.ts'
import type { Clock } from '../config/clock.ts'
import { messageOf, Refusal } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'
import type { CallWorld } from './calls/world.ts'
import type { LeftDesk } from './directory/desk-record.ts'
import type { Directory, SnapshotDesk, SnapshotDevice } from './directory/types.ts'
import type { SharedPhone, SharedPhones } from './door.ts'
import type { Events } from './events/events.ts'
import type { Registrar } from './registrar/types.ts'
import { nextTimeOfDay } from './routing/schedule.ts'

type Desks = Pick<CallWorld['desks'], 'logIn' | 'logOut'>
type Shared = SnapshotDevice & { desk: SnapshotDesk }

/** How often it is looked who has sat somewhere for long enough. */
const LOOK_MS = 5_000
const HOUR_MS = 3_600_000

export function openSharedPhones(options: { directory: Directory; registrar: Pick<Registrar, 'contactsOf'>; events: Pick<Events, 'emit'>; clock: Clock; logger: Logger; lookMs?: number }): { door: SharedPhones; desks: Desks; close(): void } {
  const { directory, registrar, events, clock, logger } = options
  const looking = new Set<string>()

  const of = (tenantId: string): Shared[] => {
    const snapshot = directory.snapshot()
    return snapshot.extensionsOf(tenantId).flatMap(({ id }) => snapshot.devicesOf(id)).filter((device): device is Shared => device.desk !== undefined)
  }
  const tellLeft = (tenantId: string, left: readonly LeftDesk[]): void => {
    for (const one of left) events.emit('desk.changed', tenantId, { ...one, change: 'logged-out' })
  }
  const desks: Desks = {
    async logIn(actor, deviceId, extensionId) {
      const snapshot = directory.snapshot()
      const device = snapshot.device(deviceId)
      if (!device?.desk) throw new Refusal('not-found', 'Nobody takes turns at this phone.')
      const until = endOf(device.desk, clock.now(), snapshot.tenant(actor.tenantId)?.timeZone ?? 'UTC')
      tellLeft(actor.tenantId, await directory.sharedPhones.logIn(actor, deviceId, extensionId, until === null ? null : new Date(until)))
      events.emit('desk.changed', actor.tenantId, { deviceId, name: device.name, change: 'logged-in', extensionId, number: snapshot.extension(extensionId)?.number ?? '' })
      return until
    },
    async logOut(actor, deviceId, why) {
      const left = await directory.sharedPhones.logOut(actor, deviceId, why)
      tellLeft(actor.tenantId, left)
      return left.length > 0
    },
  }

  const logOutDue = async (tenantId: string, device: Shared): Promise<void> => {
    looking.add(device.id)
    try {
      const left = await directory.sharedPhones.logOut(serviceActor(tenantId, 'desks'), device.id, 'the time was over', new Date(clock.now()))
      tellLeft(tenantId, left)
    } catch (error) {
      logger.warn({ tenant: tenantId, device: device.id }, `whoever sits at a shared phone is logged out later: ${messageOf(error)}`)
    } finally {
      looking.delete(device.id)
    }
  }
  const timer = setInterval(() => {
    for (const { id } of directory.snapshot().tenants()) {
      for (const device of of(id)) if ((device.desk.login?.until ?? Infinity) <= clock.now() && !looking.has(device.id)) void logOutDue(id, device)
    }
  }, options.lookMs ?? LOOK_MS)

  const show = (device: Shared): SharedPhone => {
    const { id, name, extensionId, desk: { homeId, login, calls, hours, at } } = device
    const snapshot = directory.snapshot()
    const [home, now] = [snapshot.extension(homeId), snapshot.extension(extensionId)]
    return {
      id, name, calls, hours, at, home: { id: homeId, number: home?.number ?? '', name: home?.name ?? '' },
      registered: registrar.contactsOf(extensionId).some(({ deviceId, reachable }) => deviceId === id && reachable !== 'no'),
      login: login && { extensionId, number: now?.number ?? '', name: now?.name ?? '', since: new Date(login.since), until: login.until === null ? null : new Date(login.until) },
    }
  }
  const shown = (actor: Actor, deviceId: string): SharedPhone => {
    const device = of(actor.tenantId).find(({ id }) => id === deviceId)
    if (!device) throw new Refusal('not-found', 'There is no such shared phone.')
    return show(device)
  }

  return {
    desks,
    door: {
      list: (actor) => of(actor.tenantId).map(show).toSorted((a, b) => a.name.localeCompare(b.name) || a.home.number.localeCompare(b.home.number)),
      async share(actor, deviceId, settings) {
        await directory.sharedPhones.share(actor, deviceId, settings)
        return shown(actor, deviceId)
      },
      unshare: async (actor, deviceId) => tellLeft(actor.tenantId, await directory.sharedPhones.unshare(actor, deviceId)),
      async logOut(actor, deviceId) {
        shown(actor, deviceId)
        if (!(await desks.logOut(actor, deviceId, `by ${actor.name}`))) throw new Refusal('conflict', 'Nobody is logged in at this phone any more.')
        return shown(actor, deviceId)
      },
    },
    close: () => clearInterval(timer),
  }
}

/** The first of the two ends; null: neither. */
function endOf({ hours, at }: SnapshotDesk, now: number, zone: string): number | null {
  const ends = [...(hours === null ? [] : [now + hours * HOUR_MS]), ...(at === null ? [] : [nextTimeOfDay(at, now, zone)])]
  return ends.length === 0 ? null : Math.min(...ends)
}
