/** Recordings from the call to the shelf: stored, sealed, heard in ranges, held and deleted. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'
import { missing } from '../support/run/peers.ts'
import { describeSound, parseWav, secondsOfTone } from '../support/wav.ts'

interface Recording {
  id: string; callId: string; rootId: string; status: string; stored: boolean; seconds: number; bytes: number; rate: number; codecs: string; failure: string | null; sha256: string
  startedBy: string; marks: { at: number; kind: string; by: string }[]; from: { number: string }; to: { number: string }; hold: { reason: string } | null; deleted: { by: string } | null
}

suite('recordings', () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())
  afterEach(async () => {
    // What one test leaves behind must not fail the others.
    for (const { id } of await house.liveCalls()) await house.api.send('POST', `/calls/${id}/hang-up`)
    await house.idle()
  })

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

  async function ended(call: PhoneCall): Promise<{ id: string }> {
    await call.bye()
    return house.verdict(call)
  }

  /** A call of an extension that records all, until its recording is stored. */
  async function recorded(numbers: readonly [string, string], packets = 60): Promise<Recording> {
    const { alice, bob } = await house.pair(numbers[0], numbers[1], { wish: { recording: 'always' } })
    const { call, incoming } = await talking(alice, bob, numbers[1])
    await house.event('call.updated', ({ data }) => data.call.to.number === numbers[1] && data.call.recording === 'on')
    await Promise.all([call.audio.packets(packets), incoming.audio.packets(packets)])
    const { id } = await ended(call)
    const { data } = await house.event('recording.stored', (event) => event.data.callId === id)
    return house.api.get<Recording>(`/recordings/${data.recordingId}`)
  }

  const filesOf = async (): Promise<string[]> => (await readdir(join(house.home, 'recordings'), { recursive: true })).filter((name) => /\.\w+$/.test(name))
  const audio = (id: string, headers: Record<string, string> = {}, ending = '') => house.api.send('GET', `/recordings/${id}/audio${ending}`, undefined, headers)
  const auditOf = async (id: string): Promise<string[]> => (await house.api.get<{ action: string }[]>(`/audit?subjectId=${id}&limit=100`)).map(({ action }) => action)

  test('after the call it is sealed Opus and nothing else, heard in ranges and as WAV, and each listening is audited once', async () => {
    const recording = await recorded(['300', '301'], 120)
    assert.deepEqual([recording.status, recording.stored, recording.from.number, recording.to.number, recording.startedBy, recording.rate], ['finished', true, '300', '301', 'automatic', 8000])
    assert.ok(recording.seconds > 2 && recording.sha256.length === 64)
    const mine = (await filesOf()).filter((name) => name.includes(recording.id))
    assert.deepEqual(mine.map((name) => name.slice(-7)), ['.sealed'], 'the plain WAV is gone')
    const sealed = await readFile(join(house.home, 'recordings', mine[0]!))
    assert.equal(sealed.indexOf('OggS'), -1)
    const whole = await audio(recording.id)
    assert.deepEqual([whole.status, whole.headers['content-type'], whole.headers['accept-ranges'], whole.body.length], [200, 'audio/ogg', 'bytes', recording.bytes])
    for (const [range, from, to] of [['bytes=0-0', 0, 1], ['bytes=100-199', 100, 200], ['bytes=-50', recording.bytes - 50, recording.bytes]] as const) {
      const part = await audio(recording.id, { Range: range })
      assert.deepEqual([part.status, part.headers['content-range']], [206, `bytes ${from}-${to - 1}/${recording.bytes}`])
      assert.ok(part.body.equals(whole.body.subarray(from, to)))
    }
    assert.deepEqual(await auditOf(recording.id), ['recording.listen'])
    const wav = parseWav((await audio(recording.id, {}, '.wav')).body)
    const [left, right] = wav.channels
    assert.ok(left && right)
    for (const [samples, tone, other] of [[left, 440, 1000], [right, 1000, 440]] as const) {
      assert.ok(secondsOfTone(samples, tone, wav.rate) >= 1.5, describeSound(samples, wav.rate))
      assert.equal(secondsOfTone(samples, other, wav.rate), 0, 'nothing of the other side')
    }
    assert.deepEqual(await auditOf(recording.id), ['recording.download', 'recording.listen'])
    const { left: peaks } = await house.api.get<{ left: number[] }>(`/recordings/${recording.id}/peaks`)
    assert.equal(peaks.length, 800)
    assert.ok(peaks[400]! > 40, `a tone in the middle: ${peaks[400]}`)
  })

  test('ffmpeg reads what is downloaded', { skip: missing('ffmpeg') }, async () => {
    const recording = await recorded(['302', '303'])
    const path = join(house.home, 'download.ogg')
    await writeFile(path, (await audio(recording.id)).body)
    const probe = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path], { encoding: 'utf8' })) as { streams: { codec_name: string; channels: number }[]; format: { duration: string } }
    assert.deepEqual([probe.streams[0]?.codec_name, probe.streams[0]?.channels], ['opus', 2])
    assert.ok(Math.abs(Number(probe.format.duration) - recording.seconds) < 0.05, `${probe.format.duration} s for ${recording.seconds}`)
  })

  test('what was altered on the disk is never heard', async () => {
    const recording = await recorded(['304', '305'])
    const [name] = (await filesOf()).filter((file) => file.includes(recording.id))
    const path = join(house.home, 'recordings', name!)
    const sealed = await readFile(path)
    const changed = Buffer.from(sealed)
    changed[100]! ^= 1
    await writeFile(path, changed)
    assert.equal((await audio(recording.id)).status, 410)
    assert.equal((await audio(recording.id, {}, '.wav')).status, 410)
    await writeFile(path, sealed)
    assert.equal((await audio(recording.id)).status, 200)
    // The master key alone opens it: another recording's file in its place does not.
    const other = await recorded(['306', '307'])
    const [otherName] = (await filesOf()).filter((file) => file.includes(other.id))
    await writeFile(join(house.home, 'recordings', otherName!), sealed)
    assert.equal((await audio(other.id)).status, 410)
  })

  test('lists are filtered; legal hold wins over people; deletion leaves a row and no file', async () => {
    const recording = await recorded(['308', '309'])
    const list = (query: string): Promise<Recording[]> => house.api.get<Recording[]>(`/recordings?${query}`)
    assert.deepEqual((await list('search=309')).map(({ id }) => id), [recording.id])
    assert.deepEqual((await list(`callId=${recording.callId}`)).map(({ id }) => id), [recording.id])
    assert.deepEqual(await list(`search=309&held=true`), [])
    await house.api.send('PUT', `/recordings/${recording.id}/hold`, { reason: 'Dispute 17' })
    assert.deepEqual((await list(`held=true`)).map(({ hold }) => hold?.reason), ['Dispute 17'])
    assert.equal((await house.api.send('DELETE', `/recordings/${recording.id}`)).status, 409)
    await house.api.send('DELETE', `/recordings/${recording.id}/hold`)
    assert.equal((await house.api.send('DELETE', `/recordings/${recording.id}`)).status, 200)
    assert.equal((await filesOf()).some((name) => name.includes(recording.id)), false)
    assert.equal((await audio(recording.id)).status, 410)
    assert.deepEqual(await list('search=309'), [])
    const [gone] = await list('search=309&status=deleted')
    assert.equal(gone?.deleted?.by, 'ada@example.test')
    assert.deepEqual((await auditOf(recording.id)).toSorted(), ['recording.delete', 'recording.hold', 'recording.release'])
  })

  test('*1 on the phone starts it and stops it, the pause has a mark, and never means never', async () => {
    const { alice, bob } = await house.pair('310', '311', { payloads: [0, 101] })
    const { call, incoming } = await talking(alice, bob, '311')
    const [live] = await house.liveCalls()
    const from = house.events.mark()
    for (const key of ['*', '1']) await call.info('application/dtmf', key)
    await house.event('call.updated', ({ data }) => data.call.id === live?.id && data.call.recording === 'on', { from })
    await incoming.audio.packets(40)
    const action = (what: string) => house.api.send('POST', `/calls/${live?.id}/recording`, { action: what })
    assert.equal((await action('pause')).status, 200)
    await incoming.audio.packets(40)
    assert.equal((await action('resume')).status, 200)
    await incoming.audio.packets(10)
    const stopping = house.events.mark()
    for (const key of ['*', '1']) await call.info('application/dtmf', key)
    await house.event('call.updated', ({ data }) => data.call.id === live?.id && data.call.recording === 'off', { from: stopping })
    const { data } = await house.event('recording.stored', (event) => event.data.callId === live?.id)
    const recording = await house.api.get<Recording>(`/recordings/${data.recordingId}`)
    assert.equal(recording.startedBy, 'extension 310')
    assert.deepEqual(recording.marks.map(({ kind, by }) => [kind, by]), [['pause', 'ada@example.test'], ['resume', 'ada@example.test']])
    assert.ok(recording.marks[0]!.at < recording.marks[1]!.at && recording.marks[1]!.at < recording.seconds, JSON.stringify([recording.marks, recording.seconds]))
    await ended(call)

    const never = await house.pair('312', '313', { wish: { recording: 'never' }, payloads: [0, 101] })
    const second = await talking(never.alice, never.bob, '313')
    const [other] = await house.liveCalls()
    for (const key of ['*', '1']) await second.call.info('application/dtmf', key)
    assert.equal((await house.api.send('POST', `/calls/${other?.id}/recording`, { action: 'start' })).status, 409)
    assert.equal((await house.liveCalls())[0]?.recording, 'off')
    await ended(second.call)
  })

  test('a recorded call that is transferred goes on being recorded, in one chain', async () => {
    const { alice, bob } = await house.pair('330', '331')
    const carol = await house.registered(await house.extension('332'))
    const { call, incoming } = await talking(alice, bob, '331')
    const [live] = await house.liveCalls()
    await house.api.post(`/calls/${live?.id}/recording`, { action: 'start' })
    await Promise.all([call.audio.packets(50), incoming.audio.packets(50)])
    assert.equal((await call.refer(`<sip:332@${house.sip.host}>`)).status, 202)
    const atCarol = await carol.nextCall()
    await atCarol.answer()
    await house.event('call.updated', ({ data }) => data.call.to.number === '332' && data.call.recording === 'on')
    atCarol.audio.play(600)
    await Promise.all([incoming.audio.packets(70), atCarol.audio.packets(70)])
    await incoming.bye()
    await atCarol.ended()
    const next = await house.event('call.started', ({ data }) => data.call.id !== live?.id && data.call.rootId === live?.rootId)
    for (const id of [live?.id, next.data.call.id]) await house.event('recording.stored', ({ data }) => data.callId === id)
    const chain = await house.api.get<Recording[]>(`/recordings?rootId=${live?.rootId}&order=asc`)
    assert.deepEqual(chain.map((one) => [one.from.number, one.to.number, one.startedBy]), [['330', '331', 'ada@example.test'], ['331', '332', 'ada@example.test']])
    const { channels, rate } = parseWav((await audio(chain[1]!.id, {}, '.wav')).body)
    assert.ok(secondsOfTone(channels[0]!, 1000, rate) >= 0.5, `331 left: ${describeSound(channels[0]!, rate)}`)
    assert.ok(secondsOfTone(channels[1]!, 600, rate) >= 0.5, `332 right: ${describeSound(channels[1]!, rate)}`)
  })

  test('both sides hear that they are recorded when that is set', async () => {
    await house.api.send('PATCH', '/recording-settings', { notice: 'beep' })
    const { alice, bob } = await house.pair('314', '315')
    const { call, incoming } = await talking(alice, bob, '315')
    const [live] = await house.liveCalls()
    call.audio.forget()
    incoming.audio.forget()
    await house.api.post(`/calls/${live?.id}/recording`, { action: 'start' })
    await Promise.all([call.audio.hears(1400), incoming.audio.hears(1400)])
    await ended(call)
    await house.api.send('PATCH', '/recording-settings', { notice: 'none' })
  })
})
