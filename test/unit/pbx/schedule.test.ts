/** Opening hours by the clock of the company: a table over weekdays, nights, a change of daylight saving time and holidays. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DirectorySnapshot, SnapshotAttendant, SnapshotExtension, SnapshotSchedule } from '../../../pbx/directory/types.ts'
import { plainHandling } from '../../../pbx/directory/handling.ts'
import { checkAttendant, checkSchedule } from '../../../pbx/directory/input-places.ts'
import { decide } from '../../../pbx/routing/decide.ts'
import { circleOf, deadEnd, forwardedTo } from '../../../pbx/routing/handling.ts'
import { stateAt } from '../../../pbx/routing/schedule.ts'
import { nothing } from './nothing-else.ts'

const WEEK = [1, 2, 3, 4, 5]
const office = (over: Partial<SnapshotSchedule> = {}): SnapshotSchedule => ({
  id: 'id-500', tenantId: 't', number: '500', name: 'Office', timeZone: null, hours: [{ days: WEEK, from: '09:00', to: '17:30' }], holidays: [], open: '101', closed: '102', holiday: null,
  override: 'automatic', byPhone: true, enabled: true, ...over,
})
const is = (schedule: SnapshotSchedule, at: string, zone = 'America/New_York') => stateAt(schedule, Date.parse(at), zone).is

test('the clock on the wall of the company counts, over both changes of daylight saving time', () => {
  const table: [at: string, is: string][] = [
    ['2026-11-26T13:59:59Z', 'closed'], ['2026-11-26T14:00:00Z', 'open'], ['2026-11-26T22:29:59Z', 'open'], ['2026-11-26T22:30:00Z', 'closed'],
    // Saturday and Sunday.
    ['2026-11-28T15:00:00Z', 'closed'], ['2026-11-29T15:00:00Z', 'closed'],
    // New York: 8 March 2026 sets the clock forward, 1 November back. Friday before and Monday after.
    ['2026-03-06T13:30:00Z', 'closed'], ['2026-03-06T14:00:00Z', 'open'], ['2026-03-09T13:00:00Z', 'open'], ['2026-03-09T12:59:00Z', 'closed'],
    ['2026-10-30T13:00:00Z', 'open'], ['2026-11-02T13:00:00Z', 'closed'], ['2026-11-02T14:00:00Z', 'open'],
  ]
  for (const [at, expected] of table) assert.equal(is(office(), at), expected, at)
  assert.equal(is(office({ timeZone: 'Asia/Tokyo' }), '2026-11-26T00:30:00Z'), 'open', 'its own time zone')
})

test('a night belongs to the day it began on, and an hour that comes twice is open twice', () => {
  const bar = office({ hours: [{ days: [6], from: '20:00', to: '03:00' }] })
  // Saturday 31 October 2026 to Sunday 1 November in New York; 01:30 comes twice.
  const table: [at: string, is: string][] = [
    ['2026-10-31T23:59:00Z', 'closed'], ['2026-11-01T00:00:00Z', 'open'], ['2026-11-01T05:30:00Z', 'open'], ['2026-11-01T06:30:00Z', 'open'], ['2026-11-01T07:59:00Z', 'open'], ['2026-11-01T08:00:00Z', 'closed'],
    ['2026-10-31T05:30:00Z', 'closed'],
  ]
  for (const [at, expected] of table) assert.equal(is(bar, at), expected, at)
  const whole = office({ hours: [{ days: [7], from: '00:00', to: '24:00' }] })
  assert.deepEqual(['2026-11-29T04:59:00Z', '2026-11-29T05:00:00Z', '2026-11-30T04:59:00Z', '2026-11-30T05:00:00Z'].map((at) => is(whole, at)), ['closed', 'open', 'open', 'closed'])
})

test('holidays come before hours, yearly ones every year and over its end; a hand before both', () => {
  const feast = office({ holidays: [{ name: 'Thanksgiving', from: '2026-11-26', to: '2026-11-27', yearly: false }, { name: 'Over the years', from: '2020-12-24', to: '2021-01-01', yearly: true }] })
  const table: [at: string, is: string][] = [
    ['2026-11-26T04:59:00Z', 'closed'], ['2026-11-26T05:00:00Z', 'holiday'], ['2026-11-27T15:00:00Z', 'holiday'], ['2027-11-26T15:00:00Z', 'open'],
    ['2026-12-24T15:00:00Z', 'holiday'], ['2031-12-31T15:00:00Z', 'holiday'], ['2032-01-01T15:00:00Z', 'holiday'], ['2032-01-02T15:00:00Z', 'open'],
  ]
  for (const [at, expected] of table) assert.equal(is(feast, at), expected, at)
  assert.match(stateAt(feast, Date.parse('2026-11-26T15:00:00Z'), 'America/New_York').why, /it is Thanksgiving/)
  assert.equal(is({ ...feast, override: 'open' }, '2026-11-26T15:00:00Z'), 'open')
  assert.equal(is({ ...feast, override: 'closed' }, '2027-11-26T15:00:00Z'), 'closed')
})

const extension = (number: string, over: Partial<SnapshotExtension> = {}): SnapshotExtension => ({
  id: `id-${number}`, tenantId: 't', number, name: `Name ${number}`, ringSeconds: null, maxContacts: 10, contactsFull: null, enabled: true, recording: 'on-demand', encryption: null, ...plainHandling, ...over,
})
const menu: SnapshotAttendant = {
  id: 'id-600', tenantId: 't', number: '600', name: 'Front door', greeting: 'Welcome.', recordingSeconds: null, keys: { 1: '101', 2: '500', 9: '600' }, directDial: false, waitSeconds: 5, rounds: 3, noInput: '*99102', enabled: true,
}
function world(schedules: SnapshotSchedule[], attendants: SnapshotAttendant[] = [menu], extensions = [extension('101'), extension('102', { voicemail: true }), extension('103', { forwardAlways: '501' })]): DirectorySnapshot {
  const by = <T extends { number: string }>(list: T[]) => (_: string, number: string) => list.find((one) => one.number === number)
  const of = <T extends { id: string }>(list: T[]) => (id: string) => list.find((one) => one.id === id)
  return {
    ...nothing, extension: of(extensions), extensionsOf: () => extensions, extensionByNumber: by(extensions), schedule: of(schedules), schedulesOf: () => schedules, scheduleByNumber: by(schedules),
    attendant: of(attendants), attendantsOf: () => attendants, attendantByNumber: by(attendants), tenant: () => ({ timeZone: 'America/New_York' }),
  } as unknown as DirectorySnapshot
}
const ask = (snapshot: DirectorySnapshot, dialled: string, at: string) => decide({ tenantId: 't', caller: { extensionId: '', deviceId: '', number: '555', name: null }, dialled }, snapshot, { ringSeconds: 30, at: Date.parse(at) })

test('a call goes where its time says, with the reason as a step of its own', () => {
  const snapshot = world([office({ closed: '600', holiday: '*99102', holidays: [{ name: 'Christmas', from: '2026-12-25', to: '2026-12-25', yearly: true }] })])
  const [open, rings] = ask(snapshot, '500', '2026-11-26T15:00:00Z').steps
  assert.equal(open?.kind, 'schedule')
  assert.match(open?.reason ?? '', /500 \(Office\) is open: it is Thursday 10:00 in America\/New_York, within 09:00 to 17:30, so calls go to 101/)
  assert.equal(rings?.kind === 'extension' && rings.extensionId, 'id-101')
  assert.deepEqual(rings?.kind === 'extension' && rings.diverted, [], 'nobody forwarded anything')
  const [, greets] = ask(snapshot, '500', '2026-11-26T23:00:00Z').steps
  assert.deepEqual(greets?.kind === 'attendant' && [greets.keys.length, greets.noInput], [3, '*99102'])
  assert.equal(ask(snapshot, '500', '2026-12-25T15:00:00Z').steps[1]?.kind, 'voicemail')
  const off = world([office({ enabled: false })])
  assert.equal(ask(off, '500', '2026-11-26T15:00:00Z').steps[0]?.kind, 'refuse')
})

test('circles and dead ends are found whatever the clock says now, and what is in use is known', () => {
  const snapshot = world([office({ closed: '501' }), office({ id: 'id-501', number: '501', name: 'Night', closed: '103' })])
  assert.equal(circleOf(snapshot, 't', '501', ['500', '103']), 'Calls would go in a circle: 501 to 500 to 501.')
  assert.equal(circleOf(snapshot, 't', '103', ['501']), 'Calls would go in a circle: 103 to 501 to 103.')
  assert.equal(circleOf(snapshot, 't', '502', ['101', '600']), undefined)
  const menus = world([], [menu, { ...menu, id: 'id-601', number: '601', noInput: '602' }, { ...menu, id: 'id-602', number: '602', keys: { 1: '601' }, noInput: '101' }])
  assert.equal(circleOf(menus, 't', '602', ['601']), 'Calls would go in a circle: 602 to 601 to 602.', 'who does nothing at two menus would hear them for ever')
  assert.equal(circleOf(menus, 't', '601', ['602']), undefined, 'a caller chooses by a key')
  const [night] = ask(snapshot, '501', '2026-11-29T15:00:00Z').steps.filter(({ kind }) => kind === 'refuse')
  assert.match(night?.reason ?? '', /circle: 501 to 103 to 501/)
  assert.match(deadEnd(snapshot, 't', '777') ?? '', /leads nowhere/)
  assert.match(deadEnd(snapshot, 't', '911') ?? '', /emergency services/)
  assert.equal(deadEnd(snapshot, 't', '500'), undefined)
  assert.equal(deadEnd(snapshot, 't', '*99102'), undefined, 'a mailbox')
  for (const code of ['*67102', '*8', '**102', '*97', '*72102']) assert.match(deadEnd(snapshot, 't', code) ?? '', /is a feature code/, code)
  const trunk = { id: 'a', tenantId: 't', name: 'Carrier', country: 'US', format: 'plus', callerId: null, enabled: true, emergency: true }
  const route = { id: 'r', tenantId: 't', name: 'Out', pattern: '8.', strip: 1, prepend: '', trunkIds: ['a'], callerId: null, callers: [], scheduleId: null, enabled: true }
  const withLines = { ...snapshot, trunk: () => trunk, trunksOf: () => [trunk], outboundRoutesOf: () => [route] } as unknown as DirectorySnapshot
  for (const target of ['8911', '*67911', '*678911']) assert.match(deadEnd(withLines, 't', target) ?? '', /emergency services/, target)
  assert.deepEqual(forwardedTo(snapshot, 't', '102').map(({ number }) => number), ['600'], 'by its mailbox')
  assert.deepEqual(forwardedTo(snapshot, 't', '500').map(({ number }) => number), ['600'])
})

test('what people enter is checked, and every fault named', () => {
  const wrong = (input: object, field: string) => assert.throws(() => checkSchedule(input), (error: { details: { field: string }[] }) => error.details.some((one) => one.field === field), `${field}: ${JSON.stringify(input)}`)
  for (const hours of [{ days: [], from: '09:00', to: '17:00' }, { days: [8], from: '09:00', to: '17:00' }, { days: [1], from: '9:00', to: '17:00' }, { days: [1], from: '24:00', to: '25:00' }, { days: [1], from: '09:00', to: '09:00' }]) wrong({ hours: [hours] }, 'hours')
  for (const holiday of [{ name: '', from: '2026-01-01', to: '2026-01-01', yearly: false }, { name: 'x', from: '2026-02-30', to: '2026-03-01', yearly: false }, { name: 'x', from: '2026-02-02', to: '2026-02-01', yearly: false }]) wrong({ holidays: [holiday] }, 'holidays')
  wrong({ timeZone: 'Mars/Olympus' }, 'timeZone')
  assert.deepEqual(checkSchedule({ hours: [{ days: [5, 1, 1], from: '22:00', to: '06:00' }] }).hours, [{ days: [1, 5], from: '22:00', to: '06:00' }])
  assert.throws(() => checkAttendant({ keys: { a: '101' } }), /A key is one of/)
  assert.throws(() => checkAttendant({ greeting: '  ' }), /A greeting has/)
})
