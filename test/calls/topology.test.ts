/** What a carrier sees of the house: every message that reaches it during calls both ways, looked through for anything of the inside. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { openPhone, type Phone, type SipMessage } from '../support/phone.ts'
import { hearEachOther, talk } from '../support/talk.ts'

/** Nothing else in a test has it: wherever it is seen, the phone inside is. */
const INSIDE = '127.0.0.77'

suite('what is seen from outside', () => {
  let house: House
  let carrier: Phone
  let anna: Phone
  let ben: Phone
  let annasUser: string
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
    const trunk = await house.api.post<{ id: string }>('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000' })
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [trunk.id] })
    const [line, other] = [await house.extension('3101', { name: 'Anna Innerhalb' }), await house.extension('3102', { name: 'Ben Innerhalb' })]
    annasUser = line.user
    anna = await house.registered(line, { address: INSIDE })
    ben = await house.registered(other, { address: INSIDE })
    await house.api.post('/inbound-numbers', { number: '+15550001000', name: 'Main', destination: '3101' })
  })
  after(async () => {
    await carrier?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  /** Requests and responses, head and body. */
  function look(messages: readonly SipMessage[]): void {
    assert.ok(messages.length > 0)
    const inner = [INSIDE, 'Innerhalb', 'sip:3101', 'sip:3102', '"3101', '"3102', 'Dialplane test phone', house.home, ...(annasUser === '3101' ? [] : [annasUser])]
    for (const message of messages) {
      const text = `${message.method ?? message.status} ${message.uri} ${message.reason}\n${message.headers.map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${message.body}`
      for (const word of inner) assert.ok(!text.includes(word), `“${word}” is seen outside:\n${text}`)
    }
  }

  test('calls out: answered, held, resumed, transferred to somebody else in the house, hung up', async () => {
    const mark = carrier.received.mark()
    const { out, in: there } = await talk(anna, carrier, '92025550123')
    await hearEachOther(out, there)
    assert.equal((await out.hold('sendonly')).status, 200)
    assert.equal((await out.resume()).status, 200)
    const at = ben.incoming.mark()
    assert.equal((await out.refer(`<sip:3102@${house.sip.host}>`)).status, 202)
    const next = await ben.nextCall({ from: at })
    await next.answer()
    await out.ended()
    await hearEachOther(next, there)
    await next.bye()
    await there.ended()
    const seen = carrier.received.entries.slice(mark)
    assert.ok(seen.some(({ method }) => method === 'INVITE') && seen.some(({ method }) => method === 'BYE'))
    look(seen)
  })

  test('calls in: answered, busy, forwarded out again, and for a number that is not there', async () => {
    const mark = carrier.received.mark()
    const { out, in: there } = await talk(carrier, anna, '+15550001000')
    await hearEachOther(out, there)
    await there.bye()
    await out.ended()
    anna.onCall = (call) => call.reject(486)
    assert.equal((await (await carrier.invite('+15550001000')).ended()).status, 486)
    anna.onCall = undefined
    await (await carrier.invite('+15550009999')).ended()
    const seen = carrier.received.entries.slice(mark)
    for (const status of [200, 486, 404]) assert.ok(seen.some((message) => message.status === status), String(status))
    look(seen)
  })
})
