import assert from 'node:assert/strict'
import { test } from 'node:test'
import { carriers } from '../../../api/lines/carriers.ts'
import { Carrier, TrunkCreate } from '../../../api/lines/schemas.ts'
import { checkTrunk, checkTrunkKind } from '../../../pbx/directory/input-lines.ts'
import { given } from '../../../api/http/fields.ts'

test('every carrier that is known makes a trunk once its account is entered, and asks for nothing that it has', () => {
  assert.ok(carriers.length >= 12)
  assert.equal(new Set(carriers.map(({ id }) => id)).size, carriers.length)
  for (const carrier of carriers) {
    Carrier.parse(carrier)
    const { trunk, asks, hostExample, name } = carrier
    const entered = { ...(asks.host !== undefined && { host: hostExample }), ...(asks.username !== undefined && { username: 'office' }), ...(asks.password !== undefined && { password: 'twelve letters' }) }
    const input = given(TrunkCreate.parse({ ...trunk, name, ...entered }))
    checkTrunkKind({ ...checkTrunk(input), hasPassword: false } as Parameters<typeof checkTrunkKind>[0])
    assert.equal(asks.username !== undefined, asks.password !== undefined, name)
    if (trunk.register || trunk.registersHere) assert.ok(asks.username, `${name} registers`)
    if (trunk.host === '' && !trunk.registersHere) assert.ok(asks.host, `${name} has a host`)
  }
})
