/** Forwards, do not disturb, busy at so many calls, and the codes that phones dial for them. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone } from '../support/phone.ts'

interface Ext {
  id: string
  number: string
  phone: Phone
}

suite('call handling', () => {
  let house: House
  let next = 500
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const people = (count: number, ringSeconds = 5): Promise<Ext[]> =>
    Promise.all(Array.from({ length: count }, async () => {
      const number = String(next++)
      const line = await house.extension(number, { ringSeconds })
      return { id: line.extensionId, number, phone: await house.registered(line) }
    }))
  const change = (ext: Ext, wish: object): Promise<unknown> => house.api.ask('PATCH', `/extensions/${ext.id}`, wish)
  const stateOf = (ext: Ext): Promise<{ forwardAlways: string | null; doNotDisturb: boolean }> => house.api.get(`/extensions/${ext.id}`)

  test('all calls go on to another phone, which is told whose call it was', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    await change(b, { forwardAlways: c.number })
    const call = await a.phone.invite(b.number)
    const incoming = await c.phone.nextCall()
    assert.match(headerOf(incoming.invite, 'Diversion') ?? '', new RegExp(`^<sip:${b.number}@[^>]+>;reason=unconditional;counter=1$`))
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    await incoming.audio.hears(440)
    await call.bye()
    const view = await house.verdict(call)
    assert.match(view.plan.steps[0]?.reason ?? '', /forwards all calls/)
    assert.equal(view.legs[1]?.number, c.number)
    assert.equal(b.phone.incoming.entries.length, 0)
  })

  test('busy, no answer and no phone each lead on; the caller hears whoever answers', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    await change(b, { forwardBusy: c.number, forwardNoAnswer: c.number, forwardUnreachable: c.number })
    const busy = await a.phone.invite(b.number)
    ;(await b.phone.nextCall()).reject(486)
    let mark = c.phone.incoming.mark()
    const first = await c.phone.nextCall()
    assert.match(headerOf(first.invite, 'Diversion') ?? '', /reason=user-busy/)
    await first.answer()
    await busy.answered()
    await busy.bye()
    await house.verdict(busy)

    mark = c.phone.incoming.mark()
    const unanswered = await a.phone.invite(b.number)
    ;(await b.phone.nextCall({ from: 1 })).ring()
    const second = await c.phone.nextCall({ from: mark })
    assert.match(headerOf(second.invite, 'Diversion') ?? '', /reason=no-answer/)
    await second.answer()
    await unanswered.answered()
    await unanswered.bye()
    await house.verdict(unanswered)

    await b.phone.unregister()
    mark = c.phone.incoming.mark()
    const unreachable = await a.phone.invite(b.number)
    const third = await c.phone.nextCall({ from: mark })
    assert.match(headerOf(third.invite, 'Diversion') ?? '', /reason=unavailable/)
    third.reject(486)
    assert.equal((await unreachable.ended()).status, 486, 'the last one decides')
  })

  test('do not disturb is busy at once, except for those who may', async () => {
    const [a, b, boss] = (await people(3)) as [Ext, Ext, Ext]
    await change(b, { doNotDisturb: true, vipNumbers: [boss.number] })
    const call = await a.phone.invite(b.number)
    assert.equal((await call.ended()).status, 486)
    assert.equal((await house.verdict(call)).termination?.reason, 'do-not-disturb')
    const allowed = await boss.phone.invite(b.number)
    await (await b.phone.nextCall()).answer()
    await allowed.answered()
    await allowed.bye()
  })

  test('an extension with one call at once is busy in its second', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    await change(b, { callLimit: 1 })
    const first = await a.phone.invite(b.number)
    await (await b.phone.nextCall()).answer()
    await first.answered()
    const second = await c.phone.invite(b.number)
    assert.equal((await second.ended()).status, 486)
    assert.match((await house.verdict(second)).termination?.explanation ?? '', /as many calls as it may/)
    await first.bye()
    await house.verdict(first)
    const third = await c.phone.invite(b.number)
    ;(await b.phone.nextCall({ from: 1 })).reject(480)
    await third.ended()
  })

  test('phones that forward to each other when nobody answers: each rings once', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    await change(b, { forwardBusy: c.number })
    await change(c, { forwardBusy: b.number })
    const call = await a.phone.invite(b.number)
    ;(await b.phone.nextCall()).reject(486)
    ;(await c.phone.nextCall()).reject(486)
    assert.equal((await call.ended()).status, 486)
    assert.deepEqual([b.phone.incoming.entries.length, c.phone.incoming.entries.length], [1, 1])
  })

  test('codes turn forwards and do not disturb on and off, and say so', async () => {
    const [a, b] = (await people(2)) as [Ext, Ext]
    const dial = async (code: string): Promise<string | undefined> => {
      const call = await a.phone.invite(code)
      await call.answered()
      call.audio.play(0)
      await call.audio.hearsSomething()
      await call.ended()
      return (await house.verdict(call)).termination?.reason
    }
    assert.equal(await dial(`*72${b.number}`), 'feature-done')
    assert.equal((await stateOf(a)).forwardAlways, b.number)
    assert.equal(await dial('*73'), 'feature-done')
    assert.equal((await stateOf(a)).forwardAlways, null)
    assert.equal(await dial('*78'), 'feature-done')
    assert.equal((await stateOf(a)).doNotDisturb, true)
    assert.equal(await dial('*77'), 'feature-done')
    assert.equal((await stateOf(a)).doNotDisturb, false)
    assert.equal(await dial(`*72${a.number}`), 'feature-refused')
    assert.equal(await dial('*7298765'), 'feature-refused')
    assert.equal((await stateOf(a)).forwardAlways, null)
    const bare = await a.phone.invite('*72')
    assert.equal((await bare.ended()).status, 484)
    const entries = await house.api.get<{ action: string; actor: { name: string } }[]>('/audit?limit=50')
    assert.ok(entries.some((entry) => entry.action === 'extension.update' && JSON.stringify(entry).includes(`Phone of ${a.number}`)), 'the audit names the phone')
  })

  test('what would lead nowhere is refused with the way; what is used is not deleted', async () => {
    const [a, b] = (await people(2)) as [Ext, Ext]
    await change(a, { forwardAlways: b.number })
    const loop = await house.api.send('PATCH', `/extensions/${b.id}`, { forwardAlways: a.number })
    assert.equal(loop.status, 422)
    assert.match(loop.body.toString(), new RegExp(`in a circle: ${b.number} to ${a.number} to ${b.number}`))
    assert.equal((await house.api.send('PATCH', `/extensions/${b.id}`, { forwardBusy: '98765' })).status, 422)
    const used = await house.api.send('DELETE', `/extensions/${b.id}`)
    assert.equal(used.status, 409)
    assert.match(used.body.toString(), new RegExp(`${a.number} .*forwarded to ${b.number}`))
    assert.equal((await house.api.send('PATCH', `/extensions/${b.id}`, { number: '59999' })).status, 409)
  })

  test('what would happen is told without a call, with how the phones are now', async () => {
    const [a, b, c] = (await people(3)) as [Ext, Ext, Ext]
    await change(b, { forwardNoAnswer: c.number })
    const answer = await house.api.get<{ steps: { when: string | null; now: string | null; depth: number }[] }>(`/routing/explanation?from=${a.number}&to=${b.number}`)
    assert.deepEqual(answer.steps.map(({ depth }) => depth), [0, 1])
    assert.match(answer.steps[0]?.now ?? '', /1 of 1 registered phones/)
    assert.match(answer.steps[1]?.when ?? '', /When nobody answers/)
    assert.equal((await house.api.send('GET', '/routing/explanation?from=98765&to=100')).status, 422)
    assert.ok((await house.api.get<unknown[]>('/feature-codes')).length > 8)
    assert.equal(b.phone.incoming.entries.length, 0)
  })
})
