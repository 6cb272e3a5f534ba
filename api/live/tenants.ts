import { serviceActor, type TenantId } from '../../config/actor.ts'
import type { Pbx, PbxEvent } from '../../pbx/index.ts'

/**
 * Listens to the events of some tenants.
 *
 * @param room who listens, for the actor
 */
export function listenToTenants(pbx: Pick<Pbx, 'subscribe'>, room: string, hear: (event: PbxEvent) => void): { only(tenants: Iterable<TenantId>): void } {
  const listeners = new Map<TenantId, () => void>()
  return {
    only(tenants) {
      const wanted = new Set(tenants)
      for (const tenantId of wanted) if (!listeners.has(tenantId)) listeners.set(tenantId, pbx.subscribe(serviceActor(tenantId, room), hear))
      for (const [tenantId, stop] of listeners) {
        if (wanted.has(tenantId)) continue
        stop()
        listeners.delete(tenantId)
      }
    },
  }
}
