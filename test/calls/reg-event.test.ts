/** A phone watches the registrations of its extension: the event package `reg` (RFC 3680). */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type SipMessage } from '../support/phone.ts'

interface Told {
  version: number
  state: string
  subscription: string
  registration: string
  contacts: { id: string; state: string; event: string; uri: string }[]
}

function read(notify: SipMessage): Told {
  const attribute = (text: string, name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? ''
  const [head = ''] = /<reginfo[^>]*>/.exec(notify.body) ?? []
  const [registration = ''] = /<registration[^>]*>/.exec(notify.body) ?? []
  const contacts = [...notify.body.matchAll(/<contact [^>]*>[^]*?<\/contact>/g)].map(([text]) => ({
    id: attribute(text, 'id'), state: attribute(text, 'state'), event: attribute(text, 'event'), uri: /<uri>([^<]*)</.exec(text)?.[1] ?? '',
  }))
  return { version: Number(attribute(head, 'version')), state: attribute(head, 'state'), subscription: headerOf(notify, 'Subscription-State') ?? '', registration: attribute(registration, 'state'), contacts }
}

suite('the event package reg', () => {
  let house: House
  let line: Line
  let watcher: Phone

  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 0) })
    line = await house.extension('100')
    watcher = await house.phone(line)
  })
  after(() => house.close())

  const next = async (from: number): Promise<Told> => {
    const notify = await watcher.received.until((message) => message.method === 'NOTIFY', 'a NOTIFY', { from, ms: 15_000 })
    assert.equal(headerOf(notify, 'Event'), 'reg')
    assert.equal(headerOf(notify, 'Content-Type'), 'application/reginfo+xml')
    return read(notify)
  }

  test('all at first, then what changes, in versions; all again when asked again; a last word at the end', async () => {
    let from = watcher.received.mark()
    const answer = await watcher.subscribe('reg', { expires: 600, headers: [['Accept', 'application/reginfo+xml']] })
    assert.deepEqual([answer.status, headerOf(answer, 'Expires')], [200, '600'])
    const first = await next(from)
    assert.deepEqual([first.version, first.state, first.registration, first.contacts], [0, 'full', 'terminated', []])
    assert.match(first.subscription, /^active;expires=(600|599)$/)

    from = watcher.received.mark()
    const phone = await house.registered(line)
    const come = await next(from)
    assert.deepEqual([come.version, come.state, come.registration], [1, 'partial', 'active'])
    assert.deepEqual(come.contacts.map(({ state, event, uri }) => [state, event, uri]), [['active', 'registered', phone.contact.slice(1, -1)]])

    // Both within the time that NOTIFYs are apart: told together.
    from = watcher.received.mark()
    const other = await house.registered(line, { transport: 'tcp' })
    await phone.unregister()
    const both = await next(from)
    assert.equal(both.version, 2)
    assert.deepEqual(both.contacts.map(({ state, event }) => [state, event]).sort(), [['active', 'registered'], ['terminated', 'unregistered']])

    from = watcher.received.mark()
    assert.equal((await watcher.subscribe('reg', { to: answer, expires: 300 })).status, 200)
    const again = await next(from)
    assert.deepEqual([again.version, again.state, again.contacts.map(({ uri }) => uri)], [3, 'full', [other.contact.slice(1, -1)]])

    from = watcher.received.mark()
    assert.equal((await watcher.subscribe('reg', { to: answer, expires: 0 })).status, 200)
    const last = await next(from)
    assert.deepEqual([last.version, last.state, last.subscription], [4, 'full', 'terminated;reason=timeout'])
    assert.equal((await watcher.subscribe('reg', { to: answer, expires: 300 })).status, 481)
    await other.unregister()
  })

  test('a fetch: one NOTIFY, and no more', async () => {
    const from = watcher.received.mark()
    const answer = await watcher.subscribe('reg', { expires: 0 })
    assert.deepEqual([answer.status, headerOf(answer, 'Expires')], [200, '0'])
    assert.equal((await next(from)).subscription, 'terminated;reason=timeout')
  })

  test('only the own registrations, known kinds, sensible times; without a password nothing', async () => {
    const stranger = await house.extension('101')
    const uri = `sip:101@${house.sip.host}:${house.sip.port}`
    assert.equal((await watcher.subscribe('reg', { uri })).status, 403)
    assert.equal((await watcher.subscribe('reg', { headers: [['Accept', 'application/pidf+xml']] })).status, 406)
    const brief = await watcher.subscribe('reg', { expires: 5 })
    assert.deepEqual([brief.status, headerOf(brief, 'Min-Expires')], [423, '60'])
    const nobody = await house.phone({ user: stranger.user, password: 'wrong' })
    assert.equal((await nobody.subscribe('reg')).status, 401)
  })

  test('who may not register any more may not watch', async () => {
    const other = await house.extension('102')
    watcher = await house.phone(other)
    let from = watcher.received.mark()
    assert.equal((await watcher.subscribe('reg')).status, 200)
    await next(from)
    from = watcher.received.mark()
    await house.api.ask('PATCH', `/extensions/${other.extensionId}`, { enabled: false })
    assert.equal((await next(from)).subscription, 'terminated;reason=rejected')
  })
})
