/** Tests of places: when they are due, by whom they are done, who is told. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, suite, test } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { createEvents } from '../../../pbx/events/events.ts'
import { isDue, isOverdue } from '../../../pbx/help/due.ts'
import { startPlaceTests, type PlaceTest, type PlaceTested } from '../../../pbx/help/place-tests.ts'
import { NOWHERE } from '../../../pbx/directory/snapshot.ts'
import type { NewMail } from '../../../pbx/mail/queue.ts'
import { testPlace } from '../../../pbx/steps/place-test.ts'
import { startPostgres, type Ground } from '../directory/postgres.ts'
import { nothing as emptyHouse } from './nothing-else.ts'

const DAY = 86_400_000
const NIGHT = Date.parse('2026-03-02T03:10:00Z')
const NOON = Date.parse('2026-03-02T12:00:00Z')
const nothing = { asked_at: null, asked_for: null }
const standing = (testedAt: number | null) => ({ locationId: 'a', since: NIGHT - 100 * DAY, testedAt, passed: null, message: null, passedAt: testedAt })

test('due: within the hours of the schedule, once a round; when asked for at once', () => {
  const settings = { testDays: 7, testHour: 2 }
  const due = (testedAt: number | null, now: number, zone = 'UTC', audit: Parameters<typeof isDue>[2] = nothing, with_ = settings as Parameters<typeof isDue>[1]) => isDue(standing(testedAt), with_, audit, now, zone)
  assert.equal(due(null, NIGHT), 'schedule')
  assert.equal(due(null, NOON), undefined)
  assert.equal(due(null, NOON, 'Pacific/Honolulu'), 'schedule', '2 o’clock there')
  assert.equal(due(NIGHT - 7 * DAY, NIGHT), 'schedule')
  assert.equal(due(NIGHT - 7 * DAY + 3_600_000, NIGHT), 'schedule', 'the round before began an hour later')
  assert.equal(due(NIGHT - 6 * DAY, NIGHT), undefined)
  assert.equal(due(null, NIGHT, 'UTC', nothing, { testDays: null, testHour: 2 }), undefined)
  assert.equal(due(null, Date.parse('2026-03-02T01:00:00Z'), 'UTC', nothing, { testDays: 1, testHour: 23 }), 'schedule', 'past midnight')
  const asked = (at: number, whom: string[] | null = null) => ({ asked_at: new Date(at), asked_for: whom })
  assert.equal(due(NOON - 60_000, NOON, 'UTC', asked(NOON - 1_000)), 'asked')
  assert.equal(due(NOON - 500, NOON, 'UTC', asked(NOON - 1_000)), undefined)
  assert.equal(due(NOON - 60_000, NOON, 'UTC', asked(NOON - 1_000, ['b'])), undefined)
})

test('overdue: two days later than the schedule wants, counted from the last good test or from when the place came', () => {
  assert.equal(isOverdue({ since: 0, passedAt: NIGHT - 8 * DAY }, { testDays: 7 }, NIGHT), false)
  assert.equal(isOverdue({ since: 0, passedAt: NIGHT - 9 * DAY - 1 }, { testDays: 7 }, NIGHT), true)
  assert.equal(isOverdue({ since: NIGHT - DAY, passedAt: null }, { testDays: 7 }, NIGHT), false)
  assert.equal(isOverdue({ since: NIGHT - 10 * DAY, passedAt: null }, { testDays: 7 }, NIGHT), true)
  assert.equal(isOverdue({ since: 0, passedAt: null }, { testDays: null }, NIGHT), false)
})

test('a call for help while the sound of a test is made ready: the test sends nothing', async () => {
  const help = new AbortController()
  let sent = 0
  let closed = 0
  const trunk = { id: 'a', name: 'Carrier', enabled: true, emergency: true, callerId: '+12025550100', sendLocation: false, maxCalls: null, codecs: [], dtmf: 'auto', packetMs: null }
  const invite = () => {
    sent += 1
    return { onAnswer: () => undefined, onFailure: (tell: (failure: object) => void) => setImmediate(tell, { kind: 'refused', status: 486, reason: 'Busy Here' }), cancel: () => undefined }
  }
  const world = {
    directory: { snapshot: () => ({ ...emptyHouse, trunksOf: () => [trunk], trunk: () => trunk, emergencyOf: () => NOWHERE }) },
    registry: { all: () => [] }, sip: { invite },
    trunks: { turn: () => 0, isDoubtful: () => false, line: () => ({ uri: 'sip:933@127.0.0.1', address: '127.0.0.1', domain: '127.0.0.1', from: { number: '+12025550100', name: undefined }, headers: {} }) },
    media: { createEndpoint: async () => {
      await Promise.resolve()
      help.abort()
      return { localSdp: '', on: () => () => undefined, close: async () => void (closed += 1) }
    } },
  } as unknown as Parameters<typeof testPlace>[0]
  const located = { callbackNumber: '+12025550100', locationId: null, problems: [] } as unknown as PlaceTest['located']
  assert.deepEqual(await testPlace(world, { tenantId: 't', number: '933', located, signal: help.signal } as PlaceTest), { kind: 'later', why: 'somebody calls for help' })
  assert.deepEqual([sent, closed], [0, 1])
})

suite('places are tested', () => {
  let ground: Ground
  const logger = createLogger('silent')
  const site = { id: randomUUID(), name: 'HQ', country: 'US', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12', callbackNumber: '+12025550100', callbackPool: [] }
  const places = ['One', 'Two', 'Three'].map((name) => ({ id: randomUUID(), siteId: site.id, name, floor: '', room: '', details: '', callbackNumber: null }))
  let settings = { ...NOWHERE.settings, mailTo: ['safety@example.com'], testDays: null as number | null, testHour: 2, testNumber: '933' as string | null }
  before(async () => {
    ground = await startPostgres()
    const tenant_id = ground.actor.tenantId
    await ground.database.system('test', async (trx) => {
      await trx('emergency_sites').insert({ id: site.id, tenant_id, name: site.name })
      for (const { id, name } of places) await trx('emergency_locations').insert({ id, tenant_id, site_id: site.id, name, created_at: new Date(NIGHT - 100 * DAY) })
    })
  })
  after(() => ground?.close())
  beforeEach(() => ground.database.system('test', async (trx) => {
    await trx('location_tests').delete()
    await trx('location_audits').delete()
    settings = { ...settings, testDays: null }
  }))

  const ask = (at = new Date()) => ground.database.system('test', (trx) => trx('location_audits').insert({ tenant_id: ground.actor.tenantId, asked_at: at, asked_by: 'Ada' }).onConflict('tenant_id').merge())
  const good: PlaceTested = { kind: 'tested', passed: true, trunk: 'Carrier', status: 200, place: 'sent', callbackNumber: '+12025550100', message: 'Heard.' }
  const rows = () => ground.database.system('test', (trx) => trx('location_tests').orderBy('tested_at')) as Promise<{ location_id: string; passed: boolean; asked_by: string | null; message: string; address: string }[]>
  /** A process that tests; `posted` are its mails, `told` its events. */
  const open = (testing: (what: PlaceTest) => PlaceTested | Promise<PlaceTested>, now: () => number = Date.now) => {
    const posted: NewMail[] = []
    const told: string[] = []
    const events = createEvents(logger)
    const quiet = Promise.withResolvers<void>()
    events.subscribe(({ type }) => void told.push(type))
    const snapshot = { tenants: () => [{ id: ground.actor.tenantId }], tenant: () => ({ timeZone: 'UTC' }), emergencyOf: () => ({ ...NOWHERE, sites: [site], locations: places, settings }) }
    let tests = 0
    const running = startPlaceTests({
      database: ground.database, logger, events, now, timing: { idle: 40, paced: 5, asked: 5 }, directory: { snapshot: () => snapshot } as never,
      mail: { post: async (_trx, mail) => void posted.push(mail) },
      test: async (what) => { tests += 1; return testing(what) },
    })
    return { running, posted, told, events, quiet, count: () => tests }
  }
  const until = async (done: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  test('all that were asked for, once each, by one of two processes; who failed is told once, by one mail', async () => {
    await ask()
    let atOnce = 0
    let most = 0
    const slow = async ({ located, number }: PlaceTest): Promise<PlaceTested> => {
      assert.equal(number, '933')
      atOnce += 1
      most = Math.max(most, atOnce)
      await new Promise((resolve) => setTimeout(resolve, 30))
      atOnce -= 1
      return located.name === 'Two' ? { ...good, passed: false, status: 424, place: 'refused', message: 'The place was not taken.' } : good
    }
    const [one, two] = [open(slow), open(slow)]
    one.running.wake()
    two.running.wake()
    await until(async () => (await rows()).length >= 3 && one.posted.length + two.posted.length > 0)
    // Both look again meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 200))
    await one.running.close()
    await two.running.close()
    assert.equal(most, 1, 'never two at once')
    assert.equal(one.count() + two.count(), 3)
    assert.deepEqual([one.count(), two.count()].toSorted(), [0, 3], 'one process has done them all')
    const kept = await rows()
    assert.deepEqual(kept.map(({ location_id }) => location_id).toSorted(), places.map(({ id }) => id).toSorted())
    assert.ok(kept.every(({ asked_by }) => asked_by === 'Ada'))
    assert.match(kept[0]?.address ?? '', /^12 Main Street, Springfield, IL 62701, US/)
    const posted = [...one.posted, ...two.posted]
    assert.deepEqual(posted.map(({ kind, recipients, urgent, title }) => [kind, recipients, urgent, title]), [['emergency-test', ['safety@example.com'], true, 'Emergency places: 1 of 3 needs a look']])
    assert.match(posted[0]?.body ?? '', /HQ, Two: FAILED\. The place was not taken\./)
    assert.equal([...one.told, ...two.told].filter((type) => type === 'emergency.tested').length, 3)
  })

  test('what would have been in the way is tried again; a call for help takes a test back at once', async () => {
    await ask()
    const began = Promise.withResolvers<void>()
    let first = true
    const house = open(async ({ signal }) => {
      if (!first) return good
      first = false
      began.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { kind: 'later', why: 'somebody calls for help' }
    })
    house.running.wake()
    await began.promise
    house.events.emit('emergency.called', ground.actor.tenantId, { callId: randomUUID(), dialled: '911', number: '101', name: null, place: null })
    await until(async () => (await rows()).length === 3)
    await house.running.close()
    assert.equal(house.count(), 4)
    assert.deepEqual(house.posted, [])
  })

  test('by the schedule at night and not by day; what is overdue is told once a day, also when nothing can be tested', async () => {
    settings = { ...settings, testDays: 7 }
    let now = NOON
    const house = open(() => good, () => now)
    house.running.wake()
    await until(() => house.told.length > 0)
    assert.equal(house.count(), 0)
    assert.match(house.posted[0]?.body ?? '', /HQ, One: OVERDUE\. It was never tested well\./)
    assert.deepEqual(house.told, ['emergency.untested'])
    await new Promise((resolve) => setTimeout(resolve, 150))
    assert.equal(house.posted.length, 1)
    now = NIGHT
    await until(async () => (await rows()).length === 3)
    assert.ok((await rows()).every(({ asked_by }) => asked_by === null))
    now = NIGHT + 10 * DAY + 10 * 3_600_000
    await until(() => house.posted.length === 2)
    assert.match(house.posted[1]?.body ?? '', /OVERDUE\. Its last good test was on 2026-03-02\./)
    await house.running.close()
  })

  test('a process that died with its tests leaves them to others after a while', async () => {
    await ask()
    await ground.database.system('test', (trx) => trx('location_audits').update({ holder: randomUUID(), held_until: new Date(Date.now() + 60_000) }))
    const house = open(() => good)
    house.running.wake()
    await new Promise((resolve) => setTimeout(resolve, 150))
    assert.equal(house.count(), 0)
    await ground.database.system('test', (trx) => trx('location_audits').update({ held_until: new Date(Date.now() - 1) }))
    await until(async () => (await rows()).length === 3)
    await house.running.close()
  })
})
