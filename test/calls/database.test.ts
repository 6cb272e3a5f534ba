/** PostgreSQL goes away for a while: phones register and call as before, and the history is whole after. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone } from '../support/phone.ts'
import { treeOf } from '../support/process-tree.ts'

const external = process.env['DATABASE_URL'] ? 'DATABASE_URL is set: that server is not ours to stop' : false

suite('without a database', { skip: external }, () => {
  let house: House
  let alice: Phone
  let bob: Phone
  before(async () => {
    house = await startHouse()
    ;({ alice, bob } = await house.pair('100', '101'))
  })
  after(() => house?.close())

  /** PostgreSQL's processes below this one, the first one first. */
  const postgres = (): number[] => {
    const pids = treeOf(process.pid).filter((one) => one.name === 'postgres').map((one) => one.pid)
    assert.ok(pids.length > 0, 'no PostgreSQL below this process')
    return pids
  }

  async function wholeCall(): Promise<string> {
    const from = bob.incoming.mark()
    const call = await alice.invite('101')
    const incoming = await bob.nextCall({ from })
    await incoming.answer()
    await call.answered()
    assert.equal((await call.bye()).status, 200)
    return (await house.verdict(call)).id
  }

  const databaseIs = (ok: boolean): Promise<boolean> => eventually(async () => (await house.api.send('GET', '/health')).status === (ok ? 200 : 503), `the database to be ${ok ? 'back' : 'gone'}`)

  async function historyHolds(ids: readonly string[]): Promise<void> {
    let past: string[] = []
    await eventually(async () => {
      past = (await house.history('?limit=100')).map((one) => one.id)
      return ids.every((id) => past.includes(id))
    }, 'every call in the history')
    assert.equal(new Set(past).size, past.length, 'no call twice')
  }

  test('PostgreSQL stands still: registrations and calls go on, and every call is in the history after', async () => {
    const frozen = postgres()
    for (const pid of frozen) process.kill(pid, 'SIGSTOP')
    const ids: string[] = []
    try {
      for (let i = 0; i < 5; i++) {
        assert.equal((await alice.register()).status, 200)
        ids.push(await wholeCall())
      }
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT')
    }
    await historyHolds(ids)
  })

  test('PostgreSQL is killed: it is started again, and nothing is lost', async () => {
    const [first] = postgres()
    assert.ok(first)
    process.kill(first, 'SIGKILL')
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      assert.equal((await bob.register()).status, 200)
      ids.push(await wholeCall())
    }
    await databaseIs(true)
    await historyHolds(ids)
    assert.equal((await house.registrations()).length, 2)
  })
})
