/** Which numbers call for help, for whom. */
import type { DirectorySnapshot, Located, SnapshotTrunk } from '../directory/types.ts'
import { helpDialled, helpForms, helpIn, isEmergency, isHelpSomewhere } from '../emergency/recognise.ts'
import { locate, locatePeer } from './locate.ts'
import type { CallRequest } from './request.ts'

/** Where a tenant has its phones: the countries of its sites, or while it has none those of the trunks that carry calls for help. */
function countriesOf(snapshot: DirectorySnapshot, tenantId: string): Set<string> {
  const sites = new Set(snapshot.emergencyOf(tenantId).sites.map(({ country }) => country))
  return sites.size > 0 ? sites : new Set(snapshot.trunksOf(tenantId).filter(({ emergency }) => emergency).map(({ country }) => country))
}

/** What is dialled before a number so that one of the outbound routes takes it: the digit for an outside line. */
export function routePrefixes(snapshot: DirectorySnapshot, tenantId: string): string[] {
  return [...new Set(snapshot.outboundRoutesOf(tenantId).filter(({ enabled, strip }) => enabled && strip > 0).map(({ pattern, strip }) => pattern.slice(0, strip)).filter((prefix) => /^[0-9]+$/.test(prefix)))]
}

/** The number of the emergency services that is meant in one of the tenant's countries, whoever dials it; undefined: none. */
export function helpNumber(snapshot: DirectorySnapshot, tenantId: string, dialled: string): string | undefined {
  return helpDialled(dialled, countriesOf(snapshot, tenantId))
}

/** The same, also behind the digits for an outside line: what no number inside may be. */
export function helpBehindPrefix(snapshot: DirectorySnapshot, tenantId: string, dialled: string): string | undefined {
  return helpDialled(dialled, countriesOf(snapshot, tenantId), routePrefixes(snapshot, tenantId))
}

/** Whether a number that carriers are sent may reach the emergency services, here or in any country. */
export function mayBeHelp(snapshot: DirectorySnapshot, tenantId: string, number: string): boolean {
  return isEmergency(number) || isHelpSomewhere(number) || helpBehindPrefix(snapshot, tenantId, number) !== undefined
}

/** Everything that calls for help at a tenant, as phones dial it, without codes before it. */
export function helpFormsOf(snapshot: DirectorySnapshot, tenantId: string): string[] {
  return helpForms(countriesOf(snapshot, tenantId), routePrefixes(snapshot, tenantId))
}

/** A number of the emergency services where the caller is, and where that is. */
export interface HelpCalled {
  number: string
  /** Undefined: it is not known. */
  located: Located | undefined
  /** The PBX at the far end of this trunk has sent it. */
  peer?: SnapshotTrunk
}

/** Whether a number of the emergency services means them where the caller is: the country of the site decides, or any of the tenant's where it is not known. */
export function calledFrom({ tenantId, caller, inbound }: CallRequest, snapshot: DirectorySnapshot, number: string): HelpCalled | undefined {
  const trunk = inbound && snapshot.trunk(inbound.trunkId)
  // A carrier sends nobody here who needs help; the PBX of a branch does.
  if (inbound && trunk?.registersHere !== true) return undefined
  const emergency = snapshot.emergencyOf(tenantId)
  // Somebody from outside who is transferred there is in none of our buildings.
  const located = trunk ? locatePeer(emergency, trunk, caller.address) : caller.extensionId === '' ? undefined : locate(emergency, caller)
  const peer = trunk && { peer: trunk }
  if (!located) return { number, located, ...peer }
  const there = helpIn(located.site.country, number)
  return there === undefined ? undefined : { number: there, located, ...peer }
}
