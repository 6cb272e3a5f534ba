/** Every torture message to the whole house, from a stranger without credentials. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { udpPeer, type Peer } from '../contract/signalling/peer.ts'
import { startHouse, type House } from '../support/house.ts'
import { answersFor, settled } from './ground.ts'
import { messages, sentFrom, titleOf } from './messages.ts'

suite('the house under torture', () => {
  let house: House
  let peer: Peer
  before(async () => {
    house = await startHouse()
    peer = await udpPeer(house.sip)
  })
  after(async () => {
    await peer?.close()
    await house?.close()
  })

  for (const [index, message] of messages.entries()) {
    test(titleOf(message), async () => {
      const before = answersFor(peer, message.callId).length
      peer.send(ownBranch(sentFrom(message, peer.port), index))
      await settled(peer)
      // A set, because nobody acknowledges what is said to an INVITE.
      const statuses = new Set(answersFor(peer, message.callId).slice(before).map((answer) => answer.status))
      assert.deepEqual([...statuses], message.house === 0 ? [] : [message.house])
    })
  }

  test('afterwards phones register and call as ever, and nothing was a bug', async () => {
    const { alice, bob } = await house.pair('100', '101')
    const call = await alice.invite('101')
    const incoming = await bob.nextCall()
    await incoming.answer()
    await call.answered()
    assert.equal((await call.bye()).status, 200)
    await house.idle()
    // That this address would be banned, were it not exempt, is as it should be.
    assert.deepEqual(house.warnings.filter((line) => !line.includes('"room":"shield"')), [])
  })
})

/** One house hears them all, and some have their branch in common: each gets its own, so that none is taken for another again. */
function ownBranch(bytes: Buffer, index: number): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/branch=z9hG4bK(?=[^\s;,])/g, `branch=z9hG4bK${index}-`), 'latin1')
}
