/** PINs that outbound routes ask for. They go in and never come out: what is kept of them is a slow hash, sealed. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import { newId } from '../../config/ids.ts'
import { toJsonb } from '../../config/database/json.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { PinSetRow } from '../../migrations/tables.ts'
import type { PinSet, PinSetInput, PinSets } from '../door.ts'
import { around } from './columns.ts'
import { outdated } from './input.ts'
import { createNumberedRepository } from './numbered.ts'
import type { SnapshotPinSet } from './types.ts'
import type { DirectoryWorld } from './world.ts'

const PURPOSE = 'outbound-pins'
const MOST_PINS = 200
const derive = promisify<string, Buffer, number, Buffer>(scrypt)
/** One salt for a set: whoever calls enters one PIN, and it is hashed once however many there are. */
const hashOf = (pin: string, salt: Buffer): Promise<Buffer> => derive(pin, salt, 32)

type Hashed = SnapshotPinSet['pins'][number]
interface Stored {
  name?: string
  hashed?: { salt: Buffer; pins: readonly Hashed[] }
}

/** Why a PIN cannot be taken; undefined when it can. */
export function weakPin(pin: string): string | undefined {
  if (!/^[0-9]{4,12}$/.test(pin)) return 'A PIN has 4 to 12 digits and nothing else.'
  const digits = [...pin].map(Number)
  const steps = new Set(digits.slice(1).map((digit, at) => digit - (digits[at] ?? 0)))
  if (steps.size === 1 && [0, 1, -1].some((step) => steps.has(step))) return 'A row of digits, such as 1234 or 0000, is among the first that are tried.'
  if (pin.length % 2 === 0 && pin === pin.slice(0, 2).repeat(pin.length / 2)) return 'The same digits again and again, such as 1212, are among the first that are tried.'
  return pin === '2580' || pin === '0852' ? 'A column of the keypad is among the first that are tried.' : undefined
}

export function createPinSetRepository(world: DirectoryWorld): PinSets {
  const kept = createNumberedRepository<PinSetRow, Stored, PinSet>(world, {
    table: 'pin_sets', subject: 'pin-set', name: 'PIN set', order: 'lower(name)',
    check: (input) => input,
    toRow: ({ tenantId }, { name, hashed }) => ({
      ...(name !== undefined && { name }),
      ...(hashed && { pins: toJsonb(hashed.pins.map(({ id, label }) => ({ id, label }))), hashes_sealed: seal(world.secrets, tenantId, hashed) }),
    }),
    show: (_trx, row) => ({ name: row.name, pins: row.pins, ...around(row) }),
    forAudit: ({ name, pins }) => ({ name, pins: pins.map(({ label }) => label) }),
  })
  return {
    ...kept,
    async create(actor, input) {
      const { name, pins = [] } = checkPinSet(input, [])
      return kept.create(actor, { name: name ?? '', hashed: await hash(pins, randomBytes(16), []) })
    },
    async update(actor, id, { name, pins }, version) {
      if (pins === undefined) return kept.update(actor, id, checkPinSet({ ...(name !== undefined && { name }) }, []), version)
      const row = await world.database.read(actor, (trx) => trx<PinSetRow>('pin_sets').where({ id }).first()) as PinSetRow | undefined
      // What is not there is said by whoever looks for it to change it.
      if (!row) return kept.update(actor, id, {}, version)
      if (version !== undefined && version !== row.version) throw outdated()
      const before = readable(world.secrets, row)
      const checked = checkPinSet({ ...(name !== undefined && { name }), pins }, before.pins)
      return kept.update(actor, id, { ...(checked.name !== undefined && { name: checked.name }), hashed: await hash(checked.pins ?? [], before.salt, before.pins) }, row.version)
    },
  }
}

/** As the call path sees it. @throws Error when the hashes do not open */
export function openPinSet(secrets: Secrets, row: PinSetRow): SnapshotPinSet {
  const { salt, hashes } = JSON.parse(secrets.open(PURPOSE, row.tenant_id, row.hashes_sealed)) as { salt: string; hashes: Record<string, string> }
  return {
    id: row.id, tenantId: row.tenant_id, name: row.name, salt: Buffer.from(salt, 'base64'),
    pins: row.pins.map(({ id, label }) => ({ id, label, hash: Buffer.from(hashes[id] ?? '', 'base64') })),
  }
}

/** Without its PINs where they cannot be read: they are then set anew. */
function readable(secrets: Secrets, row: PinSetRow): Pick<SnapshotPinSet, 'salt' | 'pins'> {
  try {
    return openPinSet(secrets, row)
  } catch {
    return { salt: randomBytes(16), pins: [] }
  }
}

/** Whose PIN it is, as the label; undefined: nobody's. */
export async function labelOfPin({ salt, pins }: SnapshotPinSet, pin: string): Promise<string | undefined> {
  if (!/^[0-9]{4,12}$/.test(pin)) return undefined
  const hash = await hashOf(pin, salt)
  return pins.find((one) => one.hash.length === hash.length && timingSafeEqual(one.hash, hash))?.label
}

function seal(secrets: Secrets, tenantId: string, { salt, pins }: NonNullable<Stored['hashed']>): Buffer {
  return secrets.seal(PURPOSE, tenantId, JSON.stringify({ salt: salt.toString('base64'), hashes: Object.fromEntries(pins.map(({ id, hash: kept }) => [id, kept.toString('base64')])) }))
}

type Pins = NonNullable<PinSetInput['pins']>

/** @throws Refusal `unprocessable` for a PIN that two have */
async function hash(pins: Pins, salt: Buffer, before: readonly Hashed[]): Promise<NonNullable<Stored['hashed']>> {
  const known = new Map(before.map((one) => [one.id, one]))
  const hashed: Hashed[] = []
  for (const { id, label, pin } of pins) hashed.push({ id: id ?? newId(), label, hash: pin === undefined ? (known.get(id ?? '')?.hash ?? Buffer.alloc(0)) : await hashOf(pin, salt) })
  refuseWrong(hashed.flatMap(({ hash: one, label }, at) => (hashed.some((other, place) => place < at && other.hash.equals(one)) ? [{ field: 'pins', message: `${label}: somebody else has this PIN already. Choose another one.` }] : [])))
  return { salt, pins: hashed }
}

/** @throws Refusal `unprocessable` that names every wrong field */
function checkPinSet<T extends Partial<PinSetInput>>(input: T, before: readonly Hashed[]): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  const isName = (text: string): boolean => text !== '' && text.length <= 100 && !/[\p{Cc}\p{Cs}]/u.test(text)
  if (checked.name !== undefined) {
    checked.name = checked.name.trim()
    if (!isName(checked.name)) details.push({ field: 'name', message: 'A name of up to 100 characters is needed.' })
  }
  if (checked.pins !== undefined) {
    checked.pins = checked.pins.map((one) => ({ ...one, label: one.label.trim() }))
    if (checked.pins.length > MOST_PINS) details.push({ field: 'pins', message: `A set has at most ${MOST_PINS} PINs.` })
    checked.pins.forEach(({ id, label, pin }, at, all) => details.push(...wrongPin({ id, label, pin, twice: all.findIndex((other) => other.label.toLowerCase() === label.toLowerCase()) < at, named: isName(label) }, before)))
  }
  refuseWrong(details)
  return checked
}

function wrongPin({ id, label, pin, twice, named }: { id: string | undefined; label: string; pin: string | undefined; twice: boolean; named: boolean }, before: readonly Hashed[]): RefusalDetail[] {
  if (!named) return [{ field: 'pins', message: 'Say of each PIN whose it is, in up to 100 characters.' }]
  if (twice) return [{ field: 'pins', message: `${label} is there twice. Give each PIN a label of its own, so that history tells them apart.` }]
  if (id !== undefined && !before.some((one) => one.id === id)) return [{ field: 'pins', message: `${label}: the PIN that is to be kept is not in the set any more. Enter it anew.` }]
  if (pin === undefined) return id === undefined ? [{ field: 'pins', message: `${label}: enter a PIN.` }] : []
  const weak = weakPin(pin)
  return weak === undefined ? [] : [{ field: 'pins', message: `${label}: ${weak} Choose another PIN.` }]
}
