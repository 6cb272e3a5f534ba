/** Missed calls by e-mail: for ring groups and for extensions, once, and not for what somebody took. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { startMailServer, type TestMailServer } from '../support/mail-server.ts'
import type { Phone } from '../support/phone.ts'

interface Mail { id: string; kind: string; recipients: string[]; title: string }

suite('missed calls by e-mail', () => {
  let house: House
  let server: TestMailServer
  let anna: Phone
  let ben: Phone
  let benId: string
  let group: { id: string }
  before(async () => {
    house = await startHouse()
    server = await startMailServer()
    await house.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port: server.port, security: 'none', username: null, sender: 'phones@example.com', senderName: 'Example' })
    anna = await house.registered(await house.extension('101', { name: 'Anna' }))
    const line = await house.extension('102', { name: 'Ben', ringSeconds: 5 })
    benId = line.extensionId
    await house.api.ask('PATCH', `/extensions/${benId}`, { missedCallMail: [' ben@example.com '] })
    ben = await house.registered(line)
    group = await house.api.post('/ring-groups', { number: '600', name: 'Sales', ringSeconds: 5, members: [{ extensionId: benId, delaySeconds: 0 }], missedCallMail: ['sales@example.com'] })
  })
  after(async () => {
    await server?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const mails = async (): Promise<Mail[]> => (await house.api.get<Mail[]>('/mail')).filter(({ kind }) => kind === 'missed-call')
  /** After this, the mail of every call before it is written, or never will be. */
  const written = async (id: string): Promise<void> => void (await eventually(async () => (await house.api.get<{ id: string }[]>('/calls?limit=100')).find((row) => row.id === id), `the row of ${id}`))
  const rings = async (to: string): Promise<{ call: Awaited<ReturnType<Phone['invite']>>; at: Awaited<ReturnType<Phone['nextCall']>> }> => {
    const from = ben.incoming.mark()
    const call = await anna.invite(to)
    const at = await ben.nextCall({ from })
    at.ring()
    return { call, at }
  }

  test('a group that nobody answers tells who called and for how long it rang; its members are not told as if they had been called', async () => {
    const { call } = await rings('600')
    await call.ended()
    const { id } = await house.verdict(call)
    const mail = await server.mailFor('sales@example.com')
    const words = mail.parts[0]?.content.toString('utf8') ?? ''
    assert.match(mail.headers, /^subject: Missed call from Anna \(101\) for 600 Sales/im)
    assert.match(words, /Anna \(101\) called, and nobody answered\./)
    assert.match(words, /Called: {2}\w{3}, \d+ \w{3} \d{4}/)
    assert.match(words, /For: {5}600 Sales, where phones rang for [456] s/)
    await written(id)
    assert.deepEqual((await mails()).map(({ recipients }) => recipients), [['sales@example.com']])
  })

  test('a caller who gives up has been missed too; forwarded by the extension to the group it is one mail to both', async () => {
    await house.api.ask('PATCH', `/extensions/${benId}`, { forwardNoAnswer: '600' })
    const again = ben.incoming.mark() + 1
    const { call } = await rings('102')
    ;(await ben.nextCall({ from: again })).ring()
    call.cancel()
    await call.ended()
    const { id } = await house.verdict(call)
    await written(id)
    const [mail] = (await mails()).filter(({ recipients }) => recipients.length === 2)
    assert.deepEqual(mail?.recipients, ['ben@example.com', 'sales@example.com'])
    assert.equal(mail.title, 'Missed call from Anna (101) for 102 Ben')
    await house.api.ask('PATCH', `/extensions/${benId}`, { forwardNoAnswer: null })
  })

  test('nobody is told of a call that was answered, at the extension, in the group, or where it went on to', async () => {
    const before = (await mails()).length
    const carl = await house.registered(await house.extension('103', { name: 'Carl' }))
    await house.api.ask('PATCH', `/ring-groups/${group.id}`, { noAnswer: '103' })
    const answered = await rings('102')
    await answered.at.answer()
    await answered.call.answered()
    await answered.call.bye()
    await house.verdict(answered.call)
    const { call, at } = await rings('600')
    at.reject(486)
    await (await carl.nextCall()).answer()
    await call.answered()
    await call.bye()
    await written((await house.verdict(call)).id)
    assert.equal((await mails()).length, before)
    await house.api.ask('PATCH', `/ring-groups/${group.id}`, { noAnswer: null })
  })

  test('a message that is mailed says it all; one that is not mailed, and a caller who leaves none, are told of', async () => {
    await house.api.ask('PATCH', `/extensions/${benId}`, { voicemail: true, missedCallMail: ['box@example.com'] })
    const leave = async (tone: number | null): Promise<string> => {
      const { call, at } = await rings('102')
      at.reject(486)
      await call.answered()
      call.audio.play(0)
      await call.audio.hearsSomething()
      await call.audio.press('#')
      await call.audio.hears(1000, 20_000)
      if (tone !== null) {
        call.audio.play(tone)
        await call.audio.packets(150)
      }
      await call.bye()
      const { id, termination } = await house.verdict(call)
      assert.equal(termination?.reason, tone === null ? 'voicemail-empty' : 'voicemail-left')
      await written(id)
      return id
    }
    const told = async (): Promise<number> => (await mails()).filter(({ recipients }) => recipients.includes('box@example.com')).length
    await leave(440)
    assert.equal(await told(), 1)
    await house.api.send('PATCH', `/mailboxes/${benId}`, { mailTo: ['messages@example.com'] })
    await leave(440)
    assert.equal(await told(), 1)
    await leave(null)
    assert.equal(await told(), 2)
    await house.api.ask('PATCH', `/extensions/${benId}`, { voicemail: false, missedCallMail: [] })
  })

  test('what is no address is refused, and addresses are trimmed', async () => {
    assert.deepEqual((await house.api.get<{ missedCallMail: string[] }>(`/ring-groups/${group.id}`)).missedCallMail, ['sales@example.com'])
    for (const path of [`/extensions/${benId}`, `/ring-groups/${group.id}`]) {
      const answer = await house.api.send('PATCH', path, { missedCallMail: ['nobody'] })
      assert.equal(answer.status, 422)
      assert.match(answer.body.toString(), /nobody is no e-mail address/)
    }
  })
})
