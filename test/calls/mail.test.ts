/** Voice messages by e-mail: with their sound, past a server that is down, and what becomes of them then. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { startMailServer, type TestMailServer } from '../support/mail-server.ts'
import type { Phone } from '../support/phone.ts'
import { leaveMessage } from '../support/talk.ts'
import { parseWav, secondsOfTone } from '../support/wav.ts'

interface Message { id: string; mailedAt: string | null; heardAt: string | null }
interface Mail { id: string; state: string; recipients: string[]; tries: number; lastError: string | null }

let number = 600

suite('voicemail by e-mail', () => {
  let house: House
  let server: TestMailServer
  let phone: Phone
  before(async () => {
    house = await startHouse()
    server = await startMailServer({ onRcptTo: ({ address }, _, done) => done(address.startsWith('nobody') ? Object.assign(new Error('no such user'), { responseCode: 550 }) : null) })
    phone = await house.registered(await house.extension(String(++number), { name: 'Zoë' }))
  })
  after(async () => {
    await server?.close()
    await house?.close()
  })
  afterEach(() => house.idle())

  const settings = (port: number) => house.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port, security: 'none', username: null, sender: 'phones@example.com', senderName: 'Example' })
  const messagesOf = (line: Line): Promise<Message[]> => house.api.get<Message[]>(`/voicemail?mailboxId=${line.extensionId}`)
  const mailTo = (address: string, match: (mail: Mail) => boolean): Promise<Mail> =>
    eventually(async () => (await house.api.get<Mail[]>('/mail')).find((mail) => mail.recipients.includes(address) && match(mail)), `a mail to ${address}`)

  async function box(address: string, wish: Record<string, unknown> = {}): Promise<Line> {
    const line = await house.extension(String(++number), { voicemail: true, name: 'Anna' })
    await house.api.send('PATCH', `/mailboxes/${line.extensionId}`, { mailTo: [address], ...wish })
    return line
  }

  async function leave(to: Line, tone: number): Promise<void> {
    await leaveMessage(await phone.invite(to.number), tone)
  }

  test('while no server is set up or it is down mail waits, and then goes out with the very sound', async () => {
    const anna = await box('anna@example.com', { mailThen: 'heard' })
    await leave(anna, 440)
    await mailTo('anna@example.com', ({ state, lastError }) => state === 'waiting' && /No mail server is set up/.test(lastError ?? ''))
    const { port } = await startMailServer().then(async (gone) => (await gone.close(), gone))
    await settings(port)
    const { id } = await mailTo('anna@example.com', ({ state, lastError }) => state === 'waiting' && /does not answer/.test(lastError ?? ''))
    assert.equal((await messagesOf(anna))[0]?.heardAt, null, 'it was not sent, so it is new')
    await settings(server.port)
    const mail = await server.mailFor('anna@example.com')
    assert.equal(mail.from, 'phones@example.com')
    assert.match(mail.headers, /^subject: .*UTF-8.*/im)
    assert.match(mail.parts[0]?.content.toString('utf8') ?? '', new RegExp(`Zoë \\(.*\\) left a message for ${anna.number} Anna`))
    const sound = parseWav(mail.parts[1]?.content ?? Buffer.alloc(0))
    assert.ok(secondsOfTone(sound.channels[0]!, 440, sound.rate) > 2, 'the message is in it')
    await mailTo('anna@example.com', ({ state }) => state === 'sent')
    const [message] = await messagesOf(anna)
    assert.ok(message?.mailedAt && message.heardAt)
    assert.equal((await house.api.send('POST', `/mail/${id}/retry`)).status, 409, 'it is not sent twice')
  })

  test('a message is deleted when it went out whole, and stays when the server refuses it', async () => {
    await settings(server.port)
    const [ben, nobody] = [await box('ben@example.com', { mailThen: 'delete' }), await box('nobody@example.com', { mailThen: 'delete' })]
    await leave(ben, 600)
    await leave(nobody, 600)
    await server.mailFor('ben@example.com')
    await eventually(async () => (await messagesOf(ben)).length === 0, 'the message to go')
    const failed = await mailTo('nobody@example.com', ({ state }) => state === 'failed')
    assert.match(failed.lastError ?? '', /550 no such user/)
    assert.equal((await messagesOf(nobody)).length, 1)
    assert.equal(server.mails.filter(({ to }) => to.includes('ben@example.com')).length, 1)
  })

  test('a test mail says what the server said; a password goes to no other server', async () => {
    await settings(server.port)
    assert.equal((await house.api.send('POST', '/mail/test', { to: 'ada@example.com' })).status, 200)
    assert.match((await server.mailFor('ada@example.com')).headers, /Dialplane can send mail/)
    const refused = await house.api.send('POST', '/mail/test', { to: 'nobody@example.com' })
    assert.equal(refused.status, 503)
    assert.match(refused.body.toString(), /550 no such user/)
    const secure = { host: 'smtp.example.com', port: 587, security: 'starttls', username: 'ada', sender: 'a@example.com', senderName: '' }
    const saved = await house.api.send('PUT', '/mail/settings', { ...secure, password: 'horse-staple' })
    assert.equal(saved.status, 200)
    assert.doesNotMatch(saved.body.toString(), /horse-staple/)
    assert.equal((await house.api.send('PUT', '/mail/settings', { ...secure, host: 'evil.example.com' })).status, 422)
    assert.equal((await house.api.send('PUT', '/mail/settings', { ...secure, security: 'none' })).status, 422)
    const audit = JSON.stringify(await house.api.get('/audit?limit=50'))
    assert.match(audit, /mail-settings\.update/)
    assert.doesNotMatch(audit, /horse-staple/)
  })
})
