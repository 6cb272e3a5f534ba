/** All lamps of a phone by one subscription (RFC 4662): the list of its extension, told whole at first and then by what changes. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type SipMessage } from '../support/phone.ts'

interface Told {
  full: boolean
  version: number
  /** By number: the document, undefined where there is none. */
  lamps: Map<string, string | undefined>
}

/** Reads multipart/related as a phone does: by boundary, start and Content-ID. */
function read(notify: SipMessage): Told {
  const type = headerOf(notify, 'Content-Type') ?? ''
  assert.match(type, /^multipart\/related;type="application\/rlmi\+xml";/)
  const value = (name: string): string => new RegExp(`${name}="([^"]+)"`).exec(type)?.[1] ?? ''
  const parts = notify.body.split(`--${value('boundary')}`).slice(1, -1).map((part) => {
    const [head = '', ...rest] = part.split('\r\n\r\n')
    return { id: /Content-ID: (\S+)/.exec(head)?.[1] ?? '', type: /Content-Type: (\S+)/.exec(head)?.[1] ?? '', body: rest.join('\r\n\r\n') }
  })
  const root = parts.find(({ id }) => id === value('start'))
  assert.match(root?.type ?? '', /^application\/rlmi\+xml/)
  assert.equal(parts[0], root, 'the list comes first')
  const lamps = new Map<string, string | undefined>()
  for (const [, uri = '', state, cid] of (root?.body ?? '').matchAll(/<resource uri="sip:([^@"]+)@[^>]*>(?:<name>[^<]*<\/name>)?<instance id="[^"]*" state="(\w+)"(?: reason="noresource")?(?: cid="([^"]+)")?\/>/g)) {
    const part = parts.find(({ id }) => id === `<${cid}>`)
    assert.equal(part !== undefined, state === 'active')
    lamps.set(uri, part?.body)
  }
  return { full: /fullState="true"/.test(root?.body ?? ''), version: Number(/ version="(\d+)"/.exec(root?.body ?? '')?.[1]), lamps }
}

let next = 300

suite('lists of lamps', () => {
  let house: House
  let line: Line
  let watcher: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    line = await house.extension('299', { name: 'Reception' })
    watcher = await house.registered(line, { transport: 'tcp' })
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const set = async (lampNumbers: string[]): Promise<number> => (await house.api.send('PATCH', `/extensions/${line.extensionId}`, { lampNumbers })).status
  async function subscribe(user: string, headers: [string, string][] = [['Supported', 'eventlist']], event = 'dialog'): Promise<{ answer: SipMessage; next: () => Promise<SipMessage>; count: () => number }> {
    let from = watcher.received.mark()
    const answer = await watcher.subscribe(event, { expires: 600, uri: `sip:${user}@${house.sip.host}:${house.sip.port}`, headers })
    const isOurs = (message: SipMessage): boolean => message.method === 'NOTIFY' && headerOf(message, 'Call-ID') === headerOf(answer, 'Call-ID')
    return {
      answer,
      count: () => watcher.received.entries.filter(isOurs).length,
      async next() {
        const notify = await watcher.received.until(isOurs, 'a NOTIFY of the list', { from })
        from = watcher.received.entries.indexOf(notify) + 1
        return notify
      },
    }
  }

  test('fifty colleagues by one subscription: all at first, then who rings alone', async () => {
    const numbers = Array.from({ length: 50 }, () => String(next++))
    const lines = await Promise.all(numbers.map((number) => house.extension(number, { name: `Name ${number}` })))
    assert.equal(await set(numbers), 200)
    const list = await subscribe('blf-299', [['Supported', 'eventlist'], ['Accept', 'multipart/related, application/rlmi+xml, application/dialog-info+xml']])
    assert.deepEqual([list.answer.status, headerOf(list.answer, 'Require')], [200, 'eventlist'])
    const first = await list.next()
    assert.equal(headerOf(first, 'Require'), 'eventlist')
    const all = read(first)
    assert.deepEqual([all.full, all.version, [...all.lamps.keys()]], [true, 0, numbers])
    for (const document of all.lamps.values()) assert.match(document ?? '', /version="0"[^]*<state>terminated/)
    const [caller, called] = [await house.registered(lines[0]!), await house.registered(lines[1]!)]
    const call = await caller.invite(numbers[1]!)
    await (await called.nextCall()).answer()
    await call.answered()
    const seen = new Map<string, string>()
    let version = 0
    const until = async (state: RegExp): Promise<void> => {
      while (![0, 1].every((at) => state.test(seen.get(numbers[at]!) ?? ''))) {
        const told = read(await list.next())
        assert.deepEqual([told.full, told.version], [false, ++version])
        for (const [number, document] of told.lamps) {
          assert.ok(numbers.indexOf(number) < 2, `${number} has not changed`)
          seen.set(number, document ?? '')
        }
      }
    }
    await until(/<state>confirmed/)
    assert.match(seen.get(numbers[1]!) ?? '', new RegExp(`Name ${numbers[0]}`))
    await call.bye()
    await until(/<state>terminated/)
  })

  test('slots, hours and codes are in it too, what is nobody’s has no lamp; a changed list is told whole', async () => {
    const number = String(next++)
    await house.extension(number, { name: 'Ben' })
    const hours = await house.api.post<{ id: string; number: string }>('/schedules', { number: String(next++), name: 'Office', open: number, closed: number })
    assert.equal(await set([number, '5951', hours.number, '*78', '7777']), 200)
    const list = await subscribe('blf')
    const first = read(await list.next())
    assert.deepEqual([...first.lamps].map(([of, document]) => [of, document !== undefined]), [[number, true], ['5951', true], [hours.number, true], ['*78', true], ['7777', false]])
    await house.api.send('PATCH', `/extensions/${line.extensionId}`, { doNotDisturb: true })
    const disturbed = read(await list.next())
    assert.deepEqual([disturbed.full, [...disturbed.lamps.keys()]], [false, ['*78']])
    await house.api.send('PATCH', `/extensions/${line.extensionId}`, { doNotDisturb: false })
    assert.match(read(await list.next()).lamps.get('*78') ?? '', /terminated/)
    await house.extension('7777', { name: 'New' })
    const born = read(await list.next())
    assert.deepEqual([born.full, [...born.lamps.keys()]], [false, ['7777']])
    assert.match(born.lamps.get('7777') ?? '', /dialog-info/)
    await house.api.send('DELETE', `/schedules/${hours.id}`)
    assert.deepEqual([...read(await list.next()).lamps], [[hours.number, undefined]])
    assert.equal(await set(['7777', number]), 200)
    const changed = read(await list.next())
    assert.deepEqual([changed.full, [...changed.lamps.keys()]], [true, ['7777', number]])
    // One that was not there when it subscribed is watched now.
    const caller = await house.registered(await house.extension(String(next++)))
    const call = await caller.invite('7777')
    await call.ended()
    const again = await watcher.subscribe('dialog', { to: list.answer, expires: 600 })
    assert.deepEqual([again.status, headerOf(again, 'Require')], [200, 'eventlist'])
    assert.equal(read(await list.next()).full, true, 'a refresh tells all')
    await watcher.subscribe('dialog', { to: list.answer, expires: 0 })
    assert.match(headerOf(await list.next(), 'Subscription-State') ?? '', /^terminated;reason=timeout/)
  })

  test('presence of all by one subscription, and an empty list', async () => {
    const number = String(next++)
    const own = await house.extension(number, { name: 'Ben' })
    assert.equal(await set([number]), 200)
    const list = await subscribe('blf', [['Require', 'eventlist']], 'presence')
    assert.match(read(await list.next()).lamps.get(number) ?? '', /<basic>closed/)
    await house.registered(own)
    assert.match(read(await list.next()).lamps.get(number) ?? '', /<basic>open/)
    assert.equal(await set([]), 200)
    const empty = read(await list.next())
    assert.deepEqual([empty.full, empty.lamps.size], [true, 0])
  })

  test('refused: a phone that knows no lists, the list of another, lamps that are none', async () => {
    const without = await subscribe('blf', [])
    assert.deepEqual([without.answer.status, headerOf(without.answer, 'Require')], [421, 'eventlist'])
    assert.equal((await subscribe('blf-100')).answer.status, 404)
    assert.equal((await subscribe('blfx')).answer.status, 404)
    assert.equal((await subscribe('blf', [['Supported', 'eventlist']], 'message-summary')).answer.status, 404)
    for (const wrong of [['+12025550123'], ['abc'], ['']]) assert.equal(await set(wrong), 400)
    assert.equal(await set(Array.from({ length: 201 }, (_, at) => String(1000 + at))), 400)
  })
})
