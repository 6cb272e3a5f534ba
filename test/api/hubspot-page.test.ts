/** The page for HubSpot's calling window: framed by pages that its tenant names, and nothing else of ours is. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { openGround } from './ground.ts'

test('the page is framed by the pages that its tenant names; everything else by nobody', async (t) => {
  const ground = await openGround()
  t.after(() => ground.close())
  const here = `http://127.0.0.1:${ground.api.port}`
  const { client: stranger, tenantId: other } = await ground.stranger()
  const framing = async (path: string): Promise<[number, string | undefined, string | null]> => {
    const answer = await fetch(here + path)
    return [answer.status, /frame-ancestors [^;]*/.exec(answer.headers.get('content-security-policy') ?? '')?.[0], answer.headers.get('x-frame-options')]
  }
  const closed = ["frame-ancestors 'none'", 'DENY']
  const own = `/dial/hubspot/${ground.tenantId}`
  assert.deepEqual(await framing(own), [200, ...closed], 'nobody is named yet')
  await ground.admin.ask('PATCH', '/click-to-dial/pages', { origins: ['https://app.hubspot.com', 'https://app-eu1.hubspot.com'] })
  await stranger.ask('PATCH', '/click-to-dial/pages', { origins: ['https://crm.other.example'] })
  assert.deepEqual(await framing(own), [200, 'frame-ancestors https://app.hubspot.com https://app-eu1.hubspot.com', null])
  assert.deepEqual(await framing(`/dial/hubspot/${other}`), [200, 'frame-ancestors https://crm.other.example', null])
  assert.deepEqual(await framing(`/dial/hubspot/${randomUUID()}`), [200, ...closed], 'of nobody')
  for (const path of ['/dial/hubspot/page.js', '/dial/hubspot/sdk.js', '/dial/dialplane.js', '/api/docs', '/api/openapi.json']) assert.deepEqual(await framing(path), [200, ...closed], path)
  for (const path of ['/dial/hubspot', '/dial/hubspot/other.js', '/dial/hubspot/toString', `${own}/x`]) assert.deepEqual(await framing(path), [404, ...closed], path)
  // Named before such were refused.
  await ground.database.system('test', (trx) => trx('dial_pages').where({ tenant_id: other }).update({ origins: ['https://a.com;sandbox', 'https://*', 'https://crm.other.example'] }))
  const { port } = await ground.restart()
  assert.deepEqual((await fetch(`http://127.0.0.1:${port}/dial/hubspot/${other}`)).headers.get('content-security-policy')?.match(/sandbox|frame-ancestors [^;]*/g), ['frame-ancestors https://crm.other.example'])
  const page = await (await fetch(here + own)).text()
  assert.ok(page.includes(`data-tenant="${ground.tenantId}"`))
  assert.ok(page.includes('data-origins="[&#34;https://app.hubspot.com&#34;,&#34;https://app-eu1.hubspot.com&#34;]"'))
  assert.ok(!/<script(?! type="module" src="\/dial\/)/.test(page) && !/ style=| on\w+=/.test(page), 'nothing that the policy forbids')
})
