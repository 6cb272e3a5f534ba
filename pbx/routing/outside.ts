/** Calls to and from the outside: which trunks, with which number, shown as whom, and whether it is allowed. */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'
import type { DirectorySnapshot, Located, SnapshotExtension, SnapshotInboundNumber, SnapshotOutboundRoute, SnapshotTrunk } from '../directory/types.ts'
import { helpNumber, type HelpCalled } from './help.ts'
import { fits, limitOf } from './limits.ts'
import { addressLine } from './locate.ts'
import type { OutsideStep, Step } from './plan.ts'
import type { CallRequest } from './request.ts'

/** The number of another country or of ours, as far as it is one. */
interface Parsed {
  e164: string
  /** ISO 3166; undefined where several share it. */
  country: string | undefined
  national: string
  premium: boolean
}

/** What a number means in a country; undefined for what is no whole number there, such as a short code. */
export function parseNumber(text: string, country: string): Parsed | undefined {
  const found = parsePhoneNumberFromString(text, { defaultCountry: country as CountryCode, extract: false })
  if (!found?.isPossible()) return undefined
  return { e164: found.number, country: found.country, national: found.formatNational().replace(/[^0-9]/g, ''), premium: found.getType() === 'PREMIUM_RATE' }
}

/** What leads nowhere but within the country although it is no whole number: a short code, or a number without its area code. */
const LOCAL = /^(?!00|011)[0-9*#]{1,8}$/

/** Who pays for a call to the outside: the extension that made it, sent it on or transferred it; undefined: the house, by its own configuration. */
type Payer = Pick<SnapshotExtension, 'id' | 'number' | 'name' | 'outsideCalls' | 'outsideNumber'> | undefined

/** Why nobody is there who could be asked for a PIN, as a part of a sentence; undefined: whoever dials is. */
export function unasked({ request: { caller, inbound, onBehalfOf }, path }: { request: CallRequest; path: readonly { number: string }[] }): string | undefined {
  const by = path.at(-1)
  if (by) return `nobody who calls ${by.number} would know one`
  if (inbound) return 'no caller from outside would know one'
  // Whoever goes on with the own call dials: the others are sent there.
  return onBehalfOf && (onBehalfOf.extensionId !== caller.extensionId || caller.extensionId === '') ? `whoever is sent there${onBehalfOf.number === '' ? '' : ` by ${onBehalfOf.number}`} would not know one` : undefined
}

/**
 * The way out for a number at a moment, or why its routes are not for this caller now; undefined when no route fits.
 *
 * @param silent why nobody can be asked for a PIN; undefined: the caller can
 */
export function wayOut(tenantId: string, number: string, payer: Payer, snapshot: DirectorySnapshot, at: number, silent?: string): { steps: Step[]; route: SnapshotOutboundRoute } | undefined {
  const fitting = snapshot.outboundRoutesOf(tenantId).filter((one) => one.enabled && fits(one.pattern, number))
  // No limit stands between anybody and help.
  const limits = fitting.map((one) => (helpNumber(snapshot, tenantId, one.prepend + number.slice(one.strip)) !== undefined ? undefined : limitOf(one, payer, snapshot, at)))
  const free = limits.indexOf(undefined)
  const route = fitting[Math.max(free, 0)]
  if (!route) return undefined
  const passed = (free < 0 ? limits : limits.slice(0, free)).flatMap((limit) => limit ?? [])
  if (free < 0) return { route, steps: [{ kind: 'refuse', refusal: passed.find(({ refusal }) => refusal === 'route-closed')?.refusal ?? 'outside-forbidden', reason: passed.map(({ reason }) => reason).join('; ') }] }
  const trunks = route.trunkIds.flatMap((id) => snapshot.trunk(id) ?? []).filter((trunk) => trunk.enabled)
  const [first] = trunks
  const refuse = (refusal: 'no-trunk' | 'outside-forbidden', reason: string): { steps: Step[]; route: SnapshotOutboundRoute } => ({ route, steps: [{ kind: 'refuse', refusal, reason }] })
  if (!first) return refuse('no-trunk', `The outbound route ${route.name} takes ${number}, and all of its trunks are switched off`)
  const wanted = route.prepend + number.slice(route.strip)
  const parsed = parseNumber(wanted, first.country)
  const abroad = parsed ? parsed.country !== first.country : !LOCAL.test(wanted)
  if (payer) {
    if (payer.outsideCalls === 'none') return refuse('outside-forbidden', `${payer.number} (${payer.name}) may not call outside`)
    if (abroad && payer.outsideCalls !== 'international') return refuse('outside-forbidden', `${wanted} ${parsed ? `is abroad${parsed.country === undefined ? '' : ` (${parsed.country})`}` : `is no whole number of ${first.country}, so it may lead abroad`}, and ${payer.number} (${payer.name}) may call within ${first.country} only`)
  }
  const { settings, locks } = snapshot.tollOf(tenantId)
  const lock = payer && locks.get(payer.id)
  if (lock?.spend) return refuse('outside-forbidden', `${payer?.number} (${payer?.name}) is locked for calls outside: ${lock.reason}`)
  if (abroad) {
    if (lock) return refuse('outside-forbidden', `${payer.number} (${payer.name}) is locked for calls abroad: ${lock.reason}`)
    const country = parsed?.country
    if (settings.countries !== null && (country === undefined || !settings.countries.includes(country))) return refuse('outside-forbidden', `${wanted} is ${country === undefined ? 'in no country that can be told' : `in ${country}`}, which is not among the countries that may be called`)
  }
  if (parsed?.premium) return refuse('outside-forbidden', `${wanted} is a premium-rate number, and those are not called`)
  const pin = helpNumber(snapshot, tenantId, wanted) === undefined ? pinOf(route, snapshot) : null
  if (pin && silent !== undefined) return refuse('outside-forbidden', `The outbound route ${route.name} asks for a PIN of ${pin.name}, and ${silent}`)
  const names = trunks.map(({ name }) => name).join(', then ')
  return {
    route,
    steps: [step(wanted, trunks, (trunk) => payer?.outsideNumber ?? route.callerId ?? trunk.callerId, parsed, `${passed.map(({ reason }) => `${reason}; `).join('')}The outbound route ${route.name} takes ${number}${wanted === number ? '' : ` as ${wanted}`}: over ${names}${route.cheapestFirst ? ', the cheapest first' : ''}`)].map((one) => ({ ...one, abroad, payerId: payer?.id ?? null, e164: parsed?.e164 ?? null, cheapestFirst: route.cheapestFirst, pin })),
  }
}

/** What callers are asked for; null: nothing. A set that cannot be read asks, too, and nothing is right then. */
function pinOf({ pinSetId }: SnapshotOutboundRoute, snapshot: DirectorySnapshot): NonNullable<OutsideStep['pin']> | null {
  return pinSetId === null ? null : { setId: pinSetId, name: snapshot.pinSet(pinSetId)?.name ?? 'a PIN set that cannot be read' }
}

/** The way out for a call for help: over every trunk that may carry one, whatever else is configured. */
export function wayToHelp(tenantId: string, dialled: string, payer: Payer, snapshot: DirectorySnapshot, { number, located, peer }: HelpCalled): Step[] {
  const trunks = snapshot.trunksOf(tenantId).filter((trunk) => trunk.enabled && trunk.emergency && trunk.id !== peer?.id)
  if (trunks.length === 0) return []
  const place = located ? `, from ${addressLine(located)}, as ${located.why}` : ', and where the caller is, is not known'
  const pool = located && !peer && payer?.outsideNumber == null ? poolOf(snapshot, tenantId, located) : []
  const shown = pool.length > 0 ? `, with one of ${pool.length} ${pool.length === 1 ? 'number' : 'numbers'} of the site on which that very phone is called back` : ''
  const reason = `${dialled} calls the emergency services${number === dialled ? '' : ` (${number})`}: over ${trunks.map(({ name }) => name).join(', then ')}${place}${shown}`
  return [{ ...step(number, trunks, (trunk) => located?.callbackNumber ?? payer?.outsideNumber ?? peer?.callerId ?? trunk.callerId, undefined, reason), emergency: true, located: located ?? null, ...(pool.length > 0 && { pool }) }]
}

function poolOf(snapshot: DirectorySnapshot, tenantId: string, { locationId }: Located): readonly string[] {
  const { sites, locations } = snapshot.emergencyOf(tenantId)
  const siteId = locations.find(({ id }) => id === locationId)?.siteId
  return sites.find(({ id }) => id === siteId)?.callbackPool ?? []
}

function step(number: string, trunks: readonly SnapshotTrunk[], callerId: (trunk: SnapshotTrunk) => string | null, parsed: Parsed | undefined, reason: string): OutsideStep {
  return {
    kind: 'outside', number, emergency: false, diverted: [],
    attempts: trunks.map((trunk) => ({ trunkId: trunk.id, trunk: trunk.name, number: written(number, trunk, parsed), callerId: callerId(trunk) })),
    reason,
  }
}

/** As the carrier wants it; what is no whole number stays as it is. */
function written(number: string, { format }: SnapshotTrunk, parsed: Parsed | undefined): string {
  if (!parsed || format === 'dialled') return number
  if (format === 'national') return parsed.national
  return format === 'plus' ? parsed.e164 : parsed.e164.slice(1)
}

/** Inbound numbers as they are written, and as they are meant in a country. */
interface NumberIndex {
  written: Map<string, SnapshotInboundNumber>
  meant: Map<string, Map<string, SnapshotInboundNumber>>
}

/** To understand a number takes some 20 µs, and there may be thousands: each list of them is understood once. */
const numberIndexes = new WeakMap<readonly SnapshotInboundNumber[], NumberIndex>()

function mapOf(numbers: readonly SnapshotInboundNumber[], key: (number: string) => string | undefined): Map<string, SnapshotInboundNumber> {
  const map = new Map<string, SnapshotInboundNumber>()
  for (const one of numbers) {
    const found = key(one.number)
    if (found !== undefined && !map.has(found)) map.set(found, one)
  }
  return map
}

/** The inbound number that a carrier means, however it writes it. */
export function findInboundNumber(snapshot: DirectorySnapshot, { tenantId, country }: Pick<SnapshotTrunk, 'tenantId' | 'country'>, dialled: string): SnapshotInboundNumber | undefined {
  const numbers = snapshot.inboundNumbersOf(tenantId)
  const index = numberIndexes.get(numbers) ?? { written: mapOf(numbers, (number) => number), meant: new Map<string, Map<string, SnapshotInboundNumber>>() }
  numberIndexes.set(numbers, index)
  const exact = index.written.get(dialled)
  if (exact) return exact
  const meant = index.meant.get(country) ?? mapOf(numbers, (number) => parseNumber(number, country)?.e164)
  index.meant.set(country, meant)
  // A carrier may leave the + away.
  const bare = /^[1-9][0-9]{6,14}$/.test(dialled) ? `+${dialled}` : undefined
  const asked = parseNumber(dialled, country)?.e164 ?? (bare === undefined ? undefined : parseNumber(bare, country)?.e164)
  return (asked === undefined ? undefined : meant.get(asked)) ?? (bare === undefined ? undefined : meant.get(bare))
}
