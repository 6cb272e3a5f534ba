/** The panel and the documentation as files, and the headers that guard them. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Api } from '../../api/server.ts'
import { openGround, settingsFor, type Ground } from './ground.ts'

let ground: Ground
let folder: string
let built: Api
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dialplane-panel-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>the panel</title>')
  await writeFile(join(folder, 'assets', 'app-1a2b3c4d.js'), `// ${'x'.repeat(3_000)}`)
  await writeFile(join(folder, 'favicon.svg'), '<svg/>')
  ground = await openGround({ panel: join(folder, 'missing') })
  built = await ground.restart({ panel: folder })
})
after(async () => {
  await ground.close()
  await rm(folder, { recursive: true })
})

interface Page {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

function get(path: string, { api = built, headers = {} }: { api?: Api; headers?: Record<string, string> } = {}): Promise<Page> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: api.port, path, headers, agent: false }, (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: Buffer.concat(parts).toString() }))
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

test('/ leads to the panel', async () => {
  const page = await get('/')
  assert.deepEqual([page.status, page.headers.location], [302, '/admin'])
})

test('index.html stands for every path of the panel and is asked for each time', async () => {
  for (const path of ['/admin', '/admin/', '/admin/calls/123', '/admin/setup']) {
    const page = await get(path)
    assert.deepEqual([page.status, page.headers['cache-control']], [200, 'no-cache'], path)
    assert.match(page.text, /the panel/)
  }
})

test('files named by their content are kept for ever, compressed; others are asked for', async () => {
  const script = await get('/admin/assets/app-1a2b3c4d.js', { headers: { 'Accept-Encoding': 'gzip' } })
  assert.deepEqual([script.headers['cache-control'], script.headers['content-encoding']], ['public, max-age=31536000, immutable', 'gzip'])
  assert.match(script.headers['content-type'] ?? '', /javascript/)
  assert.equal((await get('/admin/favicon.svg')).headers['cache-control'], 'no-cache')
})

test('a file that is not there is 404, and nothing outside is served', async () => {
  for (const path of ['/admin/assets/app-old.js', '/admin/nothing.png', '/admin/..%2fserver.ts', '/admin/%2e%2e/package.json', '/admin/.env']) {
    assert.equal((await get(path)).status, 404, path)
  }
})

test('without a built panel a sentence says what to do', async () => {
  const page = await get('/admin', { api: ground.api })
  assert.equal(page.status, 503)
  assert.match(page.text, /npm run panel/)
})

test('no page can be framed, no script comes from elsewhere or inline', async () => {
  for (const path of ['/admin', '/api/docs', '/api/v1/health', '/nothing']) {
    const { headers } = await get(path)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.match(policy, /script-src 'self'(;|$)/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.match(policy, new RegExp(`connect-src 'self' ws://127.0.0.1:${built.port}`))
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-powered-by'], undefined)
    assert.equal(headers['strict-transport-security'], undefined, 'only behind https')
  }
})

test('the documentation is served from here, whole', async () => {
  const page = await get('/api/docs')
  assert.equal(page.status, 200)
  const wanted = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  assert.equal(wanted.length, 4)
  for (const path of wanted) assert.equal((await get(path)).status, 200, path)
  assert.doesNotMatch(page.text, /<script>|https?:/)
  const document = await get('/api/openapi.json')
  assert.equal((JSON.parse(document.text) as { openapi: string }).openapi, '3.1.0')
  assert.equal((await get('/api/docs/package.json')).status, 404)
})

test('behind https there is HSTS and a wss connection', async () => {
  const secure = await ground.restart({ settings: { ...settingsFor(folder, ''), http: { host: '127.0.0.1', port: 0, publicUrl: 'https://pbx.example.com' } } })
  const { headers } = await get('/api/v1/health', { api: secure, headers: { Host: 'pbx.example.com' } })
  assert.equal(headers['strict-transport-security'], 'max-age=31536000')
  assert.match(String(headers['content-security-policy']), /connect-src 'self' wss:\/\/pbx\.example\.com/)
  assert.equal(secure.url, 'https://pbx.example.com')
})

test('a port that is taken stops the start with a sentence', async () => {
  const settings = settingsFor(folder, '')
  await assert.rejects(ground.restart({ settings: { ...settings, http: { ...settings.http, port: built.port } } }), /something else listens there\. Set HTTP_PORT/)
})
