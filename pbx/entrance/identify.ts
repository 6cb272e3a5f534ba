import { Refusal } from '../../config/errors.ts'
import type { Directory, SnapshotTenant } from '../directory/types.ts'
import type { Guard } from '../shield/shield.ts'
import { isIpLiteral } from '../sip/uri.ts'
import type { Step } from './visit.ts'

/**
 * Which tenant a request is for, from the host of its Request-URI. An IP address, ours or what a
 * phone behind NAT takes for ours, means the default tenant.
 */
export function createIdentify(directory: Directory, shield: Pick<Guard, 'strike'>): Step {
  return (visit) => {
    const snapshot = directory.snapshot()
    const { host } = visit.request.requestUri
    const tenant = tenantServing(snapshot, host)
    if (!tenant) {
      shield.strike(visit.request.source.address, 'unknown-domain', host)
      throw new Refusal('not-found', 'This domain is not served here')
    }
    // The address of record must be of the same domain (RFC 3261 §10.3 step 5).
    if (visit.request.method === 'REGISTER' && tenantServing(snapshot, visit.request.to.uri.host) !== tenant) {
      throw new Refusal('not-found', 'The To header names another domain than the Request-URI')
    }
    visit.tenant = tenant
  }
}

/** As much of the directory as says whose a host name is. */
export interface Domains<T extends Pick<SnapshotTenant, 'domains'> = SnapshotTenant> {
  defaultTenant(): T | undefined
  tenantByDomain(host: string): T | undefined
}

/** Whose phones say this host; undefined when nobody's do. */
export function tenantServing<T extends Pick<SnapshotTenant, 'domains'>>(snapshot: Domains<T>, host: string): T | undefined {
  const fallback = snapshot.defaultTenant()
  const tenant = isIpLiteral(host) || host === 'localhost' ? fallback : snapshot.tenantByDomain(host)
  // Before anybody configured a domain, whatever name led the phone here is right.
  return tenant ?? (fallback?.domains.length === 0 ? fallback : undefined)
}
