/** A phone on TCP whose connection closes is gone at once: nobody rings into the void. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'

suite('a connection that closes', () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())

  test('its contact is forgotten and the next call does not wait', async () => {
    const line = await house.extension('101')
    const bob = await house.registered(line, { transport: 'tcp' })
    const alice = await house.registered(await house.extension('100'))
    assert.equal((await house.registrations()).filter((one) => one.extensionNumber === '101').length, 1)
    await bob.close()
    const gone = await house.event('registration.removed', (event) => event.data.registration.extensionNumber === '101')
    assert.equal(gone.data.why, 'disconnected')
    const call = await alice.invite('101')
    const verdict = await house.verdict(call)
    assert.equal(verdict.termination?.reason, 'not-registered')
    await house.idle()
  })
})
