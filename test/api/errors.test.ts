/** Whatever goes wrong has one shape, the right status, and tells nothing of our insides. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { openGround, errorOf, type Ground } from './ground.ts'

let ground: Ground
before(async () => {
  ground = await openGround({ checkResponses: false })
})
after(() => ground.close())
beforeEach(() => ground.log.splice(0))

interface Raw {
  status: number
  headers: Record<string, string | string[] | undefined>
  json: unknown
}

/** A request with any body at all, as the administrator. */
function raw(method: string, path: string, headers: Record<string, string> = {}, body?: Buffer | string): Promise<Raw> {
  const all = { Cookie: ground.admin.cookie ?? '', 'X-CSRF-Token': ground.admin.csrfToken ?? '', ...headers }
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: ground.api.port, method, path, headers: all, agent: false }, (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('end', () => {
        const text = Buffer.concat(parts).toString()
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, json: text.startsWith('{') ? JSON.parse(text) : text })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

const json = { 'Content-Type': 'application/json' }

/** Exactly the shape the conventions promise. */
function isError(answer: Raw, status: number, code: string): void {
  assert.equal(answer.status, status, JSON.stringify(answer.json))
  assert.deepEqual(Object.keys(answer.json as object), ['error'])
  const error = errorOf(answer)
  assert.deepEqual(Object.keys(error).toSorted(), ['code', 'details', 'message'])
  assert.equal(error.code, code)
  assert.ok(error.message.length > 10, error.message)
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  assert.equal(answer.headers['cache-control'], 'no-store')
}

test('a body that is no JSON is 400 and is not quoted', async () => {
  const answer = await raw('POST', '/api/v1/extensions', json, '{"number": "secretive')
  isError(answer, 400, 'malformed')
  assert.doesNotMatch(errorOf(answer).message, /secretive/)
})

test('a body of another kind is 415', async () => {
  isError(await raw('POST', '/api/v1/extensions', { 'Content-Type': 'text/plain' }, 'number=100'), 415, 'unsupported-media-type')
  isError(await raw('POST', '/api/v1/extensions', { ...json, 'Content-Encoding': 'rot13' }, '{}'), 415, 'unsupported-media-type')
})

test('a body above 100 kB is 413, also when it is packed', async () => {
  const big = JSON.stringify({ number: '100', name: 'x'.repeat(120_000) })
  isError(await raw('POST', '/api/v1/extensions', json, big), 413, 'too-large')
  isError(await raw('POST', '/api/v1/extensions', { ...json, 'Content-Encoding': 'gzip' }, gzipSync(big)), 413, 'too-large')
})

test('a missing body names the field that is missing', async () => {
  const answer = await raw('POST', '/api/v1/extensions')
  isError(answer, 400, 'malformed')
})

test('wrong and unknown fields are told one by one', async () => {
  const body = { number: '1x', name: '  ', ringSeconds: 1, colour: 'red', __proto__x: 1 }
  const answer = await raw('POST', '/api/v1/extensions', json, JSON.stringify(body))
  isError(answer, 400, 'malformed')
  assert.deepEqual(errorOf(answer).details.map(({ field }) => field).toSorted(), ['__proto__x', 'colour', 'name', 'number', 'ringSeconds'])
})

test('a name with a line break in it is refused', async () => {
  const answer = await raw('POST', '/api/v1/extensions', json, JSON.stringify({ number: '321', name: 'A\r\nContact: sip:evil' }))
  isError(answer, 400, 'malformed')
  assert.equal(errorOf(answer).details[0]?.field, 'name')
})

test('query parameters are checked and unknown ones refused', async () => {
  for (const query of ['limit=101', 'limit=0', 'page=0', 'page=x', 'order=up', 'sort=password', 'colour=red', 'limit=1&limit=2']) {
    isError(await raw('GET', `/api/v1/extensions?${query}`), 400, 'malformed')
  }
  isError(await raw('GET', '/api/v1/system?verbose=1'), 400, 'malformed')
})

test('an id that is no UUID is 400, one of nothing 404', async () => {
  isError(await raw('GET', '/api/v1/extensions/1'), 400, 'malformed')
  isError(await raw('GET', '/api/v1/extensions/00000000-0000-4000-8000-000000000000'), 404, 'not-found')
  isError(await raw('GET', '/api/v1/extensions/%E0%A4%A'), 400, 'malformed')
})

test('an unknown path is 404 inside and outside the API', async () => {
  isError(await raw('GET', '/api/v1/nothing'), 404, 'not-found')
  isError(await raw('GET', '/api/nothing'), 404, 'not-found')
  isError(await raw('GET', '/nothing'), 404, 'not-found')
  isError(await raw('GET', '/admin/assets/nothing.js'), 404, 'not-found')
})

test('another method is 405 with Allow', async () => {
  const answer = await raw('PUT', '/api/v1/extensions')
  isError(answer, 405, 'method-not-allowed')
  assert.equal(answer.headers['allow'], 'GET, HEAD, POST')
  isError(await raw('OPTIONS', '/api/v1/extensions'), 405, 'method-not-allowed')
})

test('HEAD answers as GET without a body', async () => {
  const answer = await raw('HEAD', '/api/v1/extensions')
  assert.deepEqual([answer.status, answer.json], [200, ''])
})

test('an answer that did not change is 304', async () => {
  const first = await raw('GET', '/api/v1/extensions')
  const again = await raw('GET', '/api/v1/extensions', { 'If-None-Match': String(first.headers['etag']) })
  assert.equal(again.status, 304)
  assert.equal(first.headers['cache-control'], 'private, no-cache')
})

test('a bug is 500 with a reference that is in the log, and no word of what it was', async () => {
  const call = ground.pbx.addCall(ground.tenantId, { startedAt: Number.NaN })
  const answer = await raw('GET', `/api/v1/calls/${call.id}`)
  isError(answer, 500, 'internal')
  assert.doesNotMatch(JSON.stringify(answer.json), /RangeError|Invalid time|at /)
  const reference = /reference ([0-9a-f-]{36})/.exec(errorOf(answer).message)?.[1]
  const logged = ground.log.find((line) => line['reference'] === reference)
  assert.match(JSON.stringify(logged?.['err']), /RangeError/)
})

test('another Host is 421: a name that was made to point here is not ours', async () => {
  isError(await raw('GET', '/api/v1/health', { Host: 'evil.example' }), 421, 'misdirected')
  isError(await raw('GET', '/admin', { Host: `evil.example:${ground.api.port}` }), 421, 'misdirected')
  for (const host of ['localhost', `localhost:${ground.api.port}`, '127.0.0.1', '[::1]:80']) {
    assert.equal((await raw('GET', '/api/v1/health', { Host: host })).status, 200, host)
  }
})

test('a broken Authorization header is 401, and is not covered by a good cookie', async () => {
  for (const value of ['Bearer', 'Bearer dp_wrong', `Bearer ${'x'.repeat(5000)}`]) {
    isError(await raw('GET', '/api/v1/extensions', { Authorization: value }), 401, 'unauthenticated')
  }
})

test('the password of a proxy in front is no business of ours', async () => {
  assert.equal((await raw('GET', '/api/v1/extensions', { Authorization: 'Basic YTpi' })).status, 200)
  isError(await raw('GET', '/api/v1/extensions', { Authorization: 'Basic YTpi', Cookie: '' }), 401, 'unauthenticated')
})

test('bytes that are no HTTP get a 400 and the server lives on', async () => {
  const socket = connect(ground.api.port, '127.0.0.1')
  socket.write('INVITE sip:100@127.0.0.1 SIP/2.0\r\n\r\n')
  const [first] = (await once(socket, 'data')) as [Buffer]
  assert.match(first.toString(), /^HTTP\/1.1 400/)
  socket.destroy()
  assert.equal((await raw('GET', '/api/v1/health')).status, 200)
})

test('If-Match must be a version', async () => {
  const made = await raw('POST', '/api/v1/extensions', json, JSON.stringify({ number: '701', name: 'A' }))
  const { id } = (made.json as { data: { extension: { id: string } } }).data.extension
  const patch = (tag: string, body: object = { name: 'B' }) => raw('PATCH', `/api/v1/extensions/${id}`, { ...json, 'If-Match': tag }, JSON.stringify(body))
  isError(await patch('W/"1"'), 400, 'malformed')
  isError(await patch('"7"'), 409, 'conflict')
  assert.equal((await patch('"1"')).status, 200)
  assert.equal((await patch('*')).status, 200)
  isError(await raw('PATCH', `/api/v1/extensions/${id}`, json, '{"name":"C","version":1}'), 409, 'conflict')
})

test('health says only whether, and with 503 when not', async () => {
  ground.pbx.well = false
  const answer = await raw('GET', '/api/v1/health', { Cookie: '' })
  ground.pbx.well = true
  assert.deepEqual([answer.status, answer.json], [503, { data: { status: 'impaired' } }])
})

test('a database that went away is 503 with Retry-After', async () => {
  await ground.database.close()
  const answer = await raw('GET', '/api/v1/extensions')
  isError(answer, 503, 'unavailable')
  assert.match(String(answer.headers['retry-after']), /^\d+$/)
  assert.equal((await raw('GET', '/api/v1/health')).status, 503)
})

test('what leads to the settings of a phone is in no line of the log, whether it is good, wrong or fails', async () => {
  const { serve } = ground.pbx.phones
  const at = (token: string, method = 'GET') => fetch(`http://127.0.0.1:${ground.api.port}/provision/${token}/805ec0123456.cfg`, { method })
  const good = await at('right')
  assert.deepEqual([good.status, await good.text(), good.headers.get('cache-control')], [200, 'settings in 805ec0123456.cfg', 'no-store, no-transform'])
  const wrong = await at('wrong-one')
  const posted = await at('right', 'POST')
  assert.deepEqual([wrong.status, posted.status, await wrong.text()], [404, 404, await posted.text()])
  ground.pbx.phones.serve = () => Promise.reject(new Error('broken'))
  assert.equal((await at('right')).status, 500)
  ground.pbx.phones.serve = serve
  assert.doesNotMatch(JSON.stringify(ground.log), /right|wrong-one|805ec0123456/)
  assert.ok(ground.log.some((line) => line['path'] === '/provision/…'))
})
