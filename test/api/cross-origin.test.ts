/** Pages that a tenant names may call with tokens of its people; others are refused before anything is done. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorOf, openGround } from './ground.ts'

test('only pages that the tenant of the token names, only own calls, never with a cookie', async (t) => {
  const crm = 'https://crm.example.com'
  const ground = await openGround()
  t.after(() => ground.close())
  const { token } = await ground.program(['calls.own'])
  const { client: stranger } = await ground.stranger()
  const theirs = (await stranger.post<{ token: string }>('/tokens', { name: 'program', permissions: ['calls.own'] })).token
  const ask = (path: string, method: string, headers: Record<string, string>) => fetch(`http://127.0.0.1:${ground.api.port}/api/v1${path}`, { method, headers })
  const asked = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,content-type' }
  const error = async (answer: Response) => ((await answer.json()) as { error: { code: string; message: string } }).error
  const dial = (origin: string, bearer: string) => fetch(`http://127.0.0.1:${ground.api.port}/api/v1/own/calls`, { method: 'POST', headers: { Origin: origin, Authorization: `Bearer ${bearer}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ to: '102' }) })

  // The question before holds no token: every page gets the same answer, so none learns whom we serve.
  for (const origin of [crm, 'https://evil.example.com', 'null']) {
    const preflight = await ask('/own/calls', 'OPTIONS', { Origin: origin, ...asked })
    assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin'), preflight.headers.get('access-control-allow-headers'), preflight.headers.get('access-control-allow-credentials'), preflight.headers.get('vary')?.includes('Origin')], [204, origin, 'Authorization, Content-Type', null, true])
  }
  assert.equal((await dial(crm, token)).status, 403)

  for (const origin of ['https://[2001:db8::1]:8443', 'https://192.0.2.1', 'https://xn--bcher-kva.example']) assert.equal((await ground.admin.send('PATCH', '/click-to-dial/pages', { origins: [origin] })).status, 200, origin)
  await ground.admin.ask('PATCH', '/click-to-dial/pages', { origins: [] })

  const settings = await ground.admin.ask<{ origins: string[]; version: number }>('PATCH', '/click-to-dial/pages', { origins: [`${crm}/`, crm, 'http://127.0.0.1:3000'] })
  assert.deepEqual([settings.origins, settings.version], [[crm, 'http://127.0.0.1:3000'], 5])
  for (const origin of ['*', 'crm.example.com', 'https://crm.example.com/app', 'null', 'https://a@crm.example.com', 'chrome-extension://abc', 'https://a.com;script-src', 'https://x;sandbox', 'https://*', 'https://*.example.com', 'https://a,b.com', "https://'self'"]) assert.equal((await ground.admin.send('PATCH', '/click-to-dial/pages', { origins: [origin] })).status, 400, origin)
  assert.equal(errorOf(await ground.admin.send('PATCH', '/click-to-dial/pages', { origins: [], version: 0 })).code, 'conflict')

  const answer = await ask('/own/calls', 'GET', { Origin: crm, Authorization: `Bearer ${token}` })
  assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [200, crm])
  const refused = await ask('/own/calls', 'GET', { Origin: crm })
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [401, crm], 'the page sees why')

  const before = ground.pbx.actors.length
  for (const [origin, bearer] of [['https://evil.example.com', token], ['https://crm.example.com.evil.example', token], ['null', token], ['http://crm.example.com', token], [crm, theirs]] as const) {
    const strange = await dial(origin, bearer)
    const { code, message } = await error(strange)
    assert.deepEqual([strange.status, strange.headers.get('access-control-allow-origin'), code], [403, origin, 'page-not-named'], origin)
    assert.match(message, /An administrator names them in the panel, under API tokens/)
  }
  assert.equal(ground.pbx.actors.length, before, 'nobody was called')
  for (const cookie of [ground.admin.cookie ?? '']) assert.equal((await ask('/own/calls', 'GET', { Origin: crm, Cookie: cookie })).status, 403, 'a cookie is for our pages')
  for (const path of ['/calls', '/auth/session', '/click-to-dial/pages']) {
    const none = await ask(path, 'OPTIONS', { Origin: crm, ...asked })
    assert.deepEqual([none.status, none.headers.get('access-control-allow-origin')], [405, null], path)
  }
  // The other tenant names it for itself; programs that are no pages ask as before.
  await stranger.ask('PATCH', '/click-to-dial/pages', { origins: [crm] })
  assert.notEqual((await dial(crm, theirs)).status, 403)
  assert.equal((await ask('/own/calls', 'GET', { Authorization: `Bearer ${token}` })).status, 200)
  await ground.admin.ask('PATCH', '/click-to-dial/pages', { origins: [] })
  assert.equal((await dial(crm, token)).status, 403)

  // Undone, it is as before; a file has it.
  const [entry] = await ground.admin.get<{ id: string; action: string }[]>('/audit?limit=1')
  assert.equal(entry?.action, 'dial-pages.update')
  await ground.admin.post(`/audit/${entry.id}/undo`)
  assert.deepEqual((await ground.admin.get<{ origins: string[] }>('/click-to-dial/pages')).origins, [crm, 'http://127.0.0.1:3000'])
  assert.notEqual((await dial(crm, token)).status, 403)
})

test('a page of ours that says whose it is takes no token of another tenant', async (t) => {
  const ground = await openGround()
  t.after(() => ground.close())
  const { token } = await ground.program(['calls.own'])
  const { tenantId } = await ground.stranger()
  const ask = async (tenant: string) => {
    const answer = await fetch(`http://127.0.0.1:${ground.api.port}/api/v1/own/calls`, { headers: { Authorization: `Bearer ${token}`, 'X-Dialplane-Tenant': tenant } })
    return [answer.status, ((await answer.json()) as { error?: { code: string } }).error?.code]
  }
  assert.deepEqual(await ask(ground.tenantId), [200, undefined])
  assert.deepEqual(await ask(tenantId), [403, 'token-of-another'])
  assert.deepEqual(await ask('toString'), [403, 'token-of-another'])
})
