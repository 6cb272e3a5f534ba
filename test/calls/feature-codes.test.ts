/** Feature codes that somebody has changed: phones dial the new ones at once, and the old ones are numbers like any other. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone } from '../support/phone.ts'

interface Code { action: string; code: string; customary: string; enabled: boolean }

suite('feature codes', () => {
  let house: House
  let line: Line
  let anna: Phone
  before(async () => {
    house = await startHouse()
    line = await house.extension('101', { name: 'Anna' })
    anna = await house.registered(line)
    await house.extension('102', { name: 'Ben', voicemail: true })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const change = (action: string, body: Record<string, unknown>) => house.api.send('PATCH', `/feature-codes/${action}`, body)
  const disturbed = async (): Promise<boolean> => !(await house.api.get<{ doNotDisturb: boolean }>(`/extensions/${line.extensionId}`)).doNotDisturb
  const dial = async (code: string): Promise<string | undefined> => {
    const call = await anna.invite(code)
    await call.ended()
    return (await house.verdict(call)).termination?.reason
  }

  test('another code holds at once, the old one is nothing; switched off neither is; the customary one comes back', async () => {
    assert.equal((await change('do-not-disturb-on', { code: '*61' })).status, 200)
    assert.equal(await dial('*78'), 'unknown-number')
    assert.equal(await disturbed(), true)
    assert.equal(await dial('*61'), 'feature-done')
    assert.equal(await disturbed(), false)
    assert.equal((await change('do-not-disturb-on', { enabled: false })).status, 200)
    assert.equal(await dial('*61'), 'unknown-number')
    // Two at once: neither change is lost, and of two that do not get along one is refused.
    const both = await Promise.all([change('forward-busy-off', { code: '*62' }), change('forward-always-off', { code: '*63' })])
    assert.deepEqual(both.map(({ status }) => status), [200, 200])
    assert.deepEqual((await house.api.get<Code[]>('/feature-codes')).filter(({ action }) => /^forward-(busy|always)-off$/.test(action)).map(({ code }) => code).toSorted(), ['*62', '*63'])
    const rivals = await Promise.all([change('forward-busy-off', { code: '*64' }), change('forward-always-off', { code: '*64' })])
    assert.deepEqual(rivals.map(({ status }) => status).toSorted(), [200, 422])
    for (const action of ['forward-busy-off', 'forward-always-off']) await house.api.send('DELETE', `/feature-codes/${action}`)
    const back = await house.api.send('DELETE', '/feature-codes/do-not-disturb-on')
    assert.equal(back.status, 200)
    assert.deepEqual((await house.api.get<Code[]>('/feature-codes')).filter(({ code, customary, enabled }) => code !== customary || !enabled), [])
    assert.equal(await dial('*79'), 'feature-done')
    assert.equal(await disturbed(), true)
  })

  test('a change is undone from the history, several of them each by itself, and not over a later one', async () => {
    const latest = async (): Promise<{ id: string; undoable: boolean }> => (await house.api.get<{ id: string; undoable: boolean; action: string }[]>('/audit?limit=20')).filter(({ action }) => action === 'feature-codes.update')[0]!
    const undo = (id: string) => house.api.send('POST', `/audit/${id}/undo`)
    await change('do-not-disturb-on', { code: '*61' })
    const first = await latest()
    assert.equal(first.undoable, true)
    await change('do-not-disturb-off', { enabled: false })
    assert.equal((await undo(first.id)).status, 200, 'another action was changed since, not this one')
    assert.equal(await dial('*78'), 'feature-done')
    assert.equal(await dial('*61'), 'unknown-number')
    await undo((await latest()).id)
    assert.equal(await dial('*61'), 'feature-done', 'undoing is undone, too')
    const before = (await latest()).id
    await change('do-not-disturb-on', { code: '*65' })
    assert.equal((await undo(before)).status, 409)
    for (const action of ['do-not-disturb-on', 'do-not-disturb-off']) await house.api.send('DELETE', `/feature-codes/${action}`)
    assert.equal(await dial('*79'), 'feature-done')
  })

  test('what would be ambiguous is refused with the reason, and a code that forwards use stays', async () => {
    assert.match((await change('do-not-disturb-on', { code: '*79' })).body.toString(), /means something else already/)
    assert.match((await change('voicemail-leave', { code: '*9' })).body.toString(), /could be taken for/)
    assert.equal((await change('nothing', { code: '*61' })).status, 404)
    await house.api.ask('PATCH', `/extensions/${line.extensionId}`, { forwardNoAnswer: '*99102' })
    const used = await change('voicemail-leave', { code: '*55' })
    assert.equal(used.status, 409)
    assert.match(used.body.toString(), /101 \(Anna\).*forwarded to \*99/)
    await house.api.ask('PATCH', `/extensions/${line.extensionId}`, { forwardNoAnswer: null })
    assert.equal((await change('voicemail-leave', { code: '*55' })).status, 200)
    await house.api.ask('PATCH', `/extensions/${line.extensionId}`, { forwardNoAnswer: '*55102' })
    assert.match((await house.api.send('PATCH', `/extensions/${line.extensionId}`, { forwardBusy: '*99102' })).body.toString(), /leads nowhere/)
    const call = await anna.invite('*55102')
    await call.answered()
    await call.audio.hearsSomething()
    await call.bye()
    assert.equal((await house.verdict(call)).termination?.reason, 'voicemail-empty')
  })
})
