import type { CallWorld } from '../calls/world.ts'

/** Whether a phone of this extension may pick up a call that rings at that one: by PICKUP. */
export function mayPickUp(world: CallWorld, extensionId: string | null, by: string): boolean {
  return extensionId === by || world.settings.calls.pickup === 'everybody' || (extensionId !== null && inOneGroup(world, extensionId, by))
}

/** Extensions without a pickup group are one, too: a small office need not set any up. */
export function inOneGroup(world: CallWorld, one: string, other: string): boolean {
  const snapshot = world.directory.snapshot()
  const groupOf = (id: string): string | null => snapshot.extension(id)?.pickupGroup ?? null
  return world.settings.calls.pickup !== 'extension' && groupOf(one) === groupOf(other)
}
