/** Minutes abroad are limited within a day: calls that go on beyond them are ended. */
import { messageOf } from '../../config/errors.ts'
import type { Charge } from './charges.ts'
import { hangUp } from './hang-up.ts'
import { terminate } from './termination.ts'
import type { CallWorld, TollLimit } from './world.ts'

const LOOK_MS = 5_000

/**
 * Locks an extension: for calls abroad, or for all calls outside when it spends too much or guesses PINs. What it did until now is
 * forgiven when somebody unlocks it.
 */
export function lock(world: CallWorld, tenantId: string, extensionId: string, reason: string, by: TollLimit = 'abroad'): void {
  world.charges.forgive(tenantId, extensionId)
  // What it did no longer counts, and the lock is known only when it is written: nothing passes between.
  world.charges.locking.add(extensionId)
  void world.lockToll(tenantId, extensionId, reason, by).finally(() => world.charges.locking.delete(extensionId)).catch((error: unknown) => world.logger.error({ err: error, tenant: tenantId, extension: extensionId }, `an extension could not be locked: ${messageOf(error)}`))
}

/** Why whoever pays may talk abroad no longer, as a part of a sentence; the extension is locked then. Undefined: it may. */
export function minutesOver(world: CallWorld, { tenantId, payerId }: Pick<Charge, 'tenantId' | 'payerId'>): string | undefined {
  const snapshot = world.directory.snapshot()
  const { minutesExtension, minutesTenant } = snapshot.tollOf(tenantId).settings
  if (minutesTenant !== null && world.charges.secondsWithinDay(tenantId) >= minutesTenant * 60) return `${words(minutesTenant)} abroad within 24 hours were used by all together, and no more may be`
  const extension = payerId === null || minutesExtension === null ? undefined : snapshot.extension(payerId)
  if (!extension || minutesExtension === null || world.charges.secondsWithinDay(tenantId, extension.id) < minutesExtension * 60) return undefined
  const reason = `${words(minutesExtension)} abroad within 24 hours`
  lock(world, tenantId, extension.id, reason)
  return `${extension.number} (${extension.name}) has used ${reason}, and is locked until somebody has looked`
}

const words = (minutes: number): string => `${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`

const payerOf = ({ tenantId, payerId }: Charge): string => `${tenantId} ${payerId}`

/** Looks every few seconds after the calls abroad that go on. */
export function watchMinutes(world: CallWorld): { stop(): void } {
  const timer = setInterval(() => {
    const over = new Map<string, string>()
    for (const charge of world.charges.live) {
      const why = charge.answeredAt === null || !charge.abroad ? undefined : minutesOver(world, charge)
      // Locking forgives: its other calls end for the same reason.
      if (why !== undefined) over.set(payerOf(charge), why)
    }
    if (over.size === 0) return
    for (const call of world.registry.all()) {
      const [why] = call.legs.flatMap(({ over: ended, charge }) => (ended || !charge?.abroad ? [] : (over.get(payerOf(charge)) ?? [])))
      if (why !== undefined && !call.over) hangUp(world, call, terminate('toll-minutes', 'system', null, `${why}.`))
    }
  }, LOOK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
