/** What was changed is seen in the history of each object, and undone through the same checks as any change. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'

interface Entry {
  id: string
  action: string
  undoable: boolean
}
interface Undone {
  subjectId: string
  what: string
  fields: string[]
  left: string[]
}

suite('undo', () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())

  const latest = async (id: string): Promise<Entry> => (await house.api.get<Entry[]>(`/audit?subjectId=${id}&limit=1`))[0]!
  const undo = (entry: Entry): Promise<Undone> => house.api.ask('POST', `/audit/${entry.id}/undo`)
  const refusal = async (entry: Entry): Promise<[number, string]> => {
    const { status, json } = await house.api.send('POST', `/audit/${entry.id}/undo`)
    return [status, (json as { error: { message: string } }).error.message]
  }

  test('a change is put back at once, by an entry of its own that can be undone too', async () => {
    const { extensionId: id } = await house.extension('601', { ringSeconds: 5 })
    await house.api.ask('PATCH', `/extensions/${id}`, { name: 'Anna', forwardBusy: null, vipNumbers: ['12'] })
    await house.api.ask('PATCH', `/extensions/${id}`, { name: 'Berta', vipNumbers: ['12', '13'] })
    const entry = await latest(id)
    assert.equal(entry.undoable, true)
    assert.deepEqual((await undo(entry)).fields.sort(), ['name', 'vipNumbers'])
    const now = await house.api.get<{ name: string; vipNumbers: string[] }>(`/extensions/${id}`)
    assert.deepEqual([now.name, now.vipNumbers], ['Anna', ['12']])
    await undo(await latest(id))
    assert.equal((await house.api.get<{ name: string }>(`/extensions/${id}`)).name, 'Berta')
  })

  test('what was changed again since is left alone, and named', async () => {
    const { extensionId: id } = await house.extension('602')
    await house.api.ask('PATCH', `/extensions/${id}`, { name: 'First', ringSeconds: 10 })
    const first = await latest(id)
    await house.api.ask('PATCH', `/extensions/${id}`, { name: 'Second' })
    const [status, message] = await refusal(first)
    assert.equal(status, 409)
    assert.match(message, /changed again since: name/)
    assert.equal((await house.api.get<{ ringSeconds: number }>(`/extensions/${id}`)).ringSeconds, 10)
  })

  test('what was deleted comes back, what was made goes; a room whose PIN is lost comes back turned off', async () => {
    const member = await house.extension('603')
    const group = await house.api.post<{ id: string }>('/ring-groups', { number: '650', name: 'Sales', strategy: 'in-order', members: [{ extensionId: member.extensionId, delaySeconds: 0 }] })
    const [busy, why] = await refusal(await latest(member.extensionId))
    assert.equal(busy, 409, 'a member cannot go')
    assert.match(why, /member of 650/)
    await house.api.ask('DELETE', `/ring-groups/${group.id}`)
    const back = await undo(await latest(group.id))
    assert.equal(back.what, 'brought-back')
    const again = await house.api.get<{ number: string; strategy: string; members: unknown[] }>(`/ring-groups/${back.subjectId}`)
    assert.deepEqual([again.number, again.strategy, again.members.length], ['650', 'in-order', 1])
    assert.equal((await undo(await latest(back.subjectId))).what, 'removed')
    assert.equal((await house.api.send('GET', `/ring-groups/${back.subjectId}`)).status, 404)

    const room = await house.api.post<{ id: string }>('/conferences', { number: '660', name: 'Board', pin: '4711' })
    await house.api.ask('PATCH', `/conferences/${room.id}`, { pin: '4712' })
    assert.equal((await refusal(await latest(room.id)))[0], 422, 'a PIN is written down nowhere')
    await house.api.ask('DELETE', `/conferences/${room.id}`)
    const board = await undo(await latest(room.id))
    assert.deepEqual(board.left, ['hasPin'])
    assert.equal((await house.api.get<{ enabled: boolean }>(`/conferences/${board.subjectId}`)).enabled, false)
  })

  test('a forward that has become a circle meanwhile is refused as always', async () => {
    const [a, b] = [(await house.extension('604')).extensionId, (await house.extension('605')).extensionId]
    await house.api.ask('PATCH', `/extensions/${a}`, { forwardAlways: '605' })
    await house.api.ask('PATCH', `/extensions/${a}`, { forwardAlways: null })
    const entry = await latest(a)
    await house.api.ask('PATCH', `/extensions/${b}`, { forwardAlways: '604' })
    const [status, message] = await refusal(entry)
    assert.equal(status, 422)
    assert.match(message, /circle/)
  })
})
