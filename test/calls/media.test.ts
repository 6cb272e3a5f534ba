/** What is heard when: early media, hold, announcements, encodings, recording. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { parseWav, describeSound, secondsOfTone } from '../support/wav.ts'
import { startHouse, type House } from '../support/house.ts'
import { readSdp, type HoldStyle, type Phone, type PhoneCall } from '../support/phone.ts'

const NO_AUDIO = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 4000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n'
const UNKNOWN_CODECS = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 97 98\r\na=rtpmap:97 iLBC/8000\r\na=rtpmap:98 AMR/8000\r\n'

suite('media', () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  async function talking(alice: Phone, bob: Phone, number: string): Promise<{ call: PhoneCall; incoming: PhoneCall }> {
    const call = await alice.invite(number)
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    incoming.audio.play(1000)
    await Promise.all([call.audio.hears(1000), incoming.audio.hears(440)])
    return { call, incoming }
  }

  test('what the callee plays before it answers is heard, and goes on after', async () => {
    const { alice, bob } = await house.pair('100', '101')
    const call = await alice.invite('101')
    const incoming = await bob.nextCall()
    await incoming.progress()
    incoming.audio.play(800)
    const progress = await call.status(183)
    assert.ok(readSdp(progress.body), 'the 183 carries SDP')
    await call.audio.hears(800)
    assert.equal((await house.liveCalls())[0]?.state, 'early')
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    await incoming.audio.hears(440)
    await call.bye()
  })

  for (const style of ['sendonly', 'inactive', 'zero'] satisfies HoldStyle[]) {
    test(`hold and resume by re-INVITE (${style})`, async () => {
      const number = `1${70 + ['sendonly', 'inactive', 'zero'].indexOf(style)}`
      const { alice, bob } = await house.pair(`2${number}`, number)
      const { call, incoming } = await talking(alice, bob, number)
      const from = house.events.mark()
      const answer = await call.hold(style)
      assert.equal(answer.status, 200)
      const direction = readSdp(answer.body)?.direction
      assert.equal(direction, style === 'inactive' ? 'inactive' : 'recvonly', 'the answer to hold')
      await house.event('call.updated', ({ data }) => data.call.onHold, { from })
      // On hold the holder hears nothing of the other.
      const before = call.audio.figures.received
      call.audio.play(0)
      await incoming.audio.packets(5).catch(() => undefined)
      assert.ok(call.audio.figures.received - before < 10, `the holder got ${call.audio.figures.received - before} packets`)
      const resumed = house.events.mark()
      assert.equal((await call.resume()).status, 200)
      await house.event('call.updated', ({ data }) => !data.call.onHold, { from: resumed })
      call.audio.forget()
      incoming.audio.forget()
      call.audio.play(500)
      await Promise.all([call.audio.hears(1000), incoming.audio.hears(500)])
      await incoming.bye()
    })
  }

  test('the callee may hold too, twice over', async () => {
    const { alice, bob } = await house.pair('120', '121')
    const { call, incoming } = await talking(alice, bob, '121')
    for (let round = 0; round < 2; round++) {
      assert.equal((await incoming.hold('sendonly')).status, 200)
      assert.equal((await incoming.resume()).status, 200)
    }
    call.audio.forget()
    await call.audio.hears(1000)
    await call.bye()
  })

  test('a digit by INFO reaches the other phone as an event', async () => {
    const { alice, bob } = await house.pair('190', '191', { payloads: [0, 8, 101] })
    const call = await alice.invite('191')
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    assert.equal((await call.info('application/dtmf-relay', 'Signal=7\r\nDuration=120\r\n')).status, 200)
    await incoming.audio.hearsDigits('7')
    assert.equal((await call.info('application/dtmf', '11')).status, 200)
    await incoming.audio.hearsDigits('7#')
    await call.bye()
  })

  test('a re-INVITE that nobody can take leaves the call as it was', async () => {
    const { alice, bob } = await house.pair('122', '123')
    const { call, incoming } = await talking(alice, bob, '123')
    assert.equal((await call.reinvite(UNKNOWN_CODECS)).status, 488)
    call.audio.forget()
    incoming.audio.forget()
    await Promise.all([call.audio.hears(1000), incoming.audio.hears(440)])
    await call.bye()
  })

  test('an unknown number: the caller hears that it is not in service, and is told 404', async () => {
    const { alice } = await house.pair('130', '131')
    const call = await alice.invite('7777')
    await call.status(183)
    await call.audio.hearsSomething()
    const end = await call.ended(20_000)
    assert.equal(end.status, 404)
    assert.ok(call.audio.figures.received > 50, `${call.audio.figures.received} packets of the announcement`)
    assert.equal((await house.verdict(call)).termination?.reason, 'unknown-number')
  })

  test('the caller may hang up on the announcement', async () => {
    const { alice } = await house.pair('132', '133')
    const call = await alice.invite('7778')
    await call.status(183)
    await call.audio.packets(5)
    assert.equal((await call.cancel()).status, 200)
    assert.equal((await call.ended()).status, 487)
  })

  test('SDP without audio is refused with 488', async () => {
    const { alice, bob } = await house.pair('140', '141')
    const call = await alice.invite('141', { sdp: NO_AUDIO })
    assert.equal((await call.ended()).status, 488)
    assert.equal(bob.incoming.entries.length, 0, 'nothing rang')
    assert.equal((await house.verdict(call)).termination?.reason, 'caller-media')
  })

  test('SDP with encodings nobody knows is refused with 488', async () => {
    const { alice, bob } = await house.pair('142', '143')
    const call = await alice.invite('143', { sdp: UNKNOWN_CODECS })
    assert.equal((await call.ended()).status, 488)
    assert.equal(bob.incoming.entries.length, 0, 'nothing rang')
  })

  test('SDP that is none is refused, not a crash', async () => {
    const { alice } = await house.pair('144', '145')
    for (const sdp of ['hello', 'v=0\r\n', `v=0\r\nm=audio 99999999 RTP/AVP 0\r\n`, 'm=audio\r\n'.repeat(2000)]) {
      const call = await alice.invite('145', { sdp })
      const { status } = await call.ended()
      assert.ok(status === 488 || status === 400, `${status} for ${sdp.slice(0, 30)}`)
    }
  })

  test('a callee that answers with an encoding nobody offered does not stay in a call', async () => {
    const { alice, bob } = await house.pair('146', '147')
    const call = await alice.invite('147')
    const incoming = await bob.nextCall()
    incoming.pickUp(UNKNOWN_CODECS)
    assert.equal((await call.ended()).status, 488)
    assert.equal((await incoming.ended()).how, 'bye')
  })

  test('PCMU on one side and PCMA on the other', async () => {
    const line = await house.extension('150')
    const other = await house.extension('151')
    const alice = await house.registered(line, { payloads: [0] })
    const bob = await house.registered(other, { payloads: [8] })
    const { call } = await talking(alice, bob, '151')
    await call.bye()
    const { legs } = await house.verdict(call)
    assert.deepEqual(legs.map((leg) => leg.codec), ['PCMU', 'PCMA'])
  })

  test('an INVITE without SDP: our offer comes with the 200, the answer with the ACK', async () => {
    const { alice, bob } = await house.pair('152', '153')
    const call = await alice.invite('153', { sdp: '' })
    const incoming = await bob.nextCall()
    incoming.ring()
    await call.status(180)
    await incoming.answer()
    const answer = await call.answered()
    assert.ok(readSdp(answer.body), 'the 200 carries an offer')
    await call.bye()
  })

  test('a recorded call: each side on its own channel', async () => {
    const { alice, bob } = await house.pair('160', '161', { wish: { recording: 'always' } })
    const { call, incoming } = await talking(alice, bob, '161')
    await house.event('call.updated', ({ data }) => data.call.to.number === '161' && data.call.recording === 'on')
    await Promise.all([call.audio.packets(120), incoming.audio.packets(120)])
    const [live] = await house.liveCalls()
    assert.equal(live?.recording, 'on')
    await call.bye()
    const { data } = await house.event('recording.finished', (event) => event.data.callId === live?.id)
    assert.equal(data.status, 'finished')
    const { body, status, headers } = await house.api.send('GET', `/recordings/${data.recordingId}/audio.wav`)
    assert.equal(status, 200)
    assert.match(headers['content-type'] ?? '', /^audio\/(x-)?wav/)
    const wav = parseWav(body)
    assert.equal(wav.rate, 8000)
    const [left, right] = wav.channels
    assert.ok(left && right && wav.channels.length === 2)
    for (const [samples, tone, other] of [[left, 440, 1000], [right, 1000, 440]] as const) {
      const seconds = secondsOfTone(samples, tone, wav.rate)
      assert.ok(seconds >= 1.5, `${seconds} s of ${tone} Hz: ${describeSound(samples, wav.rate)}`)
      assert.equal(secondsOfTone(samples, other, wav.rate), 0, 'nothing of the other side')
    }
    const [past] = await house.history('?limit=1')
    assert.equal((past as unknown as { recordings: unknown[] }).recordings.length, 1)
  })

  test('recording on request, paused and resumed', async () => {
    const { alice, bob } = await house.pair('162', '163')
    const { call, incoming } = await talking(alice, bob, '163')
    const [live] = await house.liveCalls()
    const record = (action: string): Promise<{ id: string }> => house.api.post(`/calls/${live?.id}/recording`, { action })
    const { id } = await record('start')
    await incoming.audio.packets(60)
    await record('pause')
    call.audio.play(700)
    incoming.audio.forget()
    await incoming.audio.hears(700)
    await incoming.audio.packets(30)
    call.audio.play(440)
    incoming.audio.forget()
    await incoming.audio.hears(440)
    await record('resume')
    await incoming.audio.packets(60)
    await record('stop')
    await call.bye()
    const wav = parseWav((await house.api.send('GET', `/recordings/${id}/audio.wav`)).body)
    const [left] = wav.channels
    assert.ok(left)
    assert.ok(secondsOfTone(left, 440, wav.rate) >= 1.5, describeSound(left, wav.rate))
    assert.equal(secondsOfTone(left, 700, wav.rate), 0, 'what was said during the pause is not recorded')
  })
})
