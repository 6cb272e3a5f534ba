/** Registrations that the engine answers in the application's place: the same on the wire as without it, and only while nothing has changed. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { field, fields, udpPeer, type Arrived, type Peer } from '../contract/signalling/peer.ts'
import { newCall, request, type Call } from '../contract/signalling/call.ts'
import { digestFor } from '../load/sip-text.ts'
import type { Line } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'

const external = process.env['DRACHTIO'] ? 'a drachtio-server asks the application for everything' : false

/** A header that the engine does not know makes a REGISTER go through the application. */
const LONG_WAY = 'X-Way: long'

async function answeredHere(house: House): Promise<number> {
  return (await house.dialplane.signalling.status?.())?.counters.answeredHere ?? NaN
}

const registerOf = (peer: Peer, line: Line, call: Call, cseq: number, more: string[]): string =>
  request(peer, { ...call, to: `<sip:${line.number}@127.0.0.1>` }, 'REGISTER', { uri: 'sip:127.0.0.1', cseq, branch: `z9hG4bK${call.branch}${cseq}${more.length}`, headers: ['Expires: 600', ...more] })

/** REGISTER, 401, REGISTER with the digest. */
async function register(peer: Peer, line: Line, more: string[] = []): Promise<{ challenge: Arrived; answer: Arrived }> {
  const call = newCall()
  peer.send(registerOf(peer, line, call, 1, more))
  const challenge = await peer.take(new RegExp(`^SIP/2\\.0[^]*Call-ID: ${call.callId}\r\nCSeq: 1 `))
  const digest = digestFor({ ...challenge, verdict: '' }, 'SHA-256', { user: line.user, number: line.number, password: line.password }, 'REGISTER', 'sip:127.0.0.1', 'c0')
  assert.ok(digest)
  peer.send(registerOf(peer, line, call, 2, [...more, `Authorization: ${digest}`]))
  return { challenge, answer: await peer.take(new RegExp(`^SIP/2\\.0[^]*Call-ID: ${call.callId}\r\nCSeq: 2 `)) }
}

/** What differs between any two answers, taken out. */
function common(text: string): string {
  return text.replace(/branch=[^;\r]+/g, 'branch').replace(/tag=[^;\r>]+/g, 'tag').replace(/nonce="[^"]+"/g, 'nonce').replace(/^Call-ID: .*\r$/m, 'Call-ID').replace(/^Date: .*\r$/m, 'Date').replace(/expires=\d+/g, 'expires')
}

async function lent(house: House, peer: Peer, line: Line): Promise<void> {
  // The lease follows the first registration by a moment.
  await eventually(async () => {
    const before = await answeredHere(house)
    assert.equal((await register(peer, line)).answer.status, 200)
    return (await answeredHere(house)) === before + 2
  }, 'the engine answers')
}

suite('the lane', { skip: external }, () => {
  test('answers 401 and 200 are the same bytes as those of the application', async () => {
    const house = await startHouse()
    const peer = await udpPeer(house.sip)
    try {
      const line = await house.extension('100')
      await register(peer, line, [LONG_WAY])
      await lent(house, peer, line)
      const before = await answeredHere(house)
      const long = await register(peer, line, [LONG_WAY])
      assert.equal(await answeredHere(house), before)
      const told = house.events.mark()
      const short = await register(peer, line)
      assert.equal(await answeredHere(house), before + 2)
      for (const which of ['challenge', 'answer'] as const) assert.equal(common(short[which].text), common(long[which].text))
      assert.equal(short.answer.status, 200)
      assert.equal(fields(short.challenge.text, 'WWW-Authenticate').length, 2)
      await house.event('registration.changed', ({ data }) => data.change === 'refreshed', { from: told })
    } finally {
      await peer.close()
      await house.close()
    }
  })

  test('a new password counts from the moment it is given: the old one is not enough any more', async () => {
    const house = await startHouse()
    const peer = await udpPeer(house.sip)
    try {
      const line = await house.extension('100')
      await register(peer, line)
      await lent(house, peer, line)
      await house.api.post(`/devices/${line.deviceId}/credentials`, {})
      const { answer } = await register(peer, line)
      assert.equal(answer.status, 401)
      assert.deepEqual(await house.registrations(), [])
    } finally {
      await peer.close()
      await house.close()
    }
  })

  test('a registration that a person removed is made anew by the application', async () => {
    const house = await startHouse()
    const peer = await udpPeer(house.sip)
    try {
      const line = await house.extension('100')
      await register(peer, line)
      await lent(house, peer, line)
      const [first] = await house.registrations()
      await house.api.ask('DELETE', `/registrations/${first?.id}`)
      assert.equal((await register(peer, line)).answer.status, 200)
      await eventually(async () => (await house.registrations()).length === 1, 'one registration')
      assert.notEqual((await house.registrations())[0]?.id, first?.id)
    } finally {
      await peer.close()
      await house.close()
    }
  })

  test('phones that come back after a restart are answered by the engine, and stay registered', async (t) => {
    const change = (settings: House['settings']): void => void (settings.registrar.qualifySeconds = 0)
    const first = await startHouse({ change })
    t.after(() => rm(first.home, { recursive: true, force: true }))
    const line = await first.extension('100')
    const peer = await udpPeer(first.sip)
    t.after(() => peer.close())
    assert.equal((await register(peer, line)).answer.status, 200)
    const [before] = await first.registrations()
    const { port } = first.sip
    await first.close({ keep: true, phonesStay: true })
    const second = await startHouse({ home: first.home, change: (settings) => (change(settings), void (settings.sip.port = port)) })
    try {
      await lent(second, peer, line)
      const [after] = await second.registrations()
      assert.equal(after?.id, before?.id)
      assert.equal(field((await register(peer, line)).answer.text, 'Contact').includes(`127.0.0.1:${peer.port}`), true)
    } finally {
      await second.close({ keep: true, phonesStay: true })
    }
  })
})
