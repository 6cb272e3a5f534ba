/** Wake-up calls: set by phone, rung when due, tried again, the desk told; with real phones and the clock put forward in the database. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import pg from 'pg'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone } from '../support/phone.ts'
import { talk } from '../support/talk.ts'

interface WakeUp { id: string; extensionId: string; time: string; repeats: string; on: string; state: string; last: { result: string } | null }

suite('wake-up calls', { skip: process.env['DATABASE_URL'] ? 'DATABASE_URL is set: the clock is put forward in the embedded database' : false }, () => {
  let house: House
  let database: pg.Client
  let line: Line
  let anna: Phone
  let desk: Phone
  let carl: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    database = new pg.Client({ host: join(house.home, 'database', 'socket'), port: 5432, user: 'dialplane', database: 'dialplane', password: (await readFile(join(house.home, 'keys', 'postgresql.password'), 'utf8')).trim() })
    await database.connect()
    line = await house.extension('101', { name: 'Anna' })
    anna = await house.registered(line)
    desk = await house.registered(await house.extension('100', { name: 'Reception' }))
    carl = await house.registered(await house.extension('103', { name: 'Carl' }))
  })
  after(async () => {
    await database?.end()
    await house?.close()
  })
  afterEach(() => house.idle())

  const list = () => house.api.get<WakeUp[]>('/wake-ups')
  const gone = () => eventually(async () => (await list()).length === 0, 'no wake-up call is left')
  /** Its time is this minute; `daysAgo`: it was then. */
  const comes = (daysAgo = 0) => database.query(`UPDATE wake_ups SET time = to_char(now() AT TIME ZONE 'UTC', 'HH24:MI'), next_on = to_char((now() - make_interval(days => $1)) AT TIME ZONE 'UTC', 'YYYY-MM-DD')`, [daysAgo])
  const nextTry = () => eventually(async () => {
    // Not before what came of the last one is noted.
    await house.idle()
    return ((await database.query('UPDATE wake_ups SET try_at = now() WHERE try_at IS NOT NULL')).rowCount ?? 0) > 0
  }, 'it is to be tried again')
  const set = (more: object = {}) => house.api.post<WakeUp>('/wake-ups', { extensionId: line.extensionId, time: '03:00', ...more })
  const dial = async (keys: string) => {
    const call = await anna.invite('*68')
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press(keys)
    await call.ended(60_000)
    return (await house.verdict(call)).termination
  }

  test('*68: a time that is none, then one, for working days, said back and confirmed; known the next time, and cancelled', async () => {
    const termination = await dial('99990645' + '3' + '1')
    assert.equal(termination?.reason, 'feature-done')
    assert.match(termination?.explanation ?? '', /A wake-up call of 101 was set for 6:45 AM, on working days\./)
    assert.deepEqual((await list()).map(({ extensionId, time, repeats, state, last }) => [extensionId, time, repeats, state, last]), [[line.extensionId, '06:45', 'working-days', 'waiting', null]])
    const [entry] = await house.api.get<{ id: string; action: string; actor: { name: string } }[]>('/audit?limit=1')
    assert.deepEqual([entry?.action, entry?.actor.name], ['wake-up.create', 'Phone of 101'])
    assert.match((await dial('1' + '0645' + '1' + '1'))?.explanation ?? '', /was set for 6:45 AM, on \w+day, /)
    assert.equal((await list()).length, 1, 'one for a time')
    assert.match((await dial('2'))?.explanation ?? '', /The wake-up call of 101 was cancelled/)
    await gone()
  })

  test('it rings when its time comes, says what time it is, stands in the history, and is gone', async () => {
    const { id } = await set()
    const mark = anna.incoming.mark()
    await comes()
    const ringing = await anna.nextCall({ from: mark, ms: 30_000 })
    assert.match(headerOf(ringing.invite, 'From') ?? '', /"?Wake-up call"? <sip:\*68@/)
    await ringing.answer()
    ringing.audio.play(0)
    await ringing.audio.hearsSomething()
    await ringing.bye()
    await gone()
    assert.equal((await house.api.send('GET', `/wake-ups/${id}`)).status, 404)
    const view = await house.verdict(ringing)
    assert.match(view.plan.steps[0]?.reason ?? '', /It was set for \d\d:\d\d in UTC; try 1 of 3/)
    assert.equal(view.termination?.result, 'answered')
  })

  test('who does not answer is tried three times, then the desk is told; the next day stays', async () => {
    assert.equal((await house.api.send('PATCH', '/call-settings', { wakeUpDesk: '999' })).status, 422)
    assert.equal((await house.api.send('PATCH', '/call-settings', { wakeUpDesk: '100' })).status, 200)
    await set({ repeats: 'daily' })
    let mark = anna.incoming.mark()
    const news = desk.incoming.mark()
    await comes()
    for (let time = 1; time <= 3; time += 1) {
      const ringing = await anna.nextCall({ from: mark, ms: 30_000 })
      mark = anna.incoming.mark()
      ringing.reject(480)
      assert.match((await house.verdict(ringing)).plan.steps[0]?.reason ?? '', new RegExp(`try ${time} of 3`))
      if (time < 3) await nextTry()
    }
    const told = await desk.nextCall({ from: news, ms: 30_000 })
    await told.answer()
    told.audio.play(0)
    await told.audio.hearsSomething()
    await told.bye()
    assert.match((await house.verdict(told)).plan.steps[0]?.reason ?? '', /The one of 101 \(Anna\) for \d\d:\d\d was not answered/)
    const kept = await eventually(async () => (await list()).find(({ state }) => state === 'waiting'), 'it waits for the next day')
    assert.equal(kept.last?.result, 'not-answered')
    assert.equal(anna.incoming.mark(), mark)
    assert.equal((await house.api.send('DELETE', `/wake-ups/${kept.id}`)).status, 200)
    const used = await house.api.get<{ id: string }[]>('/extensions?search=100')
    assert.equal((await house.api.send('DELETE', `/extensions/${used[0]?.id}`)).status, 409, 'the desk is in use')
  })

  test('not while the extension is in a call, which counts for nothing', async () => {
    const { out, in: there } = await talk(anna, carl, '103')
    await set()
    const mark = anna.incoming.mark()
    await comes()
    await eventually(async () => ((await database.query(`SELECT 1 FROM wake_ups WHERE tries = 0 AND try_at > now()`)).rowCount ?? 0) === 1, 'it is put off')
    assert.equal(anna.incoming.mark(), mark)
    await out.bye()
    await there.ended()
    await nextTry()
    const ringing = await anna.nextCall({ from: mark, ms: 30_000 })
    await ringing.answer()
    await ringing.bye()
    assert.match((await house.verdict(ringing)).plan.steps[0]?.reason ?? '', /try 1 of 3/)
    await gone()
  })

  test('without a phone it is in the history; what comes too late wakes nobody, and the desk is told', async () => {
    const mark = anna.incoming.mark()
    const news = desk.incoming.mark()
    await set()
    await comes(1)
    const told = await desk.nextCall({ from: news, ms: 30_000 })
    await told.answer()
    await told.bye()
    assert.match((await house.verdict(told)).plan.steps[0]?.reason ?? '', /could not be made in time/)
    await gone()
    assert.equal(anna.incoming.mark(), mark)
    await anna.unregister()
    const { id } = await set()
    const from = house.events.mark()
    await comes()
    const tried = await house.event('call.ended', ({ data }) => data.call.plan.steps[0]?.step === 'Wake-up call', { from })
    assert.equal(tried.data.call.termination?.reason, 'not-registered')
    assert.equal((await house.api.send('DELETE', `/wake-ups/${id}`)).status, 200)
    await anna.register()
  })

  test('the clock of the company is set, and the day is that of its wall', async () => {
    for (const wrong of ['Mars/Base', '+05:30', '']) assert.ok([400, 422].includes((await house.api.send('PATCH', '/call-settings', { timeZone: wrong })).status), wrong)
    for (const good of ['Asia/Kolkata', 'Europe/Kyiv', 'Etc/UTC']) assert.equal((await house.api.send('PATCH', '/call-settings', { timeZone: good })).status, 200, good)
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      assert.equal((await house.api.send('PATCH', '/call-settings', { timeZone })).status, 200)
      const { id, on } = await set({ time: '23:59' })
      const there = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
      assert.ok([Date.now(), Date.now() + 60_000].some((at) => there.format(at) === on), `${on} in ${timeZone}`)
      assert.equal((await house.api.send('DELETE', `/wake-ups/${id}`)).status, 200)
    }
    assert.equal((await house.api.send('PATCH', '/call-settings', { timeZone: 'UTC' })).status, 200)
  })

  test('what is wrong is said in words; a change can be undone', async () => {
    const wrong = async (body: object): Promise<string> => {
      const { status, body: said } = await house.api.send('POST', '/wake-ups', { extensionId: line.extensionId, time: '07:00', ...body })
      assert.ok(status >= 400 && status < 500, String(status))
      return said.toString()
    }
    assert.match(await wrong({ time: '25:00' }), /hours and minutes/)
    assert.match(await wrong({ on: '2020-01-01' }), /This is over: it is /)
    assert.match(await wrong({ on: '2026-02-30' }), /A day is written as/)
    assert.match(await wrong({ extensionId: '00000000-0000-4000-8000-000000000000' }), /no such extension/)
    const { id } = await set({ time: '04:00' })
    assert.match(await wrong({ time: '04:00' }), /woken at 04:00 already/)
    assert.equal((await house.api.send('PATCH', `/wake-ups/${id}`, { time: '05:00', repeats: 'daily' })).status, 200)
    const [entry] = await house.api.get<{ id: string }[]>('/audit?limit=1')
    assert.equal((await house.api.send('POST', `/audit/${entry?.id}/undo`)).status, 200)
    assert.deepEqual((await list()).map(({ time, repeats }) => [time, repeats]), [['04:00', 'once']])
    assert.equal((await house.api.send('DELETE', `/wake-ups/${id}`)).status, 200)
  })
})
