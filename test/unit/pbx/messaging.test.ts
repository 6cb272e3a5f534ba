/** Text messages without a network: what is taken, how many, and in which order whatever phones do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PbxEvent } from '../../../pbx/events/catalogue.ts'
import { createRate } from '../../../pbx/messaging/rate.ts'
import { createSending } from '../../../pbx/messaging/sending.ts'
import type { MessageStore, NewWaiting, Waiting } from '../../../pbx/messaging/store.ts'
import { takeText } from '../../../pbx/messaging/text.ts'
import { DEVICE, directoryOf, EXTENSION, logger, TENANT } from '../registrar/fakes.ts'

const request = (contentType: string | undefined, body: string, transport: 'udp' | 'tls' = 'tls', headers: Record<string, string> = {}) =>
  ({ contentType, body, source: { transport }, header: (name: string) => headers[name.toLowerCase()] })
const statusOf = (taken: ReturnType<typeof takeText>): number => ('status' in taken ? taken.status : 200)

test('kinds and lengths that are taken', () => {
  assert.equal(statusOf(takeText(request('TEXT/Plain ; charset=utf-8', 'Hi'))), 200)
  for (const type of [undefined, 'application/sdp', 'text', 'multipart/mixed;boundary=x']) assert.equal(statusOf(takeText(request(type, 'Hi'))), 415, type)
  assert.equal(statusOf(takeText(request('text/plain', 'Hi', 'tls', { 'content-encoding': 'gzip' }))), 415)
  assert.equal(statusOf(takeText(request('text/plain', ''))), 400)
  // Bytes count, not letters.
  assert.equal(statusOf(takeText(request('text/plain', 'ä'.repeat(650), 'udp'))), 200)
  assert.equal(statusOf(takeText(request('text/plain', 'ä'.repeat(651), 'udp'))), 513)
  assert.equal(statusOf(takeText(request('text/plain', 'ä'.repeat(8_192)))), 200)
  assert.equal(statusOf(takeText(request('text/plain', 'ä'.repeat(8_193)))), 413)
})

test('typing is not for later, however it is wrapped; texts about typing are', () => {
  const waits = (type: string, body: string, headers = {}): boolean => {
    const taken = takeText(request(type, body, 'tls', headers))
    assert.ok('waits' in taken)
    return taken.waits
  }
  assert.equal(waits('application/im-iscomposing+xml', '<isComposing/>'), false)
  assert.equal(waits('message/cpim', 'From: <sip:a@b>\r\n\r\nContent-ID: <1>\r\nContent-type: application/im-iscomposing+xml; charset=utf-8\r\n\r\n<isComposing/>'), false)
  assert.equal(waits('message/cpim', 'From: <sip:a@b>\r\n\r\nContent-type: text/plain\r\n\r\nContent-Type: application/im-iscomposing+xml'), true)
  assert.equal(waits('text/plain', 'application/im-iscomposing+xml'), true)
  assert.equal(waits('text/plain', 'now or never', { expires: '0' }), false)
  assert.equal(waits('text/plain', 'an hour', { expires: '3600' }), true)
})

test('so many in a minute, and as many again as the minute passes', () => {
  let now = 0
  const rate = createRate(() => now)
  const take = (times: number): number => Array.from({ length: times }, () => rate.take('a', 6)).filter(Boolean).length
  assert.equal(take(10), 6)
  assert.equal(rate.take('b', 6), true)
  now = 20_000
  assert.equal(take(10), 2)
  now = 600_000
  assert.equal(take(10), 6)
})

/** Phones that answer when the test says so. */
async function world() {
  const rows: Waiting[] = []
  let place = 0
  let failing = false
  const fail = (): void => {
    if (failing) throw new Error('no database')
  }
  const store: MessageStore = {
    extensions: async () => [...new Set(rows.map(({ extensionId }) => extensionId))],
    save: async (message) => void rows.push({ ...message, place: String(++place) }),
    after: async (extensionId, after) => (fail(), rows.filter((row) => row.extensionId === extensionId && Number(row.place) > Number(after)).slice(0, 2)),
    remove: async (id) => {
      fail()
      rows.splice(rows.findIndex((row) => row.id === id), 1)
    },
    sweep: async () => 0,
  }
  const asked: { body: string; uri: string; answer: (status: number) => void }[] = []
  const news: (() => void)[] = []
  const listeners = new Set<(event: PbxEvent) => void>()
  let contacts: string[] = []
  const register = (...uris: string[]): void => {
    contacts = uris
    for (const listener of listeners) listener({ type: 'registration.changed', tenantId: TENANT, data: { registration: { extensionId: EXTENSION.id } } } as PbxEvent)
  }
  const sending = await createSending({
    directory: directoryOf([EXTENSION], [DEVICE]), logger, store,
    events: { emit: () => undefined, subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)) },
    registrar: { contactsOf: () => contacts.map((uri) => ({ bindingId: uri, deviceId: DEVICE.id, instance: undefined, uri, nextHop: uri, route: [], transport: 'udp', received: '', userAgent: undefined, q: 1, reachable: 'yes', spare: [] })) },
    sip: {
      connected: true,
      request: ({ body = '', uri }) => new Promise((resolve) => {
        asked.push({ body, uri, answer: (status) => resolve({ status, reason: '', userAgent: undefined, header: () => undefined, roundTripMs: 1 }) })
        news.shift()?.()
      }),
    },
  })
  let seen = 0
  return {
    rows, asked, sending, register,
    breakDatabase: (broken: boolean) => void (failing = broken),
    message: (text: string): NewWaiting => ({ id: text, tenantId: TENANT, extensionId: EXTENSION.id, from: { number: '102', name: null }, message: { contentType: 'text/plain', body: text, headers: {} }, sentAt: new Date(0), expiresAt: new Date(1) }),
    /** The next request to a phone. */
    async next(): Promise<(typeof asked)[number]> {
      if (asked.length <= seen) await new Promise<void>((resolve) => news.push(resolve))
      return asked[seen++]!
    },
  }
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('what waits goes one after the other, none overtakes; who is silent or gone ends it until a phone registers', async () => {
  const { rows, asked, sending, register, message, next } = await world()
  for (const text of ['a', 'b', 'c']) assert.equal(await sending.send(message(text), true), 'waiting')
  register('one')
  const first = await next()
  assert.equal(first.body, 'a')
  // Sent while the older ones are on their way.
  assert.equal(await sending.send(message('d'), true), 'waiting')
  assert.equal(asked.length, 1)
  first.answer(200)
  ;(await next()).answer(503)
  // The next look is of the message that came meanwhile: it begins with the oldest.
  const again = await next()
  assert.equal(again.body, 'b')
  again.answer(408)
  await turn()
  assert.deepEqual(rows.map(({ id }) => id), ['b', 'c', 'd'])
  register('one')
  for (const text of ['b', 'c', 'd']) {
    const one = await next()
    assert.equal(one.body, text)
    one.answer(200)
  }
  await turn()
  await turn()
  assert.deepEqual(rows, [])
  const live = sending.send(message('e'), true)
  ;(await next()).answer(202)
  assert.equal(await live, 'delivered')
  await sending.close()
})

test('what no phone wants stays for another one, and is not asked of it again', async () => {
  const { rows, asked, sending, register, message, next } = await world()
  register('one')
  const sent = sending.send(message('a'), true)
  ;(await next()).answer(415)
  assert.equal(await sent, 'waiting')
  register('one')
  await turn()
  await turn()
  assert.equal(asked.length, 1)
  register('one', 'two')
  const other = await next()
  assert.equal(other.uri, 'two')
  other.answer(200)
  await turn()
  assert.deepEqual(rows, [])
  await sending.close()
})

test('what a phone has is not sent again while the database cannot forget it', async () => {
  const { rows, asked, sending, register, breakDatabase, message, next } = await world()
  await sending.send(message('a'), true)
  register('one')
  const one = await next()
  breakDatabase(true)
  one.answer(200)
  await turn()
  breakDatabase(false)
  assert.equal(rows.length, 1)
  register('one')
  await turn()
  await turn()
  assert.deepEqual([rows.length, asked.length], [0, 1])
  await sending.close()
})

test('an answer that comes too late for the sender still counts', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { rows, asked, sending, register, message, next } = await world()
  register('one')
  const sent = sending.send(message('a'), true)
  const slow = await next()
  t.mock.timers.tick(4_000)
  assert.equal(await sent, 'waiting')
  register('one')
  await turn()
  assert.deepEqual([rows.length, asked.length], [1, 1], 'it is under way')
  slow.answer(200)
  await turn()
  await turn()
  assert.deepEqual([rows.length, asked.length], [0, 1])
  assert.equal(await Promise.race([sending.send(message('typing'), false), turn().then(async () => ((await next()).answer(500), 'asked'))]), 'asked')
  await sending.close()
})
