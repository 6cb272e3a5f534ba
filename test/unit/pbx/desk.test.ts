/** Shared phones: what each may call while nobody sits there, when a login ends, and that it ends by itself. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { NOWHERE } from '../../../pbx/directory/snapshot.ts'
import type { Directory, DirectorySnapshot, SnapshotDesk } from '../../../pbx/directory/types.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { nextTimeOfDay } from '../../../pbx/routing/schedule.ts'
import { openSharedPhones } from '../../../pbx/shared-phones.ts'
import { nothing } from './nothing-else.ts'

const extension = (id: string, number: string) => ({ id, number, name: number, tenantId: 't', enabled: true, ringSeconds: null, callLimit: null, outsideCalls: 'international', forwardAlways: null, forwardBusy: null, forwardNoAnswer: null, forwardUnreachable: null, doNotDisturb: false, vipNumbers: [], blockedCallers: [], followMe: false, followMeOwnPhones: true, followMeTo: [], speedDials: [], voicemail: true })
const all = [extension('home', '190'), extension('anna', '101'), extension('ben', '102')]
const desk = (calls: 'help' | 'internal', login = false): { desk: SnapshotDesk; extensionId: string; name: string; id: string } => ({ id: 'd', name: 'Desk 4', extensionId: login ? 'anna' : 'home', desk: { calls, hours: null, at: null, homeId: 'home', login: login ? { since: 0, until: null } : null } })
const withDesk = (device: ReturnType<typeof desk>): DirectorySnapshot => ({
  ...nothing, device: (id: string) => (id === 'd' ? device : undefined), extension: (id: string) => all.find((one) => one.id === id), extensionByNumber: (_: string, number: string) => all.find((one) => one.number === number),
  emergencyOf: () => NOWHERE,
  trunksOf: () => [{ id: 'a', name: 'A', enabled: true, emergency: true, country: 'US' }], trunk: () => ({ id: 'a', name: 'A', enabled: true, country: 'US' }),
  outboundRoutesOf: () => [{ id: 'r', name: 'Out', enabled: true, pattern: '9.', strip: 1, prepend: '', trunkIds: ['a'], callerId: null, callers: [], scheduleId: null, pinSetId: null, cheapestFirst: false, position: 1 }],
}) as unknown as DirectorySnapshot

suite('a shared phone', () => {
  const table: [dialled: string, empty: string, inside: string, taken: string][] = [
    ['102', 'announcement', 'extension', 'extension'],
    ['912025550123', 'announcement', 'announcement', 'outside'],
    ['*67102', 'announcement', 'extension', 'extension'],
    ['*67912025550123', 'announcement', 'announcement', 'outside'],
    ['*72102', 'announcement', 'announcement', 'feature'],
    ['*97', 'announcement', 'announcement', 'voicemail'],
    ['*99102', 'announcement', 'announcement', 'voicemail'],
    ['*11', 'desk', 'desk', 'desk'],
    ['*11101', 'desk', 'desk', 'desk'],
    ['*12', 'desk', 'desk', 'desk'],
    ['*9196', 'test-number', 'test-number', 'test-number'],
    ['*60', 'clock', 'clock', 'clock'],
    ['933', 'location-test', 'location-test', 'location-test'],
    ['911', 'outside', 'outside', 'outside'],
    ['9911', 'outside', 'outside', 'outside'],
    ['7777', 'announcement', 'announcement', 'announcement'],
  ]
  for (const [dialled, empty, inside, taken] of table) {
    test(`${dialled} while it is empty, may call inside, or is taken`, () => {
      const kind = (device: ReturnType<typeof desk>): string | undefined => decide({ tenantId: 't', caller: { extensionId: device.extensionId, deviceId: 'd', number: '190', name: null }, dialled }, withDesk(device), { ringSeconds: 30, at: 0 }).steps[0]?.kind
      assert.deepEqual([kind(desk('help')), kind(desk('internal')), kind(desk('internal', true))], [empty, inside, taken])
    })
  }

  test('whoever sits at no shared phone, or is sent on by one who sits elsewhere, is not asked', () => {
    const kind = (deviceId: string, by?: string): string | undefined => decide({ tenantId: 't', caller: { extensionId: 'ben', deviceId, number: '102', name: null }, dialled: '912025550123', ...(by !== undefined && { onBehalfOf: { extensionId: 'ben', number: '102', deviceId: by } }) }, withDesk(desk('internal')), { ringSeconds: 30, at: 0 }).steps[0]?.kind
    assert.deepEqual([kind('other'), kind('d'), kind('other', 'd'), kind('d', 'other')], ['outside', 'announcement', 'announcement', 'outside'])
  })
})

test('the next time of day, by the clock on the wall', () => {
  const cases: [now: string, time: string, zone: string, next: string][] = [
    ['2026-11-27T12:00:10Z', '18:30', 'UTC', '2026-11-27T18:30:00.000Z'],
    ['2026-11-27T18:30:00Z', '18:30', 'UTC', '2026-11-28T18:30:00.000Z'],
    ['2026-11-27T23:00:00Z', '00:15', 'Europe/Berlin', '2026-11-27T23:15:00.000Z'],
    // Summer ends and begins in between.
    ['2026-10-24T20:00:00Z', '18:30', 'Europe/Berlin', '2026-10-25T17:30:00.000Z'],
    ['2026-03-28T20:00:00Z', '18:30', 'Europe/Berlin', '2026-03-29T16:30:00.000Z'],
  ]
  for (const [now, time, zone, next] of cases) assert.equal(new Date(nextTimeOfDay(time, Date.parse(now), zone)).toISOString(), next, `${time} in ${zone} after ${now}`)
})

test('a login ends by itself, at the first of its ends, and is told once', async (t) => {
  let now = Date.parse('2026-11-27T12:00:00Z')
  const until: (Date | null)[] = []
  const told: string[] = []
  const ended = Promise.withResolvers<void>()
  let device = { ...desk('help'), desk: { ...desk('help').desk, hours: 8, at: '18:30' } }
  const directory = {
    snapshot: () => ({ ...withDesk(device), tenants: () => [{ id: 't' }], tenant: () => ({ timeZone: 'UTC' }), extensionsOf: () => all, devicesOf: (id: string) => (id === device.extensionId ? [device] : []) }),
    sharedPhones: {
      logIn: async (_actor: unknown, _device: string, _extension: string, end: Date | null) => {
        until.push(end)
        device = { ...device, extensionId: 'anna', desk: { ...device.desk, login: { since: now, until: end?.getTime() ?? null } } }
        return []
      },
      logOut: async (_actor: unknown, _device: string, _why: string, due: Date) => {
        assert.ok(due.getTime() >= until[0]!.getTime())
        device = { ...device, extensionId: 'home', desk: { ...device.desk, login: null } }
        return [{ deviceId: 'd', name: 'Desk 4', extensionId: 'anna', number: '101' }]
      },
    },
  } as unknown as Directory
  const events = { emit: (_type: string, _tenant: string, { change }: { change: string }) => { told.push(change); if (change === 'logged-out') ended.resolve() } } as unknown as Parameters<typeof openSharedPhones>[0]['events']
  const phones = openSharedPhones({ directory, registrar: { contactsOf: () => [] }, events, clock: { now: () => now }, logger: createLogger('silent'), lookMs: 5 })
  t.after(() => phones.close())
  const actor = { kind: 'service', tenantId: 't', id: 'test', name: 'test', permissions: new Set<string>() } as const
  assert.equal(await phones.desks.logIn(actor, 'd', 'anna'), Date.parse('2026-11-27T18:30:00Z'))
  assert.equal(phones.door.list(actor)[0]?.login?.number, '101')
  now = Date.parse('2026-11-27T18:30:00Z')
  await ended.promise
  assert.deepEqual(told, ['logged-in', 'logged-out'])
  assert.equal(phones.door.list(actor)[0]?.login, null)
})
