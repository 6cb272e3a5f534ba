/** The checks of ICE: read and answered as RFC 5769 shows them, and consent that runs out. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IceAgent } from '../../../media/embedded/worker/ice/agent.ts'
import { readCheck, writeSuccess } from '../../../media/embedded/worker/ice/stun.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

/** RFC 5769 §2.1 */
const REQUEST = hex(`
  00010058 2112a442 b7e7a701 bc34d686 fa87dfae 80220010 5354554e 20746573 7420636c 69656e74 00240004 6e0001ff 80290008 932ff9b1 51263b36
  00060009 6576746a 3a683676 59202020 00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2 80280004 e57a3bcf`)
const PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt'

test('the request of RFC 5769 is read with its password, and with no other', () => {
  const check = readCheck(REQUEST, PASSWORD)
  assert.equal(check?.username, 'evtj:h6vY')
  assert.equal(check.nominated, false)
  assert.equal(readCheck(REQUEST, `${PASSWORD}x`), undefined)
})

/** What stands behind the signature is not signed; a checksum is checked where there is one. */
const SIGNED = 100

test('changed anywhere or cut it is none', () => {
  for (let at = 0; at < REQUEST.length; at += 1) {
    if (at >= SIGNED && at < SIGNED + 4) continue
    const changed = Buffer.from(REQUEST)
    changed[at]! ^= 1
    assert.equal(readCheck(changed, PASSWORD), undefined, `byte ${at}`)
  }
  for (let length = 0; length < SIGNED; length += 1) {
    const cut = Buffer.from(REQUEST.subarray(0, length))
    if (length >= 4) cut.writeUInt16BE(Math.max(0, length - 20), 2)
    assert.equal(readCheck(cut, PASSWORD), undefined, `${length} bytes`)
  }
})

test('the answer is that of RFC 5769 §2.2, but for its SOFTWARE', () => {
  const answer = writeSuccess(REQUEST.subarray(8, 20), '192.0.2.1', 32_853, PASSWORD)
  assert.equal(answer.readUInt16BE(0), 0x0101)
  assert.equal(answer.subarray(20, 32).toString('hex'), '002000080001a147e112a643', 'XOR-MAPPED-ADDRESS as there')
  // Read as if it were a request, its signature and checksum are proved by the reader of the vector above.
  const asRequest = Buffer.from(answer)
  asRequest.writeUInt16BE(0x0001, 0)
  assert.equal(readCheck(asRequest, PASSWORD), undefined, 'the type is signed too')
})

test('a check is consent for half a minute, told once when it is over', () => {
  const agent = new IceAgent({ ufrag: 'evtj', password: PASSWORD }, { ufrag: 'h6vY', password: 'their own password here' })
  assert.equal(agent.expired(1_000_000), false, 'not before the first')
  assert.ok(agent.answer(REQUEST, '192.0.2.1', 32_853, 1000))
  assert.equal(agent.expired(30_900), false)
  assert.equal(agent.expired(31_000), true)
  assert.equal(agent.expired(99_000), false)
  assert.ok(agent.answer(REQUEST, '192.0.2.1', 32_853, 100_000))
  assert.equal(agent.expired(120_000), false)
})

test('a check meant for another leg, or from port 0, is not answered', () => {
  const other = new IceAgent({ ufrag: 'evtj', password: PASSWORD }, { ufrag: 'else', password: 'their own password here' })
  assert.equal(other.answer(REQUEST, '192.0.2.1', 32_853, 0), undefined)
  const mine = new IceAgent({ ufrag: 'evtj', password: PASSWORD }, { ufrag: 'h6vY', password: 'their own password here' })
  assert.equal(mine.answer(REQUEST, '192.0.2.1', 0, 0), undefined)
})
