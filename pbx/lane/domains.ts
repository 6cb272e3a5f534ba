import type { SnapshotTenant } from '../directory/types.ts'
import type { Domains } from '../entrance/identify.ts'
import type { LaneGround } from './types.ts'

/** Of a tenant what is lent. */
export type Tenant = Pick<SnapshotTenant, 'id' | 'realm' | 'domains' | 'isDefault'>

/** The tenants as {@link tenantServing} asks for them. */
export function domainsOf(tenants: LaneGround['tenants']): Domains<Tenant> {
  const byDomain = new Map<string, Tenant>()
  for (const tenant of tenants) for (const domain of tenant.domains) byDomain.set(domain, tenant)
  const fallback = tenants.find((tenant) => tenant.isDefault)
  return { defaultTenant: () => fallback, tenantByDomain: (host) => byDomain.get(host.toLowerCase()) }
}
