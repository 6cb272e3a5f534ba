/** Provisional responses that are confirmed (RFC 3262), and what may be offered before the answer (RFC 3311). */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneCall, type SipMessage } from '../support/phone.ts'
import { hearEachOther } from '../support/talk.ts'

const REQUIRED: [string, string][] = [['Require', '100rel'], ['Allow', 'INVITE, ACK, BYE, CANCEL, PRACK, UPDATE']]
const SUPPORTED: [string, string][] = [['Supported', '100rel'], ['Allow', 'INVITE, ACK, BYE, CANCEL, PRACK, UPDATE']]

function isReliable(response: SipMessage): boolean {
  return headerOf(response, 'RSeq') !== undefined && /100rel/.test(headerOf(response, 'Require') ?? '')
}

suite('reliable provisional responses', () => {
  let house: House
  let alice: Phone
  let bob: Phone
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    const pair = await house.pair('340', '341')
    alice = pair.alice
    bob = pair.bob
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  /** Alice calls Bob. */
  async function calling(headers: [string, string][], options: { sdp?: string; acknowledges?: boolean } = {}): Promise<{ out: PhoneCall; in: PhoneCall }> {
    const mark = bob.incoming.mark()
    const out = await alice.invite('341', { headers, ...(options.sdp === undefined ? {} : { sdp: options.sdp }) })
    out.acknowledges = options.acknowledges ?? true
    return { out, in: await bob.nextCall({ from: mark }) }
  }

  test('a phone that insists gets 180 reliably, and the call after it', async () => {
    const call = await calling(REQUIRED, { acknowledges: false })
    assert.match(headerOf(call.in.invite, 'Supported') ?? '', /100rel/, 'and called phones may send theirs so')
    call.in.ring()
    const rings = await call.out.status(180)
    assert.ok(isReliable(rings))
    assert.equal((await call.out.prack(rings)).status, 200)
    await call.in.answer()
    await call.out.answered()
    await hearEachOther(call.out, call.in)
    assert.equal((await call.out.bye()).status, 200)
    await call.in.ended()
  })

  test('a phone that merely can gets ringing as it is, and early sound reliably', async () => {
    const call = await calling(SUPPORTED)
    call.in.ring()
    assert.ok(!isReliable(await call.out.status(180)))
    await call.in.progress()
    const early = await call.out.status(183)
    assert.ok(isReliable(early))
    call.in.audio.play(700)
    await call.out.audio.hears(700)
    await call.in.answer()
    assert.equal((await call.out.answered()).body, early.body, 'there is one answer to an offer')
    await hearEachOther(call.out, call.in)
    await call.in.bye()
    await call.out.ended()
  })

  test('one that can do neither gets none', async () => {
    const call = await calling([])
    await call.in.progress()
    assert.ok(!isReliable(await call.out.status(183)))
    await call.in.answer()
    await call.out.answered()
    await call.out.bye()
    await call.in.ended()
  })

  test('without an offer of the caller the 180 brings ours, the PRACK its answer, and early sound is heard', async () => {
    const call = await calling(REQUIRED, { sdp: '' })
    call.in.ring()
    const rings = await call.out.status(180)
    assert.match(rings.body, /^m=audio/m)
    await call.in.progress()
    assert.equal((await call.out.status(183)).body, '')
    call.in.audio.play(800)
    await call.out.audio.hears(800)
    await call.in.answer()
    assert.equal((await call.out.answered()).body, '')
    await hearEachOther(call.out, call.in)
    await call.out.bye()
    await call.in.ended()
  })

  test('a called phone sends its early sound reliably and changes it by UPDATE before it answers', async () => {
    const call = await calling([])
    await call.in.progress(true)
    call.in.audio.play(900)
    await call.out.audio.hears(900)
    const updated = await call.in.update()
    assert.equal(updated.status, 200)
    assert.match(updated.body, /^m=audio/m)
    call.out.audio.forget()
    await call.out.audio.hears(900)
    await call.in.answer()
    await call.out.answered()
    await hearEachOther(call.out, call.in)
    await call.out.bye()
    await call.in.ended()
  })

  test('the caller changes its early sound by PRACK and by UPDATE', async () => {
    const call = await calling(REQUIRED, { acknowledges: false })
    await call.in.progress()
    const early = await call.out.status(183)
    const pracked = await call.out.prack(early, call.out.describe())
    assert.equal(pracked.status, 200)
    assert.match(pracked.body, /^m=audio/m)
    const updated = await call.out.update()
    assert.equal(updated.status, 200)
    assert.match(updated.body, /^m=audio/m)
    await call.in.answer()
    await call.out.answered()
    await hearEachOther(call.out, call.in)
    await call.out.bye()
    await call.in.ended()
  })

  test('an offer before the answer to the last one is told to wait (RFC 3311 §5.2)', async () => {
    const call = await calling(REQUIRED)
    call.in.ring()
    await call.out.status(180)
    const soon = await call.out.update()
    assert.equal(soon.status, 500)
    assert.match(headerOf(soon, 'Retry-After') ?? '', /^\d+$/)
    // Ours to the called phone is unanswered.
    assert.equal((await call.in.update()).status, 491)
    await call.in.answer()
    await call.out.answered()
    await hearEachOther(call.out, call.in)
    await call.out.bye()
    await call.in.ended()
  })

  test('an announcement is early sound too: reliable, then the refusal', async () => {
    const call = await alice.invite('3999', { headers: REQUIRED })
    assert.ok(isReliable(await call.status(183)))
    assert.equal((await call.ended(20_000)).status, 404)
  })

  test('the caller gives up: CANCEL after a reliable 180', async () => {
    const call = await calling(REQUIRED)
    call.in.ring()
    await call.out.status(180)
    assert.equal((await call.out.cancel()).status, 200)
    assert.equal((await call.out.ended()).status, 487)
    assert.equal((await call.in.ended()).how, 'cancel')
  })
})
