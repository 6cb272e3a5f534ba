/** What was lent, found by whoever asks. */
import type { HeldBinding } from '../registrar/types.ts'
import type { Lease } from './types.ts'

export interface Holder {
  lease: Lease
  device: Lease['devices'][number]
  bindings: Kept[]
}

/** A binding as it is after what was answered here. */
export type Kept = { -readonly [K in keyof HeldBinding]: HeldBinding[K] }

export interface Leases {
  lend(lease: Lease): void
  revoke(extensionId: string): void
  /** By who says to be it. */
  byUser(tenantId: string, username: string): Holder | undefined
  /** The bindings of the extension with this number, or of the device with this user name. */
  byAddress(tenantId: string, user: string): readonly Kept[] | undefined
  clear(): void
}

export function createLeases(): Leases {
  const byExtension = new Map<string, { lease: Lease; bindings: Kept[] }>()
  const users = new Map<string, Holder>()
  const numbers = new Map<string, Kept[]>()
  const keyOf = (tenantId: string, user: string): string => `${tenantId} ${user}`

  const revoke = (extensionId: string): void => {
    const known = byExtension.get(extensionId)
    if (!known) return
    const { lease } = known
    byExtension.delete(extensionId)
    for (const { username } of lease.devices) if (users.get(keyOf(lease.tenantId, username))?.lease === lease) users.delete(keyOf(lease.tenantId, username))
    if (numbers.get(keyOf(lease.tenantId, lease.number)) === known.bindings) numbers.delete(keyOf(lease.tenantId, lease.number))
  }
  return {
    lend(lease) {
      revoke(lease.extensionId)
      const bindings = lease.bindings.map((binding) => ({ ...binding }))
      byExtension.set(lease.extensionId, { lease, bindings })
      numbers.set(keyOf(lease.tenantId, lease.number), bindings)
      for (const device of lease.devices) users.set(keyOf(lease.tenantId, device.username), { lease, device, bindings })
    },
    revoke,
    byUser: (tenantId, username) => users.get(keyOf(tenantId, username)),
    byAddress: (tenantId, user) => numbers.get(keyOf(tenantId, user)) ?? users.get(keyOf(tenantId, user))?.bindings,
    clear() {
      byExtension.clear()
      users.clear()
      numbers.clear()
    },
  }
}
