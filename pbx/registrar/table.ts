import type { Binding } from './binding.ts'

const NONE: ReadonlySet<Binding> = new Set()

/** All bindings of all tenants in memory, found every way the room needs. The truth while the server runs. */
export interface BindingTable {
  readonly size: number
  get(id: string): Binding | undefined
  /** By device and contact key. */
  find(deviceId: string, key: string): Binding | undefined
  ofExtension(extensionId: string): ReadonlySet<Binding>
  ofTenant(tenantId: string): ReadonlySet<Binding>
  /** By the IP address their REGISTER came from. */
  atAddress(address: string): ReadonlySet<Binding>
  addresses(): Iterable<string>
  all(): Iterable<Binding>
  add(binding: Binding): void
  /** Changes a binding; the only way to change where it came from. */
  change(binding: Binding, values: Partial<Pick<Binding, 'uri' | 'callId' | 'cseq' | 'q' | 'userAgent' | 'source' | 'path' | 'updatedAt' | 'expiresAt' | 'credentialsChangedAt'>>): void
  /** @returns false when it was not there any more */
  remove(binding: Binding): boolean
}

export function createBindingTable(): BindingTable {
  const byId = new Map<string, Binding>()
  const byKey = new Map<string, Binding>()
  const byExtension = new Map<string, Set<Binding>>()
  const byTenant = new Map<string, Set<Binding>>()
  const byAddress = new Map<string, Set<Binding>>()

  return {
    get size() {
      return byId.size
    },
    get: (id) => byId.get(id),
    find: (deviceId, key) => byKey.get(`${deviceId} ${key}`),
    ofExtension: (extensionId) => byExtension.get(extensionId) ?? NONE,
    ofTenant: (tenantId) => byTenant.get(tenantId) ?? NONE,
    atAddress: (address) => byAddress.get(address) ?? NONE,
    addresses: () => byAddress.keys(),
    all: () => byId.values(),
    add(binding) {
      byId.set(binding.id, binding)
      byKey.set(`${binding.deviceId} ${binding.key}`, binding)
      put(byExtension, binding.extensionId, binding)
      put(byTenant, binding.tenantId, binding)
      put(byAddress, binding.source.address, binding)
    },
    change(binding, values) {
      if (values.source && values.source.address !== binding.source.address) {
        drop(byAddress, binding.source.address, binding)
        put(byAddress, values.source.address, binding)
      }
      Object.assign(binding, values)
    },
    remove(binding) {
      if (!byId.delete(binding.id)) return false
      byKey.delete(`${binding.deviceId} ${binding.key}`)
      drop(byExtension, binding.extensionId, binding)
      drop(byTenant, binding.tenantId, binding)
      drop(byAddress, binding.source.address, binding)
      return true
    },
  }
}

function put(index: Map<string, Set<Binding>>, key: string, binding: Binding): void {
  const set = index.get(key)
  if (set) set.add(binding)
  else index.set(key, new Set([binding]))
}

function drop(index: Map<string, Set<Binding>>, key: string, binding: Binding): void {
  const set = index.get(key)
  set?.delete(binding)
  if (set?.size === 0) index.delete(key)
}
