/** Live events: who is let in, what they see, in which order, and when they are shown out. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, afterEach, before, suite, test } from 'node:test'
import { WebSocket } from 'ws'
import { closeCodes } from '../../api/live/connection.ts'
import { LiveMessage } from '../../api/live/schemas.ts'
import { eventually } from '../support/eventually.ts'
import { openGround, type Ground } from './ground.ts'

/** What does not come fails here instead of waiting for ever. */
const LIMIT = { timeout: 30_000 }

let ground: Ground
before(async () => {
  ground = await openGround({ liveTimes: { pingMs: 3_600_000, recheckMs: 3_600_000, bufferMax: 200_000 } })
})
after(() => ground.close())

interface Message {
  type: string
  seq: number
  resume?: string
  missed?: number
  calls?: { id: string }[]
  registrations?: { id: string }[]
  data?: { call?: { id: string; startedAt: string } }
}

class Listener {
  readonly messages: Message[] = []
  readonly socket: WebSocket
  #wake: (() => void) | undefined

  constructor(headers: Record<string, string>, path = '/api/v1/ws') {
    this.socket = new WebSocket(`ws://127.0.0.1:${ground.api.port}${path}`, { headers })
    this.socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message
      LiveMessage.parse(message)
      this.messages.push(message)
      this.#wake?.()
    })
    this.socket.on('error', () => {})
    sockets.push(this.socket)
  }

  /** Waits until that many messages have come. */
  async until(count: number): Promise<Message[]> {
    while (this.messages.length < count) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.messages
  }

  async closed(): Promise<number> {
    const [code] = (await once(this.socket, 'close')) as [number]
    return code
  }
}

const sockets: WebSocket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    if (socket.readyState === WebSocket.CLOSED) continue
    // Not `once`: a socket that never opened has an error first.
    const gone = new Promise((resolve) => socket.on('close', resolve))
    socket.terminate()
    await gone
  }
})

const home = () => ({ Origin: `http://127.0.0.1:${ground.api.port}` })
const asAdmin = () => new Listener({ Cookie: ground.admin.cookie ?? '', ...home() })

/** The status an upgrade is refused with. */
async function refusal(headers: Record<string, string>, path?: string): Promise<number> {
  const { socket } = new Listener(headers, path)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number; resume(): void }]
  response.resume()
  return response.statusCode
}

suite('who is let in', LIMIT, () => {
  test('a signed-in page of ours and a program with a token', async () => {
    const { token } = await ground.program(['calls.read'])
    for (const listener of [asAdmin(), new Listener({ Authorization: `Bearer ${token}` })]) {
      assert.equal((await listener.until(1))[0]?.type, 'hello')
    }
  })

  test('nobody else', async () => {
    const cookie = { Cookie: ground.admin.cookie ?? '' }
    assert.equal(await refusal(home()), 401)
    assert.equal(await refusal({ Authorization: 'Bearer dp_wrong' }), 401)
    assert.equal(await refusal({ Cookie: 'dialplane_session=wrong', ...home() }), 401)
    assert.equal(await refusal(cookie), 403, 'a cookie without an Origin')
    assert.equal(await refusal({ ...cookie, Origin: 'https://evil.example' }), 403)
    assert.equal(await refusal({ ...cookie, ...home(), Host: 'evil.example' }), 421)
    assert.equal(await refusal({ ...cookie, ...home() }, '/api/v1/other'), 404)
  })

  test('at most twenty of one person', async () => {
    const { client } = await ground.person(['user'])
    const headers = { Cookie: client.cookie ?? '', ...home() }
    await Promise.all(Array.from({ length: 20 }, () => new Listener(headers).until(1)))
    assert.equal(await refusal(headers), 429)
  })

  test('an upgrade that breaks off harms nobody', async () => {
    const socket = connect(ground.api.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\nCookie: ${ground.admin.cookie}\r\nOrigin: http://localhost:${ground.api.port}\r\n\r\n`)
    socket.resetAndDestroy()
    await asAdmin().until(1)
  })
})

suite('what they see', LIMIT, () => {
  test('hello holds how things are, then come events', async () => {
    const call = ground.pbx.addCall(ground.tenantId)
    const registration = ground.pbx.addRegistration(ground.tenantId)
    const listener = asAdmin()
    const [hello] = await listener.until(1)
    assert.ok(hello?.calls?.some(({ id }) => id === call.id))
    assert.ok(hello?.registrations?.some(({ id }) => id === registration.id))
    ground.pbx.emit('call.updated', ground.tenantId, { call })
    ground.pbx.emit('registration.changed', ground.tenantId, { registration, change: 'added' })
    ground.pbx.emit('registration.removed', ground.tenantId, { registration, why: 'expired' })
    ground.pbx.emit('recording.finished', ground.tenantId, { recordingId: call.id, callId: call.id, status: 'finished', seconds: 1, failure: null })
    ground.pbx.emit('directory.changed', ground.tenantId, {})
    const messages = await listener.until(6)
    assert.deepEqual(messages.map(({ type }) => type), ['hello', 'call.updated', 'registration.changed', 'registration.removed', 'recording.finished', 'directory.changed'])
    assert.equal(messages[1]?.data?.call?.startedAt, new Date(call.startedAt).toISOString())
  })

  test('what happens while hello is put together comes after it: there is no gap', async () => {
    const call = ground.pbx.addCall(ground.tenantId)
    ground.pbx.onSnapshot = () => ground.pbx.emit('call.ended', ground.tenantId, { call: { ...call, state: 'ended' } })
    const messages = await asAdmin().until(2)
    assert.deepEqual(messages.map(({ type }) => type), ['hello', 'call.ended'])
  })

  test('nothing they have no permission for', async () => {
    const { token } = await ground.program(['registrations.read'])
    const call = ground.pbx.addCall(ground.tenantId)
    const registration = ground.pbx.addRegistration(ground.tenantId)
    const listener = new Listener({ Authorization: `Bearer ${token}` })
    const [hello] = await listener.until(1)
    assert.deepEqual(hello?.calls, [])
    ground.pbx.emit('call.updated', ground.tenantId, { call })
    ground.pbx.emit('directory.changed', ground.tenantId, {})
    ground.pbx.emit('registration.changed', ground.tenantId, { registration, change: 'refreshed' })
    assert.equal((await listener.until(2))[1]?.type, 'registration.changed')
  })

  test('nothing of another tenant', async () => {
    const { client, tenantId } = await ground.stranger()
    const ours = ground.pbx.addCall(ground.tenantId)
    const theirs = ground.pbx.addCall(tenantId)
    const listener = new Listener({ Cookie: client.cookie ?? '', ...home() })
    const [hello] = await listener.until(1)
    assert.deepEqual(hello?.calls?.map(({ id }) => id), [theirs.id])
    ground.pbx.emit('call.updated', ground.tenantId, { call: ours })
    ground.pbx.emit('call.updated', tenantId, { call: theirs })
    assert.equal((await listener.until(2))[1]?.data?.call?.id, theirs.id)
  })
})

suite('coming back', LIMIT, () => {
  const back = (resume: string, after: number, headers: Record<string, string> = { Cookie: ground.admin.cookie ?? '', ...home() }) => new Listener(headers, `/api/v1/ws?resume=${encodeURIComponent(resume)}&after=${after}`)
  const say = (text: string): void => ground.pbx.emit('toll.locked', ground.tenantId, { extensionId: ground.tenantId, number: '100', name: text, reason: 'too much' })
  const saidIn = (messages: readonly Message[]): string[] => messages.flatMap(({ data }) => (data as { name?: string } | undefined)?.name ?? [])

  test('what was missed comes first, once and in order, however often the connection breaks', async () => {
    const first = asAdmin()
    const [hello] = await first.until(1)
    const heard: string[] = []
    let place = hello?.seq ?? -1
    first.socket.terminate()
    for (let round = 0; round < 5; round += 1) {
      say(`${round} away`)
      say(`${round} away too`)
      const listener = back(hello?.resume ?? '', place)
      await listener.until(3)
      say(`${round} here`)
      const messages = await listener.until(4)
      assert.deepEqual([messages[0]?.type, messages[0]?.missed, messages[0]?.seq], ['resumed', 2, place])
      heard.push(...saidIn(messages))
      place = messages.at(-1)?.seq ?? -1
      listener.socket.terminate()
    }
    assert.deepEqual(heard, [0, 1, 2, 3, 4].flatMap((round) => [`${round} away`, `${round} away too`, `${round} here`]))
  })

  test('a place in the middle of what was missed is a place too', async () => {
    const [hello] = await asAdmin().until(1)
    say('one')
    say('two')
    assert.deepEqual(saidIn(await back(hello?.resume ?? '', (hello?.seq ?? 0) + 1).until(2)), ['two'])
  })

  test('who may see other things than before, or says what cannot be, is told how things are', async () => {
    const [hello] = await asAdmin().until(1)
    const { token } = await ground.program(['calls.read'])
    const resume = hello?.resume ?? ''
    const seq = hello?.seq ?? 0
    for (const listener of [back(resume, seq, { Authorization: `Bearer ${token}` }), back(resume, seq + 1), back(`${'x'.repeat(8)}.${resume.split('.')[1]}`, seq), back('', seq), back(resume, -1)]) {
      assert.equal((await listener.until(1))[0]?.type, 'hello')
    }
    assert.equal((await back(resume, seq).until(1))[0]?.type, 'resumed')
  })

  test('what is not for this listener is not told afterwards either', async () => {
    const { token } = await ground.program(['registrations.read'])
    const headers = { Authorization: `Bearer ${token}` }
    const listener = new Listener(headers)
    const [hello] = await listener.until(1)
    listener.socket.terminate()
    say('a secret')
    const registration = ground.pbx.addRegistration(ground.tenantId)
    ground.pbx.emit('registration.changed', ground.tenantId, { registration, change: 'refreshed' })
    const again = back(hello?.resume ?? '', hello?.seq ?? 0, headers)
    assert.deepEqual((await again.until(2)).map(({ type, missed }) => [type, missed]), [['resumed', 1], ['registration.changed', undefined]])
  })

  test('is counted, for this tenant only', async () => {
    const mine = await ground.admin.get<Record<string, number>>('/ws/stats')
    assert.ok((mine['resumed'] ?? 0) >= 7 && (mine['tooLate'] ?? 0) >= 3 && (mine['events'] ?? 0) > 0, JSON.stringify(mine))
    const { client } = await ground.stranger()
    assert.deepEqual(await client.get('/ws/stats'), { connections: 0, listeners: 0, resumed: 0, tooLate: 0, events: 0 })
  })
})

suite('when they are shown out', LIMIT, () => {
  test('at once when they sign out, and not their neighbours', async () => {
    const neighbour = asAdmin()
    await neighbour.until(1)
    const { client } = await ground.person(['user'])
    const listener = new Listener({ Cookie: client.cookie ?? '', ...home() })
    await listener.until(1)
    const code = listener.closed()
    await client.send('POST', '/auth/logout')
    assert.equal(await code, closeCodes.ended)
    ground.pbx.emit('directory.changed', ground.tenantId, {})
    assert.equal((await neighbour.until(2))[1]?.type, 'directory.changed')
  })

  test('at once when the token is revoked or the roles change', async () => {
    const program = await ground.program(['calls.read'])
    const byToken = new Listener({ Authorization: `Bearer ${program.token}` })
    await byToken.until(1)
    const revoked = byToken.closed()
    await ground.admin.send('DELETE', `/tokens/${program.id}`)
    assert.equal(await revoked, closeCodes.ended)
    const { client, id } = await ground.person(['user'])
    const byCookie = new Listener({ Cookie: client.cookie ?? '', ...home() })
    await byCookie.until(1)
    const changed = byCookie.closed()
    await ground.admin.send('PATCH', `/users/${id}`, { roles: ['admin'] })
    assert.equal(await changed, closeCodes.changed)
  })

  test('when they read slower than things happen', async () => {
    const connections = async (): Promise<number> => (await ground.admin.get<{ connections: number }>('/ws/stats')).connections
    const before = await connections()
    const listener = asAdmin()
    await listener.until(1)
    assert.equal(await connections(), before + 1)
    listener.socket.pause()
    const call = ground.pbx.addCall(ground.tenantId, { from: { number: '100', name: 'x'.repeat(20_000), extensionId: null } })
    // Many times what the sockets of both sides and our limit hold.
    for (let sent = 0; sent < 1_000; sent += 1) ground.pbx.emit('call.updated', ground.tenantId, { call })
    listener.socket.resume()
    assert.ok([closeCodes.slow, 1006].includes(await listener.closed()))
    await eventually(async () => (await connections()) === before, 'the slow one to be forgotten')
  })

  test('when they do not answer pings', async () => {
    const { token } = await ground.program(['calls.read'])
    const impatient = await ground.restart({ liveTimes: { pingMs: 40, recheckMs: 3_600_000, bufferMax: 200_000 } })
    const silent = connect(impatient.port, '127.0.0.1')
    silent.write(`GET /api/v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer ${token}\r\n\r\n`)
    silent.resume()
    await once(silent, 'close')
    await impatient.close()
  })

  test('when they send more than a listener has to say', async () => {
    const listener = asAdmin()
    await listener.until(1)
    listener.socket.send('x'.repeat(5_000))
    assert.equal(await listener.closed(), 1009)
  })
})

test('the credential is looked at again from time to time, without counting as use', LIMIT, async () => {
  let looks = 0
  let wake = (): void => {}
  const { database } = ground
  const watched: typeof database = {
    ...database,
    available: true,
    async system(purpose, work) {
      const result = await database.system(purpose, work)
      if (purpose === 'identify session') {
        looks += 1
        wake()
      }
      return result
    },
  }
  const second = await ground.restart({ database: watched, liveTimes: { pingMs: 3_600_000, recheckMs: 20, bufferMax: 200_000 } })
  const { client } = await ground.person(['user'])
  const socket = new WebSocket(`ws://127.0.0.1:${second.port}/api/v1/ws`, { headers: { Cookie: client.cookie ?? '', Origin: `http://127.0.0.1:${second.port}` } })
  sockets.push(socket)
  await once(socket, 'message')
  const ended = once(socket, 'close')
  ground.pass(11 * 3_600_000)
  const enough = looks + 3
  while (looks < enough) await new Promise<void>((resolve) => (wake = resolve))
  ground.pass(2 * 3_600_000)
  assert.equal((await ended)[0], closeCodes.ended)
  await second.close()
})

test('closing the API ends live connections and leaves no listener', LIMIT, async () => {
  const other = await ground.restart()
  await ground.admin.signIn()
  const before = ground.pbx.listeners
  const socket = new WebSocket(`ws://127.0.0.1:${other.port}/api/v1/ws`, { headers: { Cookie: ground.admin.cookie ?? '', Origin: `http://127.0.0.1:${other.port}` } })
  sockets.push(socket)
  await once(socket, 'message')
  assert.equal(ground.pbx.listeners, before + 1)
  const closed = once(socket, 'close')
  await other.close()
  await other.close()
  assert.equal((await closed)[0], 1001)
  assert.equal(ground.pbx.listeners, before)
})
