/** `--flatness`: what the registrar's part of a message costs while the number of bindings grows a thousandfold. In this process, without a wire or a database. */
import { newId } from '../../config/ids.ts'
import type { BindingRow } from '../../migrations/tables.ts'
import { createRegistrar } from '../../pbx/registrar/registrar.ts'
import type { Registrar } from '../../pbx/registrar/types.ts'
import { BOUNDS, DEVICE, directoryOf, EXTENSION, FakeDatabase, FakePhones, logger, requestOf } from '../unit/registrar/fakes.ts'
import { createEvents } from '../../pbx/events/events.ts'
import { figure, type Section } from './table.ts'

const SIZES = [100, 1_000, 10_000, 100_000]
/** Where the fake requests come from. */
const PLACE = '192.0.2.7:5062'
const ROUNDS = 5
const OPERATIONS = 4_000

interface World {
  size: number
  registrar: Registrar
  devices: (typeof DEVICE)[]
  cseq: number
  /** Microseconds of CPU each, a value a round. */
  register: number[]
  lookUp: number[]
}

function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

async function build(size: number): Promise<World> {
  const extensions = Array.from({ length: size }, (_, at) => ({ ...EXTENSION, id: newId(), number: String(10_000 + at) }))
  const devices = extensions.map((extension) => ({ ...DEVICE, id: newId(), extensionId: extension.id, sipUsername: extension.number }))
  const database = new FakeDatabase()
  // The table alone is looked at: a transaction takes everything at once.
  database.system = (purpose) => Promise.resolve((purpose === 'bindings at start' ? devices.map(rowOf) : undefined) as never)
  const registrar = await createRegistrar({
    database, directory: directoryOf(extensions, devices), sip: new FakePhones(), settings: { registrar: BOUNDS }, logger, events: createEvents(logger), clock: { now: () => Date.now() },
  })
  return { size, registrar, devices, cseq: 2, register: [], lookUp: [] }
}

/** Registered before, as a restart finds it. */
function rowOf({ id, extensionId, tenantId, sipUsername }: typeof DEVICE): Partial<BindingRow> {
  const now = new Date()
  return {
    id: newId(), tenant_id: tenantId, extension_id: extensionId, device_id: id, contact_uri: `sip:${sipUsername}@${PLACE}`, contact_key: `sip:${sipUsername}@${PLACE};`, call_id: id,
    cseq: 1, q: 1, user_agent: null, transport: 'udp', received: PLACE, registered_at: now, updated_at: now, expires_at: new Date(now.getTime() + 3_600_000),
  }
}

function register(world: World, device: typeof DEVICE): Promise<void> {
  const contact = `<sip:${device.sipUsername}@${PLACE}>`
  return world.registrar.register(requestOf('REGISTER', { cseq: `${world.cseq++} REGISTER`, 'call-id': device.id, contact, expires: '3600' }), device)
}

/** Walks through the bindings in leaps, so that no cache knows what comes. */
function devicesOf(world: World): (typeof DEVICE)[] {
  const leap = 7919
  return Array.from({ length: OPERATIONS }, (_, at) => world.devices[(at * leap) % world.size]!)
}

async function measure(world: World): Promise<void> {
  const some = devicesOf(world)
  let began = cpuMicroseconds()
  for (const device of some) await register(world, device)
  world.register.push((cpuMicroseconds() - began) / OPERATIONS)
  began = cpuMicroseconds()
  for (const device of some) if (world.registrar.contactsOf(device.extensionId).length !== 1) throw new Error('a phone is not found')
  world.lookUp.push((cpuMicroseconds() - began) / OPERATIONS)
}

export async function measureFlatness(): Promise<Section> {
  const worlds: World[] = []
  for (const size of SIZES) worlds.push(await build(size))
  try {
    // In turn, so that what others do on the machine meets all of them; the first round is V8's.
    for (let round = 0; round <= ROUNDS; round++) for (const world of worlds) await measure(world)
    return {
      title: `What the registrar's part costs, by the number of bindings (${ROUNDS} rounds of ${OPERATIONS}, in turn)`,
      figures: worlds.flatMap(({ size, register: ofRegister, lookUp }) => [
        { ...figure(`${size} bindings: REGISTER that refreshes`, 0, 'µs', 1), values: ofRegister.slice(1) },
        { ...figure(`${size} bindings: look-up of an INVITE`, 0, 'µs', 1), values: lookUp.slice(1) },
      ]),
      notes: [],
    }
  } finally {
    for (const { registrar } of worlds) await registrar.close()
  }
}
