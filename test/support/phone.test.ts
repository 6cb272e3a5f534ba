import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startChaos } from './chaos.ts'
import { openPhone, type Phone, type PhoneOptions } from './phone.ts'
import { answerChallenge, parseChallenge } from './phone/digest.ts'
import { decodePcma, decodePcmu, encodePcma, encodePcmu } from './phone/g711.ts'
import { sine, toneShare } from './tone.ts'
import { parseWav, secondsOfTone } from './wav.ts'

const phones: Phone[] = []
after(() => Promise.all(phones.map((phone) => phone.close())))

/** Two phones that take each other for the server. */
async function facing(options: Partial<PhoneOptions> = {}): Promise<{ alice: Phone; bob: Phone }> {
  const toAlice = { host: '127.0.0.1', port: 9 }
  const bob = await openPhone({ server: toAlice, user: '101', password: '', ...options })
  const alice = await openPhone({ server: bob.local, user: '100', password: '', ...options })
  toAlice.port = alice.local.port
  phones.push(alice, bob)
  return { alice, bob }
}

test('two phones call each other, hear each other and hang up', async () => {
  const { alice, bob } = await facing()
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  incoming.ring()
  await call.status(180)
  await incoming.answer()
  await call.answered()
  call.audio.play(440)
  incoming.audio.play(1000)
  await Promise.all([call.audio.hears(1000), incoming.audio.hears(440)])
  await assert.rejects(incoming.audio.hears(700, 50), /heard 440/)
  assert.equal((await call.hold('sendonly')).status, 200)
  const answer = await incoming.bye()
  assert.equal(answer.status, 200)
  const end = await call.ended()
  assert.deepEqual([end.by, end.how], ['peer', 'bye'])
})

test('a phone cancels and the other one answers 487', async () => {
  const { alice, bob } = await facing()
  const call = await alice.invite('101')
  const incoming = await bob.nextCall()
  incoming.ring()
  await call.status(180)
  assert.equal((await call.cancel('SIP;cause=200;text="Call completed elsewhere"')).status, 200)
  assert.equal((await call.ended()).status, 487)
  assert.equal((await incoming.ended()).how, 'cancel')
})

test('calls go through a network that loses a fifth of the packets', async () => {
  const bob = await openPhone({ server: { host: '127.0.0.1', port: 9 }, user: '101', password: '', audio: false, t1: 50 })
  const chaos = startChaos({ server: bob.local, drop: 0.2, double: 0.1, reorder: 0.1, seed: 7 })
  const path = await chaos.path()
  const alice = await openPhone({ server: path.entry, contact: path.exit, user: '100', password: '', audio: false, t1: 50 })
  phones.push(alice, bob)
  bob.onCall = (call) => void call.answer().catch(() => undefined)
  for (let i = 0; i < 30; i++) {
    const call = await alice.invite('101')
    await call.answered()
    assert.equal((await call.bye()).status, 200)
  }
  assert.ok(chaos.figures.dropped > 10, `${chaos.figures.dropped} dropped`)
  assert.equal(bob.incoming.entries.length, 30, 'every INVITE was seen once')
  await chaos.close()
})

test('digest answers as in RFC 7616 §3.9.1', () => {
  const header =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const challenge = parseChallenge(header)
  assert.ok(challenge?.qop)
  const input = { user: 'Mufasa', password: 'Circle of Life', method: 'GET', uri: '/dir/index.html', count: 1 }
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'
  assert.match(answerChallenge(challenge, input, cnonce), /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"/)
  const md5 = answerChallenge({ ...challenge, algorithm: 'MD5' }, input, cnonce)
  assert.match(md5, /response="8ca523f5e9506fed4657c9700eebdbec"/)
})

test('G.711 both ways keeps a tone', () => {
  const tone = sine(1000, 0, 800)
  for (const [encode, decode] of [[encodePcmu, decodePcmu], [encodePcma, decodePcma]] as const) {
    const heard = tone.map((sample) => decode(encode(sample)))
    assert.ok(toneShare(heard, 1000) > 0.99)
    assert.ok(toneShare(heard, 700) < 0.05)
  }
  assert.equal(encodePcmu(0), 0xff)
  assert.equal(encodePcma(0), 0xd5)
  for (let byte = 0; byte < 256; byte++) {
    assert.equal(encodePcma(decodePcma(byte)), byte)
    if (byte !== 0x7f) assert.equal(encodePcmu(decodePcmu(byte)), byte)
  }
})

test('a tone is found in the channel of a WAV file it is in', () => {
  const left = sine(440, 0, 8000)
  const right = sine(1000, 0, 8000)
  const data = Buffer.alloc(32_000)
  left.forEach((sample, i) => {
    data.writeInt16LE(sample, 4 * i)
    data.writeInt16LE(right[i] ?? 0, 4 * i + 2)
  })
  const head = Buffer.alloc(44)
  head.write('RIFF', 0)
  head.write('WAVEfmt ', 8)
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(1, 20)
  head.writeUInt16LE(2, 22)
  head.writeUInt32LE(8000, 24)
  head.writeUInt16LE(16, 34)
  head.write('data', 36)
  head.writeUInt32LE(data.length, 40)
  const wav = parseWav(Buffer.concat([head, data]))
  assert.equal(secondsOfTone(wav.channels[0] ?? new Int16Array(0), 440, 8000), 1)
  assert.equal(secondsOfTone(wav.channels[1] ?? new Int16Array(0), 440, 8000), 0)
})
