/** The script for pages of others: what its integrity says is what is served, to every page, for as long as its address. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { openGround } from './ground.ts'

test('the script is served as its integrity says, in its version only', async (t) => {
  const crm = 'https://crm.example.com'
  const ground = await openGround()
  t.after(() => ground.close())
  await ground.admin.ask('PATCH', '/click-to-dial/pages', { origins: [crm] })
  const here = `http://127.0.0.1:${ground.api.port}`
  const { token } = await ground.program(['calls.own'])
  const told = await fetch(`${here}/api/v1/own/script`, { headers: { Authorization: `Bearer ${token}`, Origin: crm } })
  const { data } = (await told.json()) as { data: { url: string; integrity: string; origins: string[] } }
  assert.deepEqual(data.origins, [crm])
  assert.equal((await fetch(`${here}/api/v1/own/script`)).status, 401)
  const other = await ground.program(['contacts.read'])
  assert.equal((await fetch(`${here}/api/v1/own/script`, { headers: { Authorization: `Bearer ${other.token}` } })).status, 403)

  const served = await fetch(here + new URL(data.url).pathname, { headers: { Origin: 'https://any.example' } })
  const body = Buffer.from(await served.arrayBuffer())
  assert.equal(`sha384-${createHash('sha384').update(body).digest('base64')}`, data.integrity)
  const header = (name: string) => served.headers.get(name)
  assert.deepEqual([served.status, header('access-control-allow-origin'), header('access-control-allow-credentials'), header('cross-origin-resource-policy'), header('cache-control'), header('x-content-type-options'), header('content-type')?.split(';')[0]],
    [200, '*', null, 'cross-origin', 'public, max-age=31536000, immutable', 'nosniff', 'text/javascript'])

  const newest = await fetch(`${here}/dial/dialplane.js`)
  assert.deepEqual([newest.status, newest.headers.get('cache-control'), Buffer.from(await newest.arrayBuffer()).equals(body)], [200, 'no-cache', true], 'for pages that follow every update')
  const old = await fetch(`${here}/dial/0123456789abcdef/dialplane.js`)
  assert.deepEqual([old.status, /Take the new line from My account/.test(await old.text())], [404, true])
  for (const path of ['/dial/', '/dial/other.js', '/dial/..%2fdial.ts']) assert.equal((await fetch(here + path)).status, 404, path)
})
