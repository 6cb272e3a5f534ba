/** Pages of configured origins may call with a person's token; others may not read a thing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openGround, settingsFor } from './ground.ts'

test('only configured origins, only own calls, never with a cookie', async (t) => {
  const crm = 'https://crm.example.com'
  const ground = await openGround()
  t.after(() => ground.close())
  const api = await ground.restart({ settings: { ...settingsFor('', ''), dial: { origins: [crm] } } })
  const { token } = await ground.program(['calls.own'])
  const ask = (path: string, method: string, headers: Record<string, string>) => fetch(`http://127.0.0.1:${api.port}/api/v1${path}`, { method, headers })
  const asked = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type' }

  const preflight = await ask('/own/calls', 'OPTIONS', { Origin: crm, ...asked })
  assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-headers'), preflight.headers.get('access-control-allow-credentials')], [204, crm, 'Authorization, Content-Type', null])
  const answer = await ask('/own/calls', 'GET', { Origin: crm, Authorization: `Bearer ${token}` })
  assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin'), answer.headers.get('vary')?.includes('Origin')], [200, crm, true])
  const refused = await ask('/own/calls', 'GET', { Origin: crm })
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [401, crm], 'the page sees why')

  for (const [origin, path] of [['https://evil.example.com', '/own/calls'], ['https://crm.example.com.evil.example', '/own/calls'], ['null', '/own/calls'], [crm, '/calls'], [crm, '/auth/session']] as const) {
    const none = await ask(path, 'OPTIONS', { Origin: origin, ...asked })
    assert.deepEqual([none.status, none.headers.get('access-control-allow-origin')], [405, null], `${origin} ${path}`)
  }
})
