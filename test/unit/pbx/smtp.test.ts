/** Handing a letter to an SMTP server: what it is told, and what a person is told when it does not take it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliver, NotTaken, type Letter, type MailServer } from '../../../pbx/mail/smtp.ts'
import { isAddress } from '../../../pbx/mail/settings.ts'
import { startMailServer, type TestMailServer } from '../../support/mail-server.ts'

const letter: Letter = { id: '7d7c9a3e', from: { name: 'Example, phones', address: 'phones@example.com' }, to: ['ada@example.com'], title: 'Voice message from Zoë\r\nBcc: x@example.com', body: 'Zoë left a message.\n.\nEnd', urgent: true }

async function refusal(server: Partial<MailServer>, options: Parameters<typeof startMailServer>[0] = {}, change: Partial<Letter> = {}): Promise<NotTaken> {
  const host: TestMailServer = await startMailServer(options)
  try {
    await deliver({ host: '127.0.0.1', port: host.port, security: 'none', username: null, password: null, ...server }, { ...letter, ...change })
  } catch (error) {
    assert.ok(error instanceof NotTaken, String(error))
    return error
  } finally {
    await host.close()
  }
  throw new Error('it was taken')
}

function answer(code: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode: code })
}

test('a letter arrives whole, with the same id each time and nothing smuggled into its headers', async () => {
  const host = await startMailServer()
  try {
    const sound = Buffer.from('RIFF and some bytes \0\xff', 'latin1')
    for (let time = 0; time < 2; time += 1) await deliver({ host: '127.0.0.1', port: host.port, security: 'none', username: null, password: null }, { ...letter, attachment: { name: 'message.wav', type: 'audio/wav', content: sound } })
    const [first, second] = host.mails
    assert.ok(first && second)
    assert.deepEqual([first.from, first.to], ['phones@example.com', ['ada@example.com']])
    const idOf = ({ headers }: { headers: string }) => /^message-id: (.*)$/im.exec(headers)?.[1]
    assert.equal(idOf(first), '<7d7c9a3e@example.com>')
    assert.equal(idOf(second), idOf(first))
    assert.match(first.headers, /^auto-submitted: auto-generated$/im)
    assert.match(first.headers, /^importance: high$/im)
    assert.doesNotMatch(first.headers, /^bcc:/im)
    assert.deepEqual(first.parts.map(({ type, name }) => [type, name]), [['text/plain', null], ['audio/wav', 'message.wav']])
    assert.equal(first.parts[0]?.content.toString('utf8').replaceAll('\r\n', '\n').trimEnd(), 'Zoë left a message.\n.\nEnd')
    assert.deepEqual(first.parts[1]?.content, sound)
  } finally {
    await host.close()
  }
})

test('what is not taken is explained, and only a refused letter lasts', async () => {
  const unknown = await refusal({}, { onRcptTo: (_, __, done) => done(answer(550, 'no such user')) })
  assert.match(unknown.message, /127\.0\.0\.1 answered: 550 no such user/)
  assert.equal(unknown.lasting, true)

  const partly = await refusal({}, { onRcptTo: ({ address }, _, done) => done(address.startsWith('ben') ? answer(550, 'no such user') : null) }, { to: ['ada@example.com', 'ben@example.com'] })
  assert.match(partly.message, /not for ben@example\.com/)
  assert.equal(partly.lasting, true)

  const later = await refusal({}, { onRcptTo: (_, __, done) => done(answer(451, 'greylisted, come back')) })
  assert.match(later.message, /451 greylisted/)
  assert.equal(later.lasting, false)

  const password = await refusal({ username: 'ada', password: 'wrong-secret' }, { disabledCommands: ['STARTTLS'], authOptional: true, allowInsecureAuth: true, onAuth: (_, __, done) => done(answer(535, 'nobody')) })
  assert.match(password.message, /refused the user name or password.*password made for one program/)
  assert.doesNotMatch(password.message, /wrong-secret/)
  assert.equal(password.lasting, false)

  const plain = await refusal({ security: 'starttls' })
  assert.match(plain.message, /No encrypted connection.*Does the server offer STARTTLS/)
  assert.equal(plain.lasting, false)

  const stranger = await refusal({ security: 'starttls' }, { disabledCommands: [] })
  assert.match(stranger.message, /No encrypted connection.*certificate/i)

  const wrongPort = await refusal({ security: 'tls' })
  assert.match(wrongPort.message, /No encrypted connection.*Is it STARTTLS/)
})

test('a server that is not there, and a name nobody knows', async () => {
  const gone = await startMailServer()
  await gone.close()
  const server = { port: gone.port, security: 'none', username: null, password: null } as const
  await assert.rejects(deliver({ ...server, host: '127.0.0.1' }, letter), (error: NotTaken) => /does not answer.*Check name and port/.test(error.message) && !error.lasting)
  await assert.rejects(deliver({ ...server, host: 'mail.invalid' }, letter), (error: NotTaken) => /The name mail\.invalid is not known/.test(error.message) && !error.lasting)
})

test('addresses', () => {
  for (const good of ['ada@example.com', "o'neil+pbx@sub.example.co.uk", 'root@localhost']) assert.ok(isAddress(good), good)
  for (const bad of ['', 'ada', 'ada@', '@example.com', 'a b@example.com', 'ada@exa mple.com', 'ada@example.com\r\nRCPT TO:<x@y>', 'ada@example.com,ben@example.com', 'Ada <ada@example.com>', `${'a'.repeat(65)}@example.com`]) assert.ok(!isAddress(bad), bad)
})
