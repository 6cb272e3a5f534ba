/** Calls from one extension to another: every ordinary way one can go. */
import assert from 'node:assert/strict'
import { after, afterEach, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneCall } from '../support/phone.ts'

suite('calls between extensions', () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house?.close())
  afterEach(() => house.idle())

  /** A call that both sides are in. */
  async function connected(alice: Phone, bob: Phone, number: string): Promise<{ call: PhoneCall; incoming: PhoneCall }> {
    const call = await alice.invite(number)
    const incoming = await bob.nextCall()
    incoming.ring()
    await call.status(180)
    await incoming.answer()
    await call.answered()
    return { call, incoming }
  }

  for (const transport of ['udp', 'tcp'] as const) {
    test(`over ${transport}: both hear each other, and the caller hangs up`, async () => {
      const [from, to] = transport === 'udp' ? ['100', '101'] : ['102', '103']
      const { alice, bob } = await house.pair(from, to, { transport })
      const { call, incoming } = await connected(alice, bob, to)
      call.audio.play(440)
      incoming.audio.play(1000)
      await Promise.all([call.audio.hears(1000), incoming.audio.hears(440)])
      const [live] = await house.liveCalls()
      assert.equal(live?.state, 'answered')
      assert.deepEqual([live?.from.number, live?.to.number], [from, to])
      assert.equal((await call.bye()).status, 200)
      assert.equal((await incoming.ended()).how, 'bye')
      const { termination, legs } = await house.verdict(call)
      assert.deepEqual([termination?.result, termination?.reason, termination?.by], ['answered', 'hung-up', 'caller'])
      for (const leg of legs) {
        assert.equal(leg.transport, transport)
        assert.equal(leg.codec, 'PCMU')
        assert.ok((leg.media?.packetsReceived ?? 0) >= 25 && (leg.media?.packetsSent ?? 0) >= 25, JSON.stringify(leg.media))
        assert.equal(leg.media?.packetsLost, 0)
      }
      assert.equal(call.audio.figures.sources, 1, 'audio comes from one place')
    })
  }

  test('the callee hangs up', async () => {
    const { alice, bob } = await house.pair('104', '105')
    const { call, incoming } = await connected(alice, bob, '105')
    assert.equal((await incoming.bye()).status, 200)
    assert.deepEqual([(await call.ended()).by, (await call.ended()).how], ['peer', 'bye'])
    assert.equal((await house.verdict(call)).termination?.by, 'callee')
  })

  test('both hang up at once', async () => {
    const { alice, bob } = await house.pair('106', '107')
    const { call, incoming } = await connected(alice, bob, '107')
    const answers = await Promise.all([call.bye(), incoming.bye()])
    for (const answer of answers) assert.ok([200, 481].includes(answer.status), `${answer.status}`)
    assert.equal((await house.verdict(call)).termination?.result, 'answered')
  })

  test('the callee sees who calls, and nothing of the caller\'s Call-ID', async () => {
    const { alice, bob } = await house.pair('108', '109')
    const { call, incoming } = await connected(alice, bob, '109')
    assert.match(headerOf(incoming.invite, 'From') ?? '', /"Extension 108" <sip:108@/)
    assert.notEqual(incoming.callId, call.callId)
    await call.bye()
  })

  test('busy', async () => {
    const { alice, bob } = await house.pair('210', '211')
    const call = await alice.invite('211')
    ;(await bob.nextCall()).reject(486)
    assert.equal((await call.ended()).status, 486)
    const { termination } = await house.verdict(call)
    assert.deepEqual([termination?.result, termination?.reason, termination?.by], ['busy', 'busy', 'callee'])
  })

  test('declined', async () => {
    const { alice, bob } = await house.pair('212', '213')
    const call = await alice.invite('213')
    ;(await bob.nextCall()).reject(603)
    assert.equal((await call.ended()).status, 603)
    assert.equal((await house.verdict(call)).termination?.reason, 'declined')
  })

  test('nobody answers: the phone is told to stop ringing', async () => {
    const { alice, bob } = await house.pair('214', '215', { wish: { ringSeconds: 5 } })
    const call = await alice.invite('215')
    const incoming = await bob.nextCall()
    incoming.ring()
    await call.status(180)
    const [mine, theirs] = await Promise.all([call.ended(), incoming.ended()])
    assert.equal(mine.status, 480)
    assert.equal(theirs.how, 'cancel')
    const { termination } = await house.verdict(call)
    assert.deepEqual([termination?.result, termination?.reason], ['missed', 'no-answer'])
  })

  test('the caller cancels while it rings', async () => {
    const { alice, bob } = await house.pair('216', '217')
    const call = await alice.invite('217')
    const incoming = await bob.nextCall()
    incoming.ring()
    await call.status(180)
    assert.equal((await call.cancel()).status, 200)
    assert.equal((await call.ended()).status, 487)
    assert.equal((await incoming.ended()).how, 'cancel')
    const { termination } = await house.verdict(call)
    assert.deepEqual([termination?.result, termination?.by], ['cancelled', 'caller'])
  })

  test('the caller cancels at once, before anything rings', async () => {
    const { alice } = await house.pair('218', '219')
    const call = await alice.invite('219')
    // Of the INVITE with credentials: the one before it is refused, and its CANCEL would be in vain.
    await call.journal.until((event) => event.type === 'response' && event.message.status === 100 && headerOf(event.message, 'CSeq') === '2 INVITE', '100 to the second INVITE')
    assert.equal((await call.cancel()).status, 200)
    assert.equal((await call.ended()).status, 487)
  })

  test('CANCEL crosses the answer: one of them wins, and nobody is left in a call', async () => {
    const { alice, bob } = await house.pair('120', '121')
    for (let round = 0; round < 5; round++) {
      const from = bob.incoming.mark()
      const call = await alice.invite('121')
      const incoming = await bob.nextCall({ from })
      incoming.ring()
      await call.status(180)
      const answered = incoming.answer()
      const cancelled = call.cancel()
      assert.equal((await cancelled).status, 200)
      await answered
      const final = await call.journal.until((event) => event.type === 'response' && event.message.status >= 200, 'a final answer')
      assert.ok(final.type === 'response')
      if (final.message.status === 200) assert.equal((await call.bye()).status, 200)
      else assert.equal(final.message.status, 487)
      // Whoever was told 200 gets a BYE: the callee answered, so its call must end that way.
      assert.equal((await incoming.ended()).how, 'bye')
      const { termination } = await house.verdict(call)
      assert.equal(termination?.result, final.message.status === 200 ? 'answered' : 'cancelled')
    }
  })

  test('an extension without a phone', async () => {
    const alice = await house.registered(await house.extension('122'))
    await house.extension('123')
    const call = await alice.invite('123')
    assert.equal((await call.ended()).status, 480)
    const { termination } = await house.verdict(call)
    assert.deepEqual([termination?.result, termination?.reason], ['missed', 'not-registered'])
    assert.match(termination?.explanation ?? '', /registered/)
  })

  test('a phone that unregistered is not called', async () => {
    const { alice, bob } = await house.pair('124', '125')
    assert.equal((await bob.unregister()).status, 200)
    const call = await alice.invite('125')
    assert.equal((await call.ended()).status, 480)
    assert.equal(bob.incoming.entries.length, 0)
  })

  test('a phone that never registered may call with its password, and only with it', async () => {
    const { bob } = await house.pair('126', '127')
    const line = await house.extension('128')
    const caller = await house.phone(line)
    const call = await caller.invite('127')
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    await call.bye()
    const thief = await house.phone({ user: line.user, password: 'guessed' })
    const refused = await thief.invite('127')
    assert.equal((await refused.ended()).status, 407)
    assert.equal(bob.incoming.entries.length, 1)
  })

  test('SHA-256 is good for registering and calling', async () => {
    const { alice, bob } = await house.pair('129', '130', { algorithm: 'SHA-256' })
    const { call } = await connected(alice, bob, '130')
    await call.bye()
  })

  test('the administrator ends a call', async () => {
    const { alice, bob } = await house.pair('131', '132')
    const { call, incoming } = await connected(alice, bob, '132')
    const [live] = await house.liveCalls()
    assert.equal((await house.api.send('POST', `/calls/${live?.id}/hang-up`, {})).status, 202)
    const ends = await Promise.all([call.ended(), incoming.ended()])
    for (const end of ends) assert.deepEqual([end.by, end.how], ['peer', 'bye'])
    assert.equal((await house.verdict(call)).termination?.reason, 'administrator')
  })

  test('what happened is in the history, newest first', async () => {
    const { alice, bob } = await house.pair('133', '134')
    const { call } = await connected(alice, bob, '134')
    await call.bye()
    const ended = await house.verdict(call)
    const [newest] = await house.history('?limit=1')
    assert.equal(newest?.id, ended.id)
    assert.equal(newest?.termination?.reason, 'hung-up')
    assert.equal(newest?.legs.length, 2)
  })
})
