/** Attendants and opening hours with real phones: keys during the greeting, direct dialling, nothing chosen, announcements, *28. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'
import { toneWav } from '../support/wav.ts'

interface Attendant { id: string; number: string; version: number }
interface Schedule { id: string; number: string; override: string; now: { is: string } }

let number = 700

suite('attendants', () => {
  let house: House
  let caller: Phone
  let sales: { line: Line; phone: Phone }
  before(async () => {
    house = await startHouse()
    caller = await house.registered(await house.extension('650', { name: 'Carl' }))
    const line = await house.extension('651', { name: 'Sales' })
    sales = { line, phone: await house.registered(line) }
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const attendant = (wish: Record<string, unknown> = {}): Promise<Attendant> =>
    house.api.post('/attendants', { number: String(++number), name: 'Front door', greeting: 'Welcome to the example company. For sales, press one. For everything else, stay on the line.', keys: { 1: '651' }, waitSeconds: 1, rounds: 1, ...wish })

  async function greeted(to: string): Promise<PhoneCall> {
    const call = await caller.invite(to)
    await call.answered()
    call.audio.play(0)
    return call
  }

  /** The other phone rings, is answered, and both hear each other. */
  async function connected(call: PhoneCall, from: number): Promise<void> {
    const ringing = await sales.phone.nextCall({ from })
    await ringing.answer()
    ringing.audio.play(600)
    call.audio.play(440)
    await call.audio.hears(600)
    await ringing.audio.hears(440)
    await call.bye()
  }

  test('a key during the greeting cuts it short and leads on, in one record chain', async () => {
    const { number: to } = await attendant()
    const mark = sales.phone.incoming.mark()
    const call = await greeted(to)
    await call.audio.hearsSomething()
    await call.audio.press('1')
    await connected(call, mark)
    const verdict = await house.verdict(call)
    assert.equal(verdict.termination?.reason, 'transferred')
    assert.match(verdict.termination?.explanation ?? '', /pressed 1, which leads to 651/)
    await house.idle()
    const chain = (await house.history()).filter(({ to: callee }) => callee.number === '651' || callee.number === to)
    assert.deepEqual(chain.map(({ to: callee }) => callee.number).slice(0, 2).toSorted(), ['651', to])
  })

  test('no first digit is lost before the greeting, and an extension may be dialled where that is allowed', async () => {
    const { number: to } = await attendant({ directDial: true, keys: { 6: '650' } })
    const mark = sales.phone.incoming.mark()
    const call = await greeted(to)
    await call.audio.press('651')
    await connected(call, mark)
  })

  test('what is no choice is told, nothing chosen goes on where that leads', async () => {
    const { number: to } = await attendant({ greeting: 'Hello.', noInput: '651', rounds: 2 })
    const mark = sales.phone.incoming.mark()
    const call = await greeted(to)
    await call.audio.hearsSomething()
    await call.audio.press('7')
    await connected(call, mark)
  })

  test('who chooses nothing is hung up on, and who hangs up has chosen nothing', async () => {
    const { number: to } = await attendant({ greeting: 'Hello.' })
    const call = await greeted(to)
    await call.audio.hearsSomething()
    await call.ended()
    assert.deepEqual([(await house.verdict(call)).termination?.reason, (await house.verdict(call)).termination?.by], ['no-choice', 'system'])
    const other = await greeted(to)
    await other.audio.hearsSomething()
    await other.bye()
    assert.deepEqual([(await house.verdict(other)).termination?.reason, (await house.verdict(other)).termination?.by], ['no-choice', 'caller'])
  })

  test('menus lead to one another, and a recording is played instead of the text', async () => {
    const inner = await attendant({ keys: { 1: '651' }, rounds: 3 })
    const outer = await attendant({ keys: { 2: inner.number } })
    await house.api.send('PATCH', `/attendants/${inner.id}`, { keys: { 1: '651', 9: outer.number } })
    const onwards = await house.api.send('PATCH', `/attendants/${outer.id}`, { noInput: inner.number })
    assert.equal(onwards.status, 200, onwards.body.toString())
    assert.match((await house.api.send('PATCH', `/attendants/${inner.id}`, { noInput: outer.number })).body.toString(), new RegExp(`circle: ${inner.number} to ${outer.number} to ${inner.number}`))
    const wav = toneWav(600, 1)
    const set = await house.api.send('PUT', `/attendants/${inner.id}/recording`, { sound: wav.toString('base64') })
    assert.equal(set.status, 200, set.body.toString())
    const mark = sales.phone.incoming.mark()
    const call = await greeted(outer.number)
    await call.audio.hearsSomething()
    await call.audio.press('2')
    await call.audio.hears(600)
    // Typed ahead, through both menus.
    await call.audio.press('921')
    await connected(call, mark)
    const heard = await house.api.send('GET', `/attendants/${inner.id}/greeting`)
    assert.equal(heard.status, 200)
    assert.equal(heard.body.subarray(0, 4).toString(), 'RIFF')
  })

  test('an announcement is heard once and leads on', async () => {
    const { number: to } = await attendant({ keys: {}, greeting: 'We are moving.', noInput: '651' })
    const mark = sales.phone.incoming.mark()
    const call = await greeted(to)
    await call.audio.hearsSomething()
    await connected(call, mark)
  })

  test('opening hours lead by time, by hand in the panel, and by *28 from a phone', async () => {
    const { number: closed } = await attendant({ keys: {}, greeting: 'We are closed.' })
    const hours = await house.api.post<Schedule>('/schedules', { number: String(++number), name: 'Office', open: '651', closed, hours: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }] })
    assert.equal(hours.now.is, 'open')
    const mark = sales.phone.incoming.mark()
    const call = await caller.invite(hours.number)
    await connected(call, mark)
    const plan = (await house.verdict(call)).plan.steps
    assert.match(plan.map(({ reason }) => reason).join(' '), /is open: it is \w+ \d\d:\d\d in .*, within 00:00 to 24:00, so calls go to 651/)

    const turn = await caller.invite(`*28${hours.number}`)
    await turn.answered()
    await turn.audio.hearsSomething()
    await turn.ended()
    assert.equal((await house.api.get<Schedule>(`/schedules/${hours.id}`)).override, 'closed')
    const late = await greeted(hours.number)
    await late.audio.hearsSomething()
    await late.ended()
    assert.equal((await house.verdict(late)).termination?.reason, 'announced')
    const back = await caller.invite(`*28${hours.number}`)
    await back.answered()
    await back.ended()
    assert.equal((await house.api.get<Schedule>(`/schedules/${hours.id}`)).override, 'automatic')

    // What is in use stays, a circle and an emergency number are refused with the reason.
    const [target] = (await house.api.get<Attendant[]>('/attendants')).filter((one) => one.number === closed)
    assert.match((await house.api.send('DELETE', `/attendants/${target?.id}`)).body.toString(), /Office.*are forwarded to/)
    assert.match((await house.api.send('PATCH', `/attendants/${target?.id}`, { noInput: hours.number })).body.toString(), new RegExp(`circle: ${closed} to ${hours.number} to ${closed}`))
    assert.match((await house.api.send('PATCH', `/schedules/${hours.id}`, { closed: '911' })).body.toString(), /emergency services/)
    const explained = await house.api.get<{ steps: { when: string | null; step: string }[] }>(`/routing/explanation?to=${hours.number}&at=2026-11-26T12:00:00Z`)
    assert.deepEqual(explained.steps.map(({ when }) => when).filter((when) => when !== null && !when.startsWith('When n') && !when.startsWith('When b')), [`While closed: ${closed}`])
    await house.api.send('PATCH', `/schedules/${hours.id}`, { byPhone: false })
    const refused = await caller.invite(`*28${hours.number}`)
    await refused.answered()
    await refused.ended()
    assert.equal((await house.verdict(refused)).termination?.reason, 'feature-refused')
  })
})
