/** Ring groups: who rings when, who is left out, and where calls go that nobody takes. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone } from '../support/phone.ts'

interface Ext {
  id: string
  number: string
  phone: Phone
}

interface Group {
  id: string
  number: string
}

suite('ring groups', () => {
  let house: House
  let next = 600
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const people = (count: number): Promise<Ext[]> =>
    Promise.all(Array.from({ length: count }, async () => {
      const number = String(next++)
      const line = await house.extension(number, { ringSeconds: 5 })
      return { id: line.extensionId, number, phone: await house.registered(line) }
    }))
  const group = (members: readonly (readonly [Ext, number?])[], wish: object = {}): Promise<Group> =>
    house.api.post<Group>('/ring-groups', {
      number: String(next++), name: 'Sales', members: members.map(([{ id }, delaySeconds = 0]) => ({ extensionId: id, delaySeconds })), ...wish,
    })
  const rung = (ext: Ext): number => ext.phone.incoming.entries.length

  test('all ring at once with the name of the group before that of the caller; one answers, the others stop without a missed call', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    const sales = await group([[b], [c]], { namePrefix: 'Sales', alertInfo: '<http://127.0.0.1/ring>;info=group' })
    const call = await a.phone.invite(sales.number)
    const [atB, atC] = await Promise.all([b.phone.nextCall(), c.phone.nextCall()])
    atB.ring()
    assert.match(headerOf(atB.invite, 'From') ?? '', /^"Sales Extension \d+"/)
    assert.match(headerOf(atB.invite, 'Alert-Info') ?? '', /info=group/)
    await atC.answer()
    await call.answered()
    assert.match(headerOf((await atB.requested('CANCEL')), 'Reason') ?? '', /completed elsewhere/)
    call.audio.play(440)
    await atC.audio.hears(440)
    await call.bye()
    const view = await house.verdict(call)
    assert.equal(view.to.name, 'Sales')
    assert.match(view.plan.steps[0]?.reason ?? '', /is the ring group Sales/)
  })

  test('one who declines speaks for himself only', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    const sales = await group([[b], [c]])
    const call = await a.phone.invite(sales.number)
    const [atB, atC] = await Promise.all([b.phone.nextCall(), c.phone.nextCall()])
    atC.ring()
    atB.reject(603)
    await house.event('call.updated', ({ data }) => data.call.legs.some((leg) => leg.sipStatus === 603))
    await atC.answer()
    await call.answered()
    await call.bye()
  })

  test('a member with a wait rings later, or as soon as nobody rings any more', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    const later = await group([[b], [c, 2]])
    const call = await a.phone.invite(later.number)
    const atB = await b.phone.nextCall()
    atB.ring()
    assert.equal(rung(c), 0)
    const atC = await c.phone.nextCall()
    await atC.answer()
    await call.answered()
    await call.bye()
    await house.verdict(call)

    const muchLater = await group([[b], [c, 100]])
    const again = await a.phone.invite(muchLater.number)
    ;(await b.phone.nextCall({ from: 1 })).reject(486)
    await (await c.phone.nextCall({ from: 1 })).answer()
    await again.answered()
    await again.bye()
  })

  test('one after the other, and on to another number when nobody answers', async () => {
    const [a, b, c, d] = (await people(4)) as [Ext, Ext, Ext, Ext]
    const sales = await group([[b], [c]], { strategy: 'in-order', memberSeconds: 5, ringSeconds: 7, noAnswer: d.number })
    const call = await a.phone.invite(sales.number)
    const atB = await b.phone.nextCall()
    atB.ring()
    assert.equal(rung(c), 0)
    const atC = await c.phone.nextCall()
    atC.ring()
    const atD = await d.phone.nextCall()
    assert.match(headerOf(atD.invite, 'Diversion') ?? '', new RegExp(`<sip:${sales.number}@.*reason=no-answer`))
    await atD.answer()
    await call.answered()
    await call.bye()
    const view = await house.verdict(call)
    assert.deepEqual(view.legs.slice(1).map((leg) => leg.number), [b.number, c.number, d.number])
  })

  test('in turn: each call begins with the next', async () => {
    const [a, b, c, d] = (await people(4)) as [Ext, Ext, Ext, Ext]
    const sales = await group([[b], [c], [d]], { strategy: 'in-turn' })
    for (const [round, expected] of [b, c, d, b].entries()) {
      const call = await a.phone.invite(sales.number)
      await (await expected.phone.nextCall({ from: round === 3 ? 1 : 0 })).answer()
      await call.answered()
      await call.bye()
      assert.deepEqual((await house.verdict(call)).legs.slice(1).map((leg) => leg.number), [expected.number])
    }
  })

  test('who is in a call, does not want to be disturbed, or calls himself is left out; nobody is busy', async () => {
    const [a, b, c, d] = (await people(4)) as [Ext, Ext, Ext, Ext]
    await house.api.ask('PATCH', `/extensions/${c.id}`, { doNotDisturb: true })
    const sales = await group([[a], [b], [c], [d]])
    const between = await b.phone.invite(d.number)
    await (await d.phone.nextCall()).answer()
    await between.answered()
    const call = await a.phone.invite(sales.number)
    assert.equal((await call.ended()).status, 486)
    assert.match((await house.verdict(call)).termination?.explanation ?? '', /in a call/)
    assert.deepEqual([rung(a), rung(b), rung(c), rung(d)], [0, 0, 0, 1])
    await between.bye()
  })

  test('a group can be forwarded to, and is not deleted while it is; members are not deleted either', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    const sales = await group([[c]])
    await house.api.ask('PATCH', `/extensions/${b.id}`, { forwardAlways: sales.number })
    const call = await a.phone.invite(b.number)
    await (await c.phone.nextCall()).answer()
    await call.answered()
    await call.bye()
    await house.verdict(call)
    assert.equal((await house.api.send('DELETE', `/ring-groups/${sales.id}`)).status, 409)
    const member = await house.api.send('DELETE', `/extensions/${c.id}`)
    assert.equal(member.status, 409)
    assert.match(member.body.toString(), /is a member of/)
    const self = await house.api.send('PATCH', `/ring-groups/${sales.id}`, { noAnswer: sales.number })
    assert.equal(self.status, 422)
    assert.equal((await house.api.send('POST', '/ring-groups', { number: a.number, name: 'Taken' })).status, 409)
    assert.equal((await house.api.send('PATCH', `/ring-groups/${sales.id}`, { members: [{ extensionId: sales.id, delaySeconds: 0 }] })).status, 422)
  })
})
