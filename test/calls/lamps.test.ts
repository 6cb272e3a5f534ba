/** Lamps on real phones: calls of others, park slots, opening hours by hand, do not disturb, waiting messages, presence. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type SipMessage } from '../support/phone.ts'
import { leaveMessage } from '../support/talk.ts'

interface Lamp {
  /** The next NOTIFY whose body fits, after the last one that was asked for. */
  shows(fits: RegExp): Promise<SipMessage>
  answer: SipMessage
}

let next = 800

suite('lamps', () => {
  let house: House
  let line: Line
  let watcher: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    line = await house.extension('899', { name: 'Reception', voicemail: true })
    watcher = await house.registered(line)
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  /** Subscribes to a package of a number. */
  async function lamp(event: string, user: string, expires = 600): Promise<Lamp> {
    let from = watcher.received.mark()
    const answer = await watcher.subscribe(event, { expires, uri: `sip:${user}@${house.sip.host}:${house.sip.port}` })
    const callId = headerOf(answer, 'Call-ID')
    return {
      answer,
      async shows(fits) {
        const notify = await watcher.received.until((message) => message.method === 'NOTIFY' && headerOf(message, 'Call-ID') === callId && fits.test(message.body), `a NOTIFY with ${fits}`, { from, ms: 15_000 })
        from = watcher.received.mark()
        return notify
      },
    }
  }
  const pair = async (): Promise<{ caller: Phone; called: Phone; numbers: [string, string]; lines: Line[] }> => {
    const numbers = [String(next++), String(next++)] as [string, string]
    const lines = await Promise.all(numbers.map((number) => house.extension(number, { name: `Name ${number}` })))
    const [caller, called] = await Promise.all(lines.map((one) => house.registered(one)))
    return { caller: caller!, called: called!, numbers, lines }
  }
  const version = (notify: SipMessage): number => Number(/version="(\d+)"/.exec(notify.body)?.[1])

  test('a colleague’s lamp blinks while it rings, with who calls, is lit during the call and dark after it; versions count up', async () => {
    const { caller, called, numbers } = await pair()
    const [of, from] = [await lamp('dialog', numbers[1]), await lamp('dialog', numbers[0])]
    assert.equal(of.answer.status, 200)
    const idle = await of.shows(/<state>terminated/)
    assert.equal(headerOf(idle, 'Content-Type'), 'application/dialog-info+xml')
    assert.match(headerOf(idle, 'Subscription-State') ?? '', /^active;expires=/)
    assert.match(idle.body, new RegExp(`state="full" entity="sip:${numbers[1]}@`))
    await from.shows(/<state>terminated/)
    const call = await caller.invite(numbers[1])
    const ringing = await called.nextCall()
    ringing.ring()
    const early = await of.shows(/<state>early/)
    assert.match(early.body, /direction="recipient"/)
    assert.match(early.body, new RegExp(`<remote><identity display="Name ${numbers[0]}">sip:${numbers[0]}@`))
    assert.match((await from.shows(/<state>early/)).body, /direction="initiator"/)
    await ringing.answer()
    const lit = await of.shows(/<state>confirmed/)
    await from.shows(/<state>confirmed/)
    await call.bye()
    const dark = await of.shows(/<state>terminated/)
    await from.shows(/<state>terminated/)
    const versions = [idle, early, lit, dark].map(version)
    assert.ok(versions.every((each, at) => at === 0 || each > (versions[at - 1] ?? 0)), versions.join())
  })

  test('a call that is cancelled, refused or goes nowhere leaves no lamp lit', async () => {
    const { caller, called, numbers } = await pair()
    const of = await lamp('dialog', numbers[1])
    await of.shows(/<state>terminated/)
    for (const way of ['cancel', 'refuse'] as const) {
      const mark = called.incoming.mark()
      const call = await caller.invite(numbers[1], {})
      const ringing = await called.nextCall({ from: mark })
      ringing.ring()
      await of.shows(/<state>early/)
      if (way === 'cancel') await call.cancel()
      else ringing.reject(486)
      await of.shows(/<state>terminated/)
      await call.ended()
    }
  })

  test('slots, opening hours turned by hand and do not disturb have lamps too', async () => {
    const { caller, called, numbers } = await pair()
    const hours = await house.api.post<{ id: string; number: string }>('/schedules', { number: String(next++), name: 'Office', open: numbers[0], closed: numbers[1] })
    const [slot, office, byCode, disturb] = [await lamp('dialog', '5950'), await lamp('dialog', hours.number), await lamp('dialog', `*28${hours.number}`), await lamp('dialog', '*78')]
    for (const each of [slot, office, byCode, disturb]) await each.shows(/<state>terminated/)
    const call = await caller.invite(numbers[1])
    const ringing = await called.nextCall()
    await ringing.answer()
    await call.answered()
    await ringing.refer(`<sip:5950@${house.sip.host}>`)
    await ringing.ended()
    await slot.shows(new RegExp(`<state>confirmed.*${numbers[0]}`))
    await call.bye()
    await slot.shows(/<state>terminated/)
    await house.api.send('PATCH', `/schedules/${hours.id}`, { override: 'closed' })
    await office.shows(/<state>confirmed/)
    await byCode.shows(/<state>confirmed/)
    await house.api.send('PATCH', `/extensions/${line.extensionId}`, { doNotDisturb: true })
    await disturb.shows(/<state>confirmed/)
    await house.api.send('PATCH', `/extensions/${line.extensionId}`, { doNotDisturb: false })
    await disturb.shows(/<state>terminated/)
    await house.api.send('DELETE', `/schedules/${hours.id}`)
    assert.match(headerOf(await office.shows(/./), 'Subscription-State') ?? '', /^terminated;reason=noresource/)
  })

  test('a message left lights the lamp of the mailbox, and hearing it puts it out', async () => {
    const { caller } = await pair()
    const box = await lamp('message-summary', '899')
    const empty = await box.shows(/Messages-Waiting: no/)
    assert.equal(headerOf(empty, 'Content-Type'), 'application/simple-message-summary')
    assert.match(empty.body, /^Messages-Waiting: no\r\nMessage-Account: sip:\*97@.*\r\nVoice-Message: 0\/0 \(0\/0\)\r\n$/)
    await leaveMessage(await caller.invite('*99899'))
    await box.shows(/Messages-Waiting: yes[^]*Voice-Message: 1\/0 \(0\/0\)/)
    const [message] = await house.api.get<{ id: string }[]>('/voicemail')
    await house.api.send('PATCH', `/voicemail/${message?.id}`, { heard: true })
    await box.shows(/Messages-Waiting: no[^]*Voice-Message: 0\/1/)
  })

  test('presence: reachable, on the phone, do not disturb, gone', async () => {
    const { caller, called, numbers, lines } = await pair()
    const of = await lamp('presence', numbers[1])
    const first = await of.shows(/<basic>open/)
    assert.equal(headerOf(first, 'Content-Type'), 'application/pidf+xml')
    assert.match(first.body, /<note>Available/)
    const call = await caller.invite(numbers[1])
    await (await called.nextCall()).answer()
    await of.shows(/<rpid:on-the-phone\/>[^]*On the phone/)
    await call.bye()
    await of.shows(/Available/)
    await house.api.send('PATCH', `/extensions/${lines[1]!.extensionId}`, { doNotDisturb: true })
    await of.shows(/<rpid:busy\/>[^]*Do not disturb/)
    await called.unregister()
    await of.shows(/<basic>closed/)
  })

  test('refreshed all is told again, ended with a last word; what is nobody’s, not one’s own or unknown is refused', async () => {
    const { numbers } = await pair()
    const of = await lamp('dialog', numbers[0])
    const first = await of.shows(/terminated/)
    const refreshed = await watcher.subscribe('dialog', { to: first, expires: 600 })
    assert.equal(refreshed.status, 200)
    const again = await of.shows(/<state>terminated/)
    assert.equal(version(again), version(first) + 1, 'a NOTIFY that was lost is made up for')
    await watcher.subscribe('dialog', { to: first, expires: 0 })
    assert.match(headerOf(await of.shows(/./), 'Subscription-State') ?? '', /^terminated;reason=timeout/)
    assert.equal((await lamp('dialog', '7777')).answer.status, 404)
    assert.equal((await lamp('message-summary', numbers[0])).answer.status, 403)
    assert.equal((await lamp('conference', numbers[0])).answer.status, 489)
    assert.equal((await lamp('dialog', numbers[0], 1)).answer.status, 423)
    const odd = await watcher.subscribe('dialog', { expires: 600, uri: `sip:${numbers[0]}@${house.sip.host}:${house.sip.port}`, headers: [['Accept', 'text/plain']] })
    assert.equal(odd.status, 406)
  })
})
