/** Where a phone is, for those who come to help. */
import { BlockList, isIP } from 'node:net'
import type { EmergencySite, Located, LocationSource, NetworkReport, SnapshotEmergency } from '../directory/types.ts'

/** What is known of a phone at the moment of its call. */
export interface Whereabouts {
  deviceId: string
  /** The address its signalling comes from, without a port. */
  address?: string
}

/**
 * The most specific that is known wins: the access point, the switch port, the network; a fixed place of the device within the
 * same building is more specific than a network; then what its user confirmed, the fixed place, what was so in another network, and
 * the default. What was said in another network than the phone is in now may be anywhere: help must not go to where it was yesterday.
 */
export function locate(emergency: SnapshotEmergency, { deviceId, address: heard }: Whereabouts): Located | undefined {
  const device = emergency.devices.get(deviceId)
  const address = heard === undefined ? undefined : plainOf(heard)
  const stayed = (from: string | null | undefined): boolean => from == null || address === undefined || inOneNetwork(emergency, plainOf(from), address)
  const report = device?.reported ?? undefined
  const here = stayed(device?.reportedFrom)
  const network = byNetwork(emergency, here ? report : undefined, address)
  const fixed = device?.locationId ?? null
  const siteOf = (id: string | null): string | undefined => emergency.locations.find((one) => one.id === id)?.siteId
  if (network && !(network.kind === 'network' && fixed !== null && siteOf(fixed) === siteOf(network.locationId))) {
    return located(emergency, network.locationId, network.kind, network.why, network.reported ? (device?.reportedAt ?? null) : null)
  }
  if (network) return located(emergency, fixed ?? '', 'device', `the phone has its place there, and its network (${network.why}) is in the same building`, null)
  const confirmed = device?.confirmedLocationId ?? null
  const still = stayed(device?.confirmedFrom)
  if (device && confirmed !== null && still) return located(emergency, confirmed, 'confirmed', 'the user of the phone said so', device.confirmedAt)
  if (fixed !== null) return located(emergency, fixed, 'device', 'the phone has its place there', null)
  if (device && confirmed !== null) return left(located(emergency, confirmed, 'confirmed', 'the user of the phone said so', device.confirmedAt))
  const before = here ? undefined : byNetwork(emergency, report, undefined)
  if (device && before) return left(located(emergency, before.locationId, before.kind, before.why, device.reportedAt))
  if (emergency.settings.locationId !== null) return located(emergency, emergency.settings.locationId, 'default', 'nothing more is known of the phone', null)
  return undefined
}

/** Where a PBX is that registers with us: at the place that was given to its trunk, else where its address says. */
export function locatePeer(emergency: SnapshotEmergency, { id, name }: { id: string; name: string }, address: string | undefined): Located | undefined {
  const locationId = emergency.trunks.get(id)
  if (locationId !== undefined) return located(emergency, locationId, 'device', `the PBX of the trunk ${name} has its place there`, null)
  return locate(emergency, { deviceId: '', ...(address !== undefined && { address }) })
}

/** A place for a test of it. */
export function locatedAt(emergency: SnapshotEmergency, locationId: string): Located | undefined {
  return located(emergency, locationId, 'device', 'the place is tested', null)
}

/** The best there is, and said not to be sure. */
function left(found: Located | undefined): Located | undefined {
  return found && { ...found, why: `${found.why}, in another network than it is in now`, problems: [...found.problems, 'The phone has changed its network since, and may be elsewhere.'] }
}

/** Whether a phone at these addresses has not moved: the same address, the same IPv6 network, or one network that is told of here. */
function inOneNetwork({ networks }: SnapshotEmergency, one: string, other: string): boolean {
  if (one === other) return true
  if (isIP(one) === 6 && isIP(other) === 6 && covers(`${one}/64`, other)) return true
  const known = (address: string): string | undefined => longest(networks.filter(({ kind, value }) => kind === 'network' && covers(value, address)), ({ value }) => bitsOf(value))?.value
  const found = known(one)
  return found !== undefined && found === known(other)
}

/** `::ffff:192.0.2.1` is 192.0.2.1, and the zone of a link-local address says nothing here. */
function plainOf(address: string): string {
  return address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
}

interface Found {
  kind: LocationSource & ('bssid' | 'switch-port' | 'network')
  locationId: string
  why: string
  /** The phone said so: it may be old. */
  reported: boolean
}

function byNetwork({ networks }: SnapshotEmergency, report: NetworkReport | undefined, address: string | undefined): Found | undefined {
  const of = (kind: Found['kind']) => networks.filter((one) => one.kind === kind)
  if (report?.bssid !== undefined) {
    const bssid = report.bssid.toLowerCase()
    const found = longest(of('bssid').filter(({ value }) => (value.endsWith('*') ? bssid.startsWith(value.slice(0, -1)) : value === bssid)), ({ value }) => value.replace('*', '').length + Number(!value.endsWith('*')))
    if (found) return { kind: 'bssid', locationId: found.locationId, why: `the access point ${bssid}`, reported: true }
  }
  if (report?.chassis !== undefined) {
    const [chassis, port] = [report.chassis.toLowerCase(), (report.port ?? '').toLowerCase()]
    const switches = of('switch-port')
    const found = switches.find(({ value }) => value === `${chassis}/${port}`) ?? switches.find(({ value }) => value === `${chassis}/*`)
    if (found) return { kind: 'switch-port', locationId: found.locationId, why: `port ${port || '?'} of the switch ${chassis}`, reported: true }
  }
  for (const [own, reported] of [[report?.address, true], [address, false]] as const) {
    if (own === undefined || isIP(own) === 0) continue
    const found = longest(of('network').filter(({ value }) => covers(value, own)), ({ value }) => bitsOf(value))
    if (found) return { kind: 'network', locationId: found.locationId, why: `the network ${found.value}, at ${own}`, reported }
  }
  return undefined
}

function longest<T>(all: readonly T[], length: (one: T) => number): T | undefined {
  return all.toSorted((a, b) => length(b) - length(a))[0]
}

function bitsOf(network: string): number {
  return Number(network.split('/')[1] ?? 128)
}

function covers(network: string, address: string): boolean {
  const [base = '', bits] = network.split('/')
  if (isIP(base) !== isIP(address)) return false
  const family = isIP(base) === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  list.addSubnet(base, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
  return list.check(address, family)
}

function located({ sites, locations }: SnapshotEmergency, id: string, source: LocationSource, why: string, since: number | null): Located | undefined {
  const location = locations.find((one) => one.id === id)
  const site = sites.find((one) => one.id === location?.siteId)
  if (!location || !site) return undefined
  const { name, country, state, city, postalCode, street, houseNumber } = site
  return {
    locationId: id, site: { name, country, state, city, postalCode, street, houseNumber }, name: location.name, floor: location.floor, room: location.room, details: location.details,
    source, why, since, problems: problemsOf(site), callbackNumber: location.callbackNumber ?? site.callbackNumber,
  }
}

/** What an ambulance would miss in an address. A carrier's register knows more; this finds what surely is wrong. */
export function problemsOf(site: Pick<EmergencySite, 'country' | 'state' | 'city' | 'postalCode' | 'street' | 'houseNumber'>): string[] {
  const problems: string[] = []
  if (site.street.trim() === '') problems.push('The street is missing.')
  if (site.houseNumber.trim() === '') problems.push('The house number is missing.')
  if (site.city.trim() === '') problems.push('The city is missing.')
  if (site.country === 'US') {
    if (!/^[A-Z]{2}$/.test(site.state)) problems.push('The state has two letters, such as IL.')
    if (!/^[0-9]{5}(-[0-9]{4})?$/.test(site.postalCode)) problems.push('A ZIP code has five digits.')
    if (/^P\.? ?O\.? ?Box\b/i.test(site.street)) problems.push('A post office box is no place to send an ambulance to.')
  } else if (site.postalCode.trim() === '') problems.push('The postal code is missing.')
  return problems
}

/** In one line, as one would write it on a letter. */
export function addressLine({ site: { street, houseNumber, city, state, postalCode, country }, floor, room, details, name }: Pick<Located, 'site' | 'floor' | 'room' | 'details' | 'name'>): string {
  const place = [floor && `floor ${floor}`, room && `room ${room}`, details].filter((part) => part !== '').join(', ')
  const street1 = country === 'US' ? `${houseNumber} ${street}` : `${street} ${houseNumber}`
  return [street1.trim(), city, `${state} ${postalCode}`.trim(), country].filter((part) => part !== '').join(', ') + (place === '' ? ` (${name})` : `; ${place}`)
}
