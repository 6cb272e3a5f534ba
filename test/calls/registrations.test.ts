/** What a whole house answers to REGISTER, beyond the plain one. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, headersOf, type Phone, type SipMessage } from '../support/phone.ts'

suite('REGISTER', () => {
  let house: House
  let line: Line
  let phone: Phone

  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 0) })
    line = await house.extension('100', { maxContacts: 3 })
    phone = await house.phone(line)
  })
  after(() => house.close())

  const contacts = (answer: SipMessage): string[] => headersOf(answer, 'Contact').flatMap((value) => value.split(/,(?=\s*<)/)).map((value) => /<([^>]*)>/.exec(value)?.[1] ?? value).sort()

  test('what is required and not there is 420, named; path, outbound and gruu are there', async () => {
    const refused = await phone.register({ headers: [['Require', 'path, sec-agree, Outbound, foo']] })
    assert.equal(refused.status, 420)
    assert.deepEqual(headersOf(refused, 'Unsupported').join().split(/,\s*/), ['sec-agree', 'foo'])
    const taken = await phone.register({ headers: [['Require', 'gruu'], ['Supported', 'gruu, path, outbound']] })
    assert.equal(taken.status, 200)
    assert.equal(headerOf(taken, 'Supported'), 'path, outbound, gruu')
    assert.equal((await phone.unregister()).status, 200)
  })

  test('several contacts in one REGISTER: all or none, each with its own time', async () => {
    const several = '<sip:a@127.0.0.1:5071>;q=0.5;expires=120, <sip:b@127.0.0.1:5072>;expires=300, <sip:c@127.0.0.1:5073>'
    const answer = await phone.register({ contact: several, expires: 200 })
    assert.deepEqual(contacts(answer), ['sip:a@127.0.0.1:5071', 'sip:b@127.0.0.1:5072', 'sip:c@127.0.0.1:5073'])
    const shown = await house.registrations()
    assert.deepEqual(shown.map((one) => [one.contact, one.q]).sort(), [['sip:a@127.0.0.1:5071', 0.5], ['sip:b@127.0.0.1:5072', 1], ['sip:c@127.0.0.1:5073', 1]])
    const tooMany = await phone.register({ contact: [1, 2, 3, 4].map((n) => `<sip:n${n}@127.0.0.1>`).join(', ') })
    assert.equal(tooMany.status, 403)
    const oneTooBrief = await phone.register({ contact: '<sip:a@127.0.0.1:5071>;expires=0, <sip:d@127.0.0.1>;expires=5' })
    assert.deepEqual([oneTooBrief.status, headerOf(oneTooBrief, 'Min-Expires')], [423, '60'])
    assert.equal((await house.registrations()).length, 3, 'nothing was done in part')
  })

  test('Contact * only with Expires 0, and alone', async () => {
    assert.equal((await phone.register({ contact: '*' })).status, 400)
    assert.equal((await phone.register({ contact: '*, <sip:a@127.0.0.1>', expires: 0 })).status, 400)
    assert.equal((await house.registrations()).length, 3)
    const none = await phone.register({ contact: '*', expires: 0 })
    assert.deepEqual([none.status, contacts(none)], [200, []])
    assert.deepEqual(await house.registrations(), [])
  })

  test('a full extension: the oldest gives way, or the new phone is refused, as its administrator says', async () => {
    const full = await house.extension('101', { maxContacts: 1, contactsFull: 'reject' })
    const first = await house.registered(full)
    const second = await house.phone(full)
    const refused = await second.register()
    assert.deepEqual([refused.status, refused.reason], [403, 'No more than 1 may be registered, and they are'])
    assert.equal((await first.register()).status, 200, 'who is in stays in')
    const changed = house.event('directory.changed', undefined, { from: house.events.mark() })
    await house.api.ask('PATCH', `/extensions/${full.extensionId}`, { contactsFull: 'replace' })
    await changed
    assert.equal((await second.register()).status, 200)
    assert.deepEqual((await house.registrations()).map((one) => one.received), [`127.0.0.1:${second.local.port}`])
    await second.unregister()
  })
})
