/** Strategies of ring groups: in which order, and for how long, each member is rung. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, afterEach, before, suite, test } from 'node:test'
import type { CallView } from '../../pbx/index.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'

interface Ext {
  id: string
  number: string
  phone: Phone
}

suite('strategies of ring groups', () => {
  let house: House
  let everybody: [Ext, Ext, Ext, Ext]
  let next = 600
  before(async () => {
    house = await startHouse()
    everybody = await Promise.all(['100', '101', '102', '103'].map(async (number) => {
      const line = await house.extension(number)
      return { id: line.extensionId, number, phone: await house.registered(line) }
    })) as [Ext, Ext, Ext, Ext]
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  /** A call to a new group; what rings at each member is seen from there on. */
  const callGroup = async (members: readonly object[], wish: object): Promise<{ call: PhoneCall; at: (ext: Ext, nth?: number) => Promise<PhoneCall>; rung: (ext: Ext) => number }> => {
    const { number } = await house.api.post<{ number: string }>('/ring-groups', { number: String(next++), name: 'Sales', members, ...wish })
    const marks = new Map(everybody.map((ext) => [ext, ext.phone.incoming.mark()]))
    const at = (ext: Ext, nth = 0): Promise<PhoneCall> => ext.phone.nextCall({ from: marks.get(ext)! + nth })
    return { call: await everybody[0].phone.invite(number), at, rung: (ext) => ext.phone.incoming.mark() - marks.get(ext)! }
  }
  const member = ({ id: extensionId }: Ext, times: object = {}): object => ({ extensionId, delaySeconds: 0, ...times })
  /** Seconds into the call at which each phone was rung, and for how long. */
  const times = ({ legs, startedAt }: CallView): { number: string; after: number; seconds: number }[] =>
    legs.slice(1).map((leg) => ({ number: leg.number, after: (leg.ringingAt! - startedAt) / 1000, seconds: (leg.endedAt! - leg.ringingAt!) / 1000 }))

  test('memory hunt: one more after the other, while the former go on ringing', async () => {
    const [, b, c, d] = everybody
    const { call, at, rung } = await callGroup([member(b), member(c), member(d)], { strategy: 'memory-hunt', memberSeconds: 5, ringSeconds: 60 })
    const atB = await at(b)
    atB.ring()
    assert.deepEqual([rung(c), rung(d)], [0, 0])
    const atC = await at(c)
    atC.ring()
    assert.equal(rung(d), 0)
    const atD = await at(d)
    atD.ring()
    await house.event('call.updated', ({ data }) => data.call.legs.filter(({ state }) => state === 'ringing').length === 4)
    // The first one takes it though the others were added.
    await atB.answer()
    await call.answered()
    await Promise.all([atC.requested('CANCEL'), atD.requested('CANCEL')])
    await call.bye()
    const rings = times(await house.verdict(call))
    assert.deepEqual(rings.map(({ number }) => number), [b.number, c.number, d.number])
  })

  test('memory hunt passes over who cannot be rung, and adds the next at once when nobody rings', async () => {
    const [, b, c, d] = everybody
    await house.api.ask('PATCH', `/extensions/${b.id}`, { doNotDisturb: true })
    const { call, at, rung } = await callGroup([member(b), member(c, { ringSeconds: 300 }), member(d)], { strategy: 'memory-hunt', ringSeconds: 60 })
    ;(await at(c)).reject(486)
    await (await at(d)).answer()
    await call.answered()
    assert.equal(rung(b), 0)
    await call.bye()
    await house.verdict(call)
    await house.api.ask('PATCH', `/extensions/${b.id}`, { doNotDisturb: false })
  })

  test('first available: who is busy or declines is passed over, and after one who let it ring nobody is rung', async () => {
    const [, b, c, d] = everybody
    const { call, at, rung } = await callGroup([member(b), member(c, { ringSeconds: 5 }), member(d)], { strategy: 'first-available' })
    ;(await at(b)).reject(486)
    const atC = await at(c)
    atC.ring()
    assert.equal((await call.ended()).status, 480)
    await atC.requested('CANCEL')
    assert.equal(rung(d), 0)
    const view = await house.verdict(call)
    assert.equal(view.termination?.reason, 'no-answer')
    assert.match(view.plan.steps[0]?.step ?? '', /only the first who can be rung/)
  })

  test('enterprise: each rings by its own clock; whoever declines for all neither ends the others nor calls them sooner', async () => {
    const [, b, c, d] = everybody
    const members = [member(b, { delaySeconds: 2, ringSeconds: 60 }), member(c, { delaySeconds: 2, ringSeconds: 5 }), member(d, { delaySeconds: 9, ringSeconds: 5 })]
    const { call, at, rung } = await callGroup(members, { strategy: 'enterprise' })
    const [atB, atC] = await Promise.all([at(b), at(c)])
    atC.ring()
    atB.reject(603)
    // Its own time is up: nobody rings then, and the last one still waits for its own clock.
    await atC.requested('CANCEL')
    assert.equal(rung(d), 0)
    const atD = await at(d)
    atD.ring()
    assert.equal((await call.ended()).status, 480)
    await atD.requested('CANCEL')
    const view = await house.verdict(call)
    assert.equal(view.termination?.reason, 'no-answer')
    assert.match(view.plan.steps[0]?.step ?? '', /each by a wait and a time of its own, for up to 62 seconds/)
    const [, ringC, ringD] = times({ ...view, legs: view.legs.map((leg) => ({ ...leg, ringingAt: leg.ringingAt ?? leg.startedAt })) })
    // Waits count from the first who rings: 7 seconds lie between the two, and not the 5 that the first of them rang for.
    assert.ok(ringD!.after - ringC!.after > 6, `rung after ${ringC!.after} and ${ringD!.after} s`)
  })

  test('one after the other: each for a time of its own, and as often as there are rounds; who declines makes way at once', async () => {
    const [, b, c] = everybody
    const { call, at, rung } = await callGroup([member(b, { ringSeconds: 5 }), member(c, { ringSeconds: 120 })], { strategy: 'in-order', ringSeconds: 600, memberSeconds: 120, rounds: 2 })
    const first = await at(b)
    first.ring()
    ;(await at(c)).reject(603)
    const again = await at(b, 1)
    again.ring()
    ;(await at(c, 1)).reject(486)
    await call.ended()
    assert.deepEqual([rung(b), rung(c)], [2, 2])
    const view = await house.verdict(call)
    assert.match(view.plan.steps[0]?.step ?? '', /one after the other, for up to 600 seconds in 2 rounds/)
  })

  test('where a call goes on to, the phones still show and sound like the group that was called, unless they have something of their own', async () => {
    const [, b, c, d] = everybody
    const marks = { namePrefix: 'Sales', alertInfo: '<http://127.0.0.1/ring>;info=sales' }
    await house.api.post('/ring-groups', { number: '690', name: 'Desk', namePrefix: 'Desk', members: [member(d)] })
    await house.api.ask('PATCH', `/extensions/${c.id}`, { forwardBusy: '690' })
    const { call, at } = await callGroup([member(b)], { ...marks, noAnswer: c.number })
    ;(await at(b)).reject(486)
    const atC = await at(c)
    assert.match(headerOf(atC.invite, 'From') ?? '', /^"Sales /)
    assert.match(headerOf(atC.invite, 'Alert-Info') ?? '', /info=sales/)
    atC.reject(486)
    const atD = await at(d)
    assert.match(headerOf(atD.invite, 'From') ?? '', /^"Desk /)
    assert.match(headerOf(atD.invite, 'Alert-Info') ?? '', /info=sales/)
    await atD.answer()
    await call.answered()
    await call.bye()
    await house.verdict(call)
    await house.api.ask('PATCH', `/extensions/${c.id}`, { forwardBusy: null })
  })

  test('times and rounds out of range are refused with the field', async () => {
    const [, b] = everybody
    for (const wish of [{ rounds: 0 }, { rounds: 21 }, { members: [member(b, { ringSeconds: 4 })] }, { members: [member(b, { ringSeconds: 301 })] }, { strategy: 'ring-all' }]) {
      assert.equal((await house.api.send('POST', '/ring-groups', { number: '699', name: 'Wrong', ...wish })).status, 400, JSON.stringify(wish))
    }
  })
})

test('in turn: whose turn it is survives a restart', async (t) => {
  const quiet = { change: ({ registrar }: { registrar: { qualifySeconds: number } }) => void (registrar.qualifySeconds = 0) }
  const first = await startHouse(quiet)
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const lines = await Promise.all(['100', '101', '102', '103'].map((number) => first.extension(number)))
  await first.api.post('/ring-groups', { number: '600', name: 'Sales', strategy: 'in-turn', members: lines.slice(1).map(({ extensionId }) => ({ extensionId, delaySeconds: 0 })) })
  const rungIn = async (house: House): Promise<string | undefined> => {
    const phones = await Promise.all(lines.map(async (line) => {
      const phone = await openPhone({ server: house.sip, user: line.user, password: line.password })
      assert.equal((await phone.register()).status, 200)
      return phone
    }))
    try {
      const call = await phones[0]!.invite('600')
      const rung = await Promise.race(phones.slice(1).map((phone) => phone.nextCall()))
      await rung.answer()
      await call.answered()
      await call.bye()
      const { legs } = await house.verdict(call)
      await house.idle()
      return legs.at(-1)?.number
    } finally {
      await Promise.all(phones.map((phone) => phone.close()))
    }
  }
  assert.equal(await rungIn(first), '101')
  await first.close({ keep: true })
  const second = await startHouse({ ...quiet, home: first.home })
  try {
    assert.equal(await rungIn(second), '102')
  } finally {
    await second.close({ keep: true })
  }
})
