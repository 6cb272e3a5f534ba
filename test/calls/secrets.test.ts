/** What must never be written down: passwords, digests, cookies; neither in the log at its most talkative nor in a trace. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallTrace } from '../../pbx/door.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse } from '../support/house.ts'
import { administrator } from '../support/http-client.ts'

test('neither log nor trace holds a secret', async (t) => {
  const house = await startHouse({ change: (settings) => void (settings.log.level = 'trace') })
  t.after(() => house.close())
  const { alice, bob, lines } = await house.pair('100', '101')
  const wrong = await house.phone({ user: '100', password: 'a-wrong-guess-of-mine' })
  assert.equal((await wrong.register()).status, 401)
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  await incoming.answer()
  await call.answered()
  await call.bye()
  const { id } = await house.verdict(call)
  await house.idle()

  // The wire is told in batches, so the last messages come a moment after the verdict.
  const messages = await eventually(async () => {
    const told = (await house.api.get<CallTrace>(`/calls/${id}/trace`)).messages
    return told.filter((message) => message.method === 'BYE' && message.status === 200).length === 2 && told
  }, 'both answers to BYE in the trace')
  const trace = messages.map((message) => message.text).join('\n')
  assert.match(trace, /Proxy-Authorization: Digest username="100"/, 'the trace shows that credentials were sent')
  const log = house.warnings.join('\n')
  assert.match(log, /call ended/, 'the log was on')
  const secrets = [lines[0].password, lines[1].password, 'a-wrong-guess-of-mine', administrator.password, house.api.cookie?.split('=')[1] ?? '', house.api.csrfToken ?? '']
  for (const text of [log, trace]) {
    for (const secret of secrets) {
      assert.ok(secret.length > 8)
      assert.ok(!text.includes(secret), 'a password, cookie or token is there in plain text')
    }
    for (const name of ['response', 'nonce', 'cnonce']) assert.doesNotMatch(text, new RegExp(`\\b${name}=\\\\?"(?!\\[hidden\\])`), `${name} of a digest`)
    // HA1 and its like: 32 or 64 hexadecimal digits in a row. Ids with dashes are none.
    assert.doesNotMatch(text, /(?<![0-9a-f-])([0-9a-f]{32}|[0-9a-f]{64})(?![0-9a-f-])/i, 'something like a digest hash')
  }
})
