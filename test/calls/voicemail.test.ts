/** Voicemail with real phones: leaving messages, hearing them, PINs, greetings, sending on. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, suite, test } from 'node:test'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone, PhoneCall } from '../support/phone.ts'
import { BEEP, untilBeep } from '../support/talk.ts'
import { parseWav, secondsOfTone, toneWav } from '../support/wav.ts'

interface Message { id: string; mailboxId: string; from: { number: string }; seconds: number; urgent: boolean; heardAt: string | null; forwardedBy: string | null }

let number = 300

suite('voicemail', () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  const box = (wish: Record<string, unknown> = {}): Promise<Line> => house.extension(String(++number), { voicemail: true, ...wish })
  const counts = (line: Line, match: (data: { unheard: number; heard: number; unheardUrgent: number }) => boolean, from = 0) =>
    house.event('voicemail.changed', ({ data }) => data.extensionId === line.extensionId && match(data), { from, ms: 20_000 })
  const messagesOf = (line: Line): Promise<Message[]> => house.api.get<Message[]>(`/voicemail?mailboxId=${line.extensionId}`)

  /** Calls, and is asked for a message: the tone has been heard. */
  async function greeted(phone: Phone, to: string): Promise<PhoneCall> {
    const call = await phone.invite(to)
    await untilBeep(call)
    return call
  }

  /** Leaves this tone for about three seconds, and hangs up or presses keys. */
  async function leave(phone: Phone, to: string, tone: number, keys = ''): Promise<PhoneCall> {
    const call = await greeted(phone, to)
    call.audio.play(tone)
    await call.audio.packets(150)
    call.audio.play(0)
    if (keys === '') await call.bye()
    else await call.audio.press(keys)
    return call
  }

  /** Dials in with this PIN and is in the menu. */
  async function dialIn(phone: Phone, pin: string, code = '*97'): Promise<PhoneCall> {
    const call = await phone.invite(code)
    await call.answered()
    call.audio.play(0)
    await call.audio.press(`${pin}#`)
    return call
  }

  async function withPin(line: Line, pin = '4711'): Promise<Line> {
    await house.api.send('PUT', `/mailboxes/${line.extensionId}/pin`, { pin })
    return line
  }

  test('who reaches nobody leaves a message; its owner chooses a PIN, hears the very sound, and deletes it', async () => {
    const [caller, anna] = [await house.registered(await house.extension(String(++number))), await box()]
    const left = await leave(caller, anna.number, 440)
    const { data } = await counts(anna, ({ unheard }) => unheard === 1)
    assert.equal(data.heard, 0)
    const verdict = await house.verdict(left)
    assert.deepEqual([verdict.termination?.reason, verdict.termination?.result], ['voicemail-left', 'missed'])
    assert.match(verdict.plan.steps.map(({ reason }) => reason).join(' '), /has a mailbox and no forward for this/)
    const phone = await house.registered(anna)
    const call = await phone.invite('*97')
    await call.answered()
    call.audio.play(0)
    await call.audio.press('4711#')
    await call.audio.press('4711#')
    await call.audio.press('1')
    await call.audio.hears(440, 40_000)
    await call.audio.press('7')
    await counts(anna, ({ unheard, heard }) => unheard + heard === 0)
    await call.audio.press('*#')
    await call.ended(30_000)
    assert.deepEqual(await messagesOf(anna), [])
    const files = (await readdir(join(house.home, 'voicemail'), { recursive: true })).filter((name) => name.includes(anna.extensionId) && /\.\w+$/.test(name))
    assert.deepEqual(files, [])
  })

  test('a message is sealed on the disk and heard through the API, as Opus and as WAV', async () => {
    const [caller, anna] = [await house.registered(await house.extension(String(++number))), await box()]
    await leave(caller, `*99${anna.number}`, 700, '#1')
    await counts(anna, ({ unheard }) => unheard === 1)
    const [message] = await messagesOf(anna)
    assert.ok(message)
    const wav = parseWav((await house.api.send('GET', `/voicemail/${message.id}/audio.wav`)).body)
    for (const samples of wav.channels) assert.ok(secondsOfTone(samples, 700, wav.rate) >= 2)
    // To another tenant it does not exist.
    const { voicemail } = house.dialplane.pbx
    const stranger = { kind: 'service', tenantId: randomUUID(), id: 'test', name: 'test', permissions: new Set<string>() } as const
    for (const ask of [() => voicemail.message(stranger, message.id), () => voicemail.open(stranger, message.id, 'ogg', 'listen'), () => voicemail.remove(stranger, message.id), () => voicemail.setPin(stranger, anna.extensionId, null)]) {
      await assert.rejects(ask, { code: 'not-found' })
    }
    assert.deepEqual(await voicemail.boxes(stranger), [])
    const whole = await house.api.send('GET', `/voicemail/${message.id}/audio`)
    assert.deepEqual([whole.status, whole.headers['content-type'], whole.body.toString('latin1', 0, 4)], [200, 'audio/ogg', 'OggS'])
    const folder = join(house.home, 'voicemail')
    const files = (await readdir(folder, { recursive: true })).filter((name) => name.includes(message.id))
    assert.deepEqual(files.map((name) => name.slice(-7)), ['.sealed'])
    assert.equal((await readFile(join(folder, files[0]!))).indexOf('OggS'), -1)
    await house.api.send('DELETE', `/voicemail/${message.id}`)
    await counts(anna, ({ unheard, heard }) => unheard + heard === 0)
  })

  test('three wrong PINs end the call and are logged without their digits; after nine the caller is not asked again', async () => {
    // So long that no identity and no time in a log line holds them by chance.
    const anna = await withPin(await box(), '47119375')
    const phone = await house.registered(anna)
    const before = house.warnings.length
    for (let round = 0; round < 3; round += 1) {
      const call = await dialIn(phone, '86420975')
      await call.audio.press('86420975#86420975#')
      const verdict = await house.verdict(call, 40_000)
      assert.deepEqual([verdict.termination?.reason, verdict.termination?.result], ['wrong-mailbox-pin', 'refused'])
    }
    const locked = await dialIn(phone, '47119375')
    assert.equal((await house.verdict(locked, 40_000)).termination?.reason, 'wrong-mailbox-pin')
    const warned = house.warnings.slice(before)
    assert.equal(warned.filter((line) => line.includes('a wrong PIN was entered for a mailbox')).length, 9)
    assert.ok(warned.some((line) => line.includes('too many wrong PINs')))
    assert.ok(house.warnings.every((line) => !line.includes('86420975') && !line.includes('47119375')))
  })

  test('a full mailbox says so and takes nothing', async () => {
    const [caller, anna] = [await house.registered(await house.extension(String(++number))), await box()]
    await house.api.send('PATCH', `/mailboxes/${anna.extensionId}`, { maxMessages: 1 })
    await leave(caller, anna.number, 440)
    await counts(anna, ({ unheard }) => unheard === 1)
    const call = await caller.invite(anna.number)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    const verdict = await house.verdict(call, 30_000)
    assert.deepEqual([verdict.termination?.reason, (await messagesOf(anna)).length], ['voicemail-full', 1])
  })

  test('busy and unavailable callers hear different greetings, a temporary one comes before both', async () => {
    const [caller, anna] = [await house.registered(await house.extension(String(++number))), await box()]
    const greet = (kind: string, tone: number) => house.api.send('PUT', `/mailboxes/${anna.extensionId}/greeting?kind=${kind}`, { sound: toneWav(tone, 4).toString('base64') })
    await greet('unavailable', 500)
    await greet('busy', 1500)
    const hears = async (tone: number): Promise<void> => {
      const call = await caller.invite(anna.number)
      await call.answered(30_000)
      call.audio.play(0)
      await call.audio.hears(tone)
      await call.bye()
      assert.equal((await house.verdict(call)).termination?.reason, 'voicemail-empty')
    }
    await hears(500)
    await house.api.send('PATCH', `/extensions/${anna.extensionId}`, { doNotDisturb: true })
    await hears(1500)
    await greet('temporary', 2100)
    await hears(2100)
    await house.api.send('DELETE', `/mailboxes/${anna.extensionId}/greeting?kind=temporary`)
    await hears(1500)
  })

  test('a message is urgent when its caller says so, is sent on with a spoken comment, and called back', async () => {
    const [callerLine, anna, ben] = [await house.extension(String(++number)), await withPin(await box()), await withPin(await box(), '1597')]
    const caller = await house.registered(callerLine)
    await leave(caller, `*99${anna.number}`, 440, '#41')
    await counts(anna, ({ unheardUrgent }) => unheardUrgent === 1)
    const phone = await house.registered(anna)
    const call = await dialIn(phone, '4711')
    await call.audio.press('1')
    await call.audio.hears(440, 40_000)
    await call.audio.press(`8${ben.number}#1`)
    await call.audio.hears(BEEP, 30_000)
    call.audio.play(1200)
    await call.audio.packets(100)
    call.audio.play(0)
    await call.audio.press('#')
    await counts(ben, ({ unheard }) => unheard === 1)
    await call.audio.press('0')
    const back = await caller.nextCall({ ms: 30_000 })
    await back.answer()
    back.audio.play(600)
    await call.audio.hears(600)
    await back.bye()
    await call.ended()
    const [sent] = await messagesOf(ben)
    assert.deepEqual([sent?.urgent, sent?.from.number, sent?.forwardedBy?.startsWith(anna.number)], [true, callerLine.number, true])
    const wav = parseWav((await house.api.send('GET', `/voicemail/${sent!.id}/audio.wav`)).body)
    const samples = wav.channels[0]!
    assert.ok(secondsOfTone(samples, 1200, wav.rate) >= 1 && secondsOfTone(samples, 440, wav.rate) >= 2, 'the comment and the message')
  })

  test('0 leads to the operator, and a forward may end in somebody else’s mailbox', async () => {
    const [caller, anna, ben] = [await house.registered(await house.extension(String(++number))), await box(), await house.extension(String(++number))]
    const operator = await house.registered(ben)
    await house.api.send('PATCH', `/mailboxes/${anna.extensionId}`, { operator: ben.number })
    const clara = await house.extension(String(++number))
    await house.api.send('PATCH', `/extensions/${clara.extensionId}`, { forwardAlways: `*99${anna.number}` })
    const call = await caller.invite(clara.number)
    await call.answered()
    call.audio.play(0)
    await call.audio.hearsSomething()
    await call.audio.press('0')
    const incoming = await operator.nextCall({ ms: 30_000 })
    await incoming.answer()
    incoming.audio.play(900)
    await call.audio.hears(900)
    await incoming.bye()
    await call.ended()
    const used = await house.api.send('DELETE', `/extensions/${anna.extensionId}`)
    assert.equal(used.status, 409, 'its mailbox is where calls of another go')
  })

  test('without a mailbox nothing is left: a code for none is refused, and an unanswered call ends as before', async () => {
    const [caller, other] = [await house.registered(await house.extension(String(++number))), await house.extension(String(++number))]
    for (const code of ['*97', `*99${other.number}`]) {
      const call = await caller.invite(code)
      assert.equal((await call.status(404, 30_000)).status, 404)
    }
    const call = await caller.invite(other.number)
    assert.equal((await call.status(480)).status, 480)
  })
})
