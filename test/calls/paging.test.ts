/** Paging groups: phones that answer by themselves hear whoever calls; measured by what each of them hears. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, openPhone, type Phone, type PhoneCall } from '../support/phone.ts'
import { talk } from '../support/talk.ts'

let next = 700

suite('paging', () => {
  let house: House
  let lines: Line[]
  let phones: Phone[]
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    lines = []
    for (const number of ['101', '102', '103', '104', '105']) lines.push(await house.extension(number, { name: `Name ${number}` }))
    phones = await Promise.all(lines.map((line) => house.registered(line)))
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const idOf = (at: number): string => lines[at]!.extensionId
  const group = (members: readonly number[], wish: Record<string, unknown> = {}): Promise<{ id: string; number: string }> =>
    house.api.post('/paging-groups', { number: String(next++), name: 'Hall', members: members.map(idOf), ...wish })
  const change = (at: number, body: Record<string, unknown>) => house.api.send('PATCH', `/extensions/${idOf(at)}`, body)
  /** The call that each of these phones is rung with from now on. */
  const rung = (...at: number[]): Promise<PhoneCall>[] => at.map((one) => phones[one]!.nextCall({ from: phones[one]!.incoming.mark() }))
  const page = async (from: Phone, number: string, tone = 440): Promise<PhoneCall> => {
    const out = await from.invite(number)
    await out.answered()
    out.audio.play(tone)
    return out
  }

  test('one way: all hear whoever calls and beep first, nobody hears them, and it ends with the caller', async () => {
    const hall = await group([0, 1, 2, 3])
    const coming = rung(1, 2, 3)
    const out = await page(phones[0]!, hall.number)
    const there = await Promise.all(coming)
    for (const { invite } of there) {
      assert.match(headerOf(invite, 'Call-Info') ?? '', /answer-after=0/)
      assert.match(headerOf(invite, 'From') ?? '', /"Hall: Name 101" <sip:101@/)
    }
    await Promise.all(there.map((one) => one.answer()))
    await Promise.all(there.map((one) => one.audio.hears(1400)))
    there.forEach((one, at) => one.audio.play(700 + 300 * at))
    await out.audio.hears(1400)
    there.forEach((one) => one.audio.forget())
    await Promise.all(there.map((one) => one.audio.hears(440)))
    out.audio.forget()
    await out.audio.hearsNothing()
    await there[0]!.bye()
    there[1]!.audio.forget()
    await there[1]!.audio.hears(440)
    await out.bye()
    await Promise.all(there.slice(1).map((one) => one.ended()))
    const verdict = await house.verdict(out)
    assert.deepEqual([verdict.to.number, verdict.to.name, verdict.termination?.reason], [hall.number, 'Hall', 'hung-up'])
    await house.idle()
    const chain = await house.history(`?rootId=${verdict.rootId}&order=asc`)
    assert.deepEqual(chain.map(({ to, termination }) => [to.number, termination?.reason]).toSorted(), [['102', 'hung-up'], ['103', 'page-ended'], ['104', 'page-ended'], [hall.number, 'hung-up']])
  })

  test('both ways: everybody hears all others, and a phone that holds does not play to them', async () => {
    const hall = await group([1, 2], { twoWay: true })
    const coming = rung(1, 2)
    const out = await page(phones[0]!, hall.number, 500)
    const [one, other] = await Promise.all(coming) as [PhoneCall, PhoneCall]
    await Promise.all([one.answer(), other.answer()])
    one.audio.play(1100)
    other.audio.play(1700)
    await Promise.all([out.audio.hearsTogether([1100, 1700]), one.audio.hearsTogether([500, 1700]), other.audio.hearsTogether([500, 1100])])
    await one.hold('sendonly')
    await Promise.all([out.audio.hears(1700), other.audio.hears(500)])
    await Promise.all([one.bye(), other.bye()])
    // Nobody is left, so it is over for the caller as well.
    await out.ended()
    assert.equal((await house.verdict(out)).termination?.reason, 'page-ended')
  })

  test('a phone that does not answer by itself is let go, one that is busy is left alone, and so is who does not want it', async () => {
    const hall = await group([1, 2, 3, 4], { answerSeconds: 3 })
    const { out: talking, in: answered } = await talk(phones[0]!, phones[4]!, '105')
    await change(3, { doNotDisturb: true })
    const marks = phones.map((phone) => phone.incoming.mark())
    const coming = rung(1, 2)
    const out = await page(phones[3]!, hall.number)
    const [quick, slow] = await Promise.all(coming) as [PhoneCall, PhoneCall]
    await quick.answer()
    slow.ring()
    assert.equal((await slow.ended()).how, 'cancel')
    await quick.audio.hears(440)
    assert.equal(phones[4]!.incoming.mark(), marks[4], 'who is in a call is not rung')
    await quick.bye()
    await out.ended()
    await change(3, { doNotDisturb: false })
    await change(1, { pageable: false })
    await change(2, { doNotDisturb: true })
    await answered.bye()
    await talking.ended()
    await house.idle()
    const again = rung(3)
    const other = await page(phones[0]!, (await group([1, 2, 3])).number)
    await (await again[0]!).answer()
    assert.match((await house.api.get<{ plan: { steps: { reason: string }[] } }[]>('/calls/live')).map(({ plan }) => plan.steps[0]?.reason).join(), /: 104; 102 takes no paging; 103 does not want to be disturbed/)
    await other.bye()
    await change(1, { pageable: true })
    await change(2, { doNotDisturb: false })
  })

  test('who talks to the emergency services is left alone, also where calls are no reason, and by intercom', async () => {
    const carrier = await openPhone({ server: house.sip, user: 'help', password: '' })
    try {
      const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Help', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550002000', emergency: true })
      const hall = await group([1, 2], { skipBusy: false })
      const help = await phones[1]!.invite('911')
      const dispatcher = await carrier.nextCall()
      await dispatcher.answer()
      await help.answered()
      const mark = phones[1]!.incoming.mark()
      const coming = rung(2)
      const out = await page(phones[0]!, hall.number)
      const there = await coming[0]!
      await there.answer()
      await there.audio.hears(440)
      await (await phones[3]!.invite('*80102')).status(486)
      assert.equal(phones[1]!.incoming.mark(), mark)
      await out.bye()
      await help.bye()
      await dispatcher.ended()
      await house.api.send('DELETE', `/trunks/${trunk.id}`)
    } finally {
      await carrier.close()
    }
  })

  test('nobody can be paged: the caller is told why', async () => {
    const hall = await group([4], { answerSeconds: 3 })
    const mark = phones[4]!.incoming.mark()
    const out = await page(phones[0]!, hall.number)
    const there = await phones[4]!.nextCall({ from: mark })
    there.reject(486)
    await out.ended()
    assert.equal((await house.verdict(out)).termination?.reason, 'nobody-paged')
    const { out: talking, in: answered } = await talk(phones[1]!, phones[4]!, '105')
    const busy = await phones[0]!.invite(hall.number)
    await busy.status(486)
    assert.match((await house.verdict(busy)).termination?.explanation ?? '', /in a call: 105/)
    await talking.bye()
    await answered.ended()
  })

  test('who may page is said by number; callers from outside page only where that is allowed', async () => {
    const hall = await group([2], { callers: ['101'] })
    const refused = await phones[1]!.invite(hall.number)
    await refused.status(403)
    assert.match((await house.verdict(refused)).termination?.explanation ?? '', /101 may page .* and 102 is not among them/)
    const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    try {
      await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port })
      const wish = { number: '+15550001000', name: 'Night bell', destination: hall.number }
      const wrong = await house.api.send('POST', '/inbound-numbers', wish)
      assert.match(wrong.body.toString(), /takes no calls from outside/)
      await house.api.send('PATCH', `/paging-groups/${hall.id}`, { fromOutside: true })
      await house.api.post('/inbound-numbers', wish)
      const coming = rung(2)
      const bell = await page(carrier, '+15550001000')
      const there = await coming[0]!
      await there.answer()
      await there.audio.hears(440)
      await bell.bye()
      await there.ended()
    } finally {
      await carrier.close()
    }
  })

  test('what is not there is no member, members are not deleted, and a deleted group comes back', async () => {
    const wrong = await house.api.send('POST', '/paging-groups', { number: String(next++), name: 'Nobody', members: ['00000000-0000-4000-8000-000000000000'] })
    assert.deepEqual([wrong.status, /no extension/.test(wrong.body.toString())], [422, true])
    const hall = await group([3])
    const used = await house.api.send('DELETE', `/extensions/${idOf(3)}`)
    assert.equal(used.status, 409)
    assert.match(used.body.toString(), /member of .*\(Hall\)/)
    await house.api.send('DELETE', `/paging-groups/${hall.id}`)
    const [deleted] = await house.api.get<{ id: string; action: string }[]>('/audit?limit=1')
    assert.equal(deleted?.action, 'paging-group.delete')
    assert.equal((await house.api.send('POST', `/audit/${deleted.id}/undo`)).status, 200)
    const back = (await house.api.get<{ number: string; members: string[] }[]>('/paging-groups')).find(({ number }) => number === hall.number)
    assert.deepEqual(back?.members, [idOf(3)])
  })

  test('fifty phones hear one page', async () => {
    const extra = await Promise.all(Array.from({ length: 50 }, (_, at) => house.extension(String(2000 + at))))
    const many = await Promise.all(extra.map((line) => house.registered(line)))
    const hall = await house.api.post<{ number: string }>('/paging-groups', { number: String(next++), name: 'All', members: extra.map(({ extensionId }) => extensionId), answerSeconds: 20 })
    const calls = many.map(async (phone) => {
      const call = await phone.nextCall({ ms: 30_000 })
      await call.answer()
      return call
    })
    const out = await page(phones[0]!, hall.number)
    const there = await Promise.all(calls)
    await Promise.all(there.map((call) => call.audio.hears(440, 30_000)))
    await out.bye()
    await Promise.all(there.map((call) => call.ended()))
  })
})
