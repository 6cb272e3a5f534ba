/** A registrar with stand-ins for its neighbours. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createRegistrar } from '../../../pbx/registrar/registrar.ts'
import type { Registrar } from '../../../pbx/registrar/types.ts'
import type { BindingRow } from '../../../migrations/tables.ts'
import { BOUNDS, DEVICE, directoryOf, EXTENSION, FakeDatabase, FakePhones, logger, OTHER, recordedEvents, requestOf } from './fakes.ts'
import type { Answer } from './fakes.ts'

export interface World {
  registrar: Registrar
  database: FakeDatabase
  phones: FakePhones
  directory: ReturnType<typeof directoryOf>
  events: ReturnType<typeof recordedEvents>
  clock: { time: number; now(): number }
  register(headers: Record<string, string>, device?: typeof DEVICE, options?: Parameters<typeof requestOf>[2]): Promise<Answer>
  /** The registrar's own timer comes round. */
  pass(seconds: number): Promise<void>
}

export async function setUp(t: TestContext, settings: Partial<typeof BOUNDS> = {}, rows: Partial<BindingRow>[] = [], { edges, keepsCalls = false }: { edges: readonly string[] | undefined; keepsCalls?: boolean } = { edges: ['192.0.2.8'] }): Promise<World> {
  const database = new FakeDatabase()
  // A transaction that takes everything; what is written is the store test's affair.
  database.work = async () => rows
  const { system } = database
  database.system = (purpose, work) => (purpose === 'bindings' ? Promise.resolve(undefined as never) : system.call(database, purpose, work as never) as never)
  const phones = Object.assign(new FakePhones(), { keepsCalls })
  const directory = directoryOf([EXTENSION], [DEVICE, OTHER])
  const events = recordedEvents()
  const clock = { time: 1_000_000_000, now: () => clock.time }
  t.mock.timers.enable({ apis: ['setInterval'] })
  const registrar = await createRegistrar({ database, directory, sip: phones, settings: { registrar: { ...BOUNDS, ...settings } }, edges, logger, events, clock })
  t.after(() => registrar.close())
  let cseq = 0
  return {
    registrar, database, phones, directory, events, clock,
    async register(headers, device = DEVICE, options = {}) {
      const request = requestOf('REGISTER', { cseq: `${++cseq} REGISTER`, 'call-id': device.id, ...headers }, options)
      await registrar.register(request, device)
      assert.equal(request.answers.length, 1)
      return request.answers[0] as Answer
    },
    async pass(seconds) {
      for (let tick = 0; tick < seconds * 4; tick++) {
        clock.time += 250
        t.mock.timers.tick(250)
        await new Promise(setImmediate)
      }
    },
  }
}

export const contactsIn = (answer: Answer): string => String(answer.options.headers?.['Contact'] ?? '')
