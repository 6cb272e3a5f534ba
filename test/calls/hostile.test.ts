/** Strangers at the whole house: scanners, guessers, an office that shares its address with one, and what people do about bans. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { udpPeer } from '../contract/signalling/peer.ts'
import { newCall, request } from '../contract/signalling/call.ts'
import { missing } from '../support/run/peers.ts'
import { attack } from '../support/sipvicious.ts'

interface Ban {
  id: string
  network: string
  reason: string
  hits: number
  until: string | null
}

// Only the embedded engine can be silent; on a drachtio-server the entrance refuses.
const external = process.env['DRACHTIO'] ? 'a drachtio-server answers whoever asks' : false
const tools = external || missing('svwar', 'sipvicious')

const bansOf = (house: House): Promise<Ban[]> => house.api.get<Ban[]>('/sip/bans')
const banned = (house: House, address: string) => house.event('ban.added', ({ data }) => data.ban.network === address)

/** Whether OPTIONS from this address is answered, found out by one from elsewhere that was sent later and surely is. */
async function isAnswered(house: House, address: string): Promise<boolean> {
  const [asking, other] = [await udpPeer(house.sip, address), await udpPeer(house.sip)]
  try {
    asking.send(request(asking, newCall(), 'OPTIONS', { uri: 'sip:127.0.0.1' }))
    // Two rounds: what was sent before the second has arrived when that one has.
    for (let round = 0; round < 2; round++) {
      other.send(request(other, newCall(), 'OPTIONS', { uri: 'sip:127.0.0.1' }))
      await other.take('200')
    }
    return asking.count('200') > 0
  } finally {
    await asking.close()
    await other.close()
  }
}

/** An order to the engine and a datagram reach it by different ways: soon it is so. */
async function answers(house: House, address: string, expected: boolean): Promise<void> {
  await eventually(async () => (await isAnswered(house, address)) === expected, `${address} to be ${expected ? 'answered' : 'left without an answer'}`)
}

suite('the tools of SIPVicious, as they are', { skip: tools }, () => {
  let house: House
  before(async () => {
    house = await startHouse()
  })
  after(() => house.close())

  test('find neither server nor extension nor password, and are banned with the first packet', async () => {
    await house.extension('100')
    const runs = [
      attack('svmap', house.sip, '127.0.0.21'),
      attack('svwar', house.sip, '127.0.0.22', ['-e95-200']),
      attack('svwar', house.sip, '127.0.0.23', ['-e95-200', '--force', '-m', 'INVITE']),
      attack('svcrack', house.sip, '127.0.0.24', ['-u100', '-r1-200', '--maximumtime=2']),
    ]
    for (const { found, text } of await Promise.all(runs)) {
      assert.deepEqual(found, [], text)
      assert.match(text, /found nothing/)
      assert.doesNotMatch(text, /SIP\/2\.0/, 'not one answer')
    }
    const bans = await bansOf(house)
    for (const last of [21, 22, 23, 24]) assert.equal(bans.find(({ network }) => network === `127.0.0.${last}`)?.reason, 'scanner')
  })
})

suite('guessers that hide what they are', { skip: tools }, () => {
  let house: House
  before(async () => {
    house = await startHouse({
      change(settings) {
        settings.shield = { scanners: [], perSecond: 10, burst: 60, overloadMs: 0 }
        // The tool knows no other.
        settings.registrar.digest = ['MD5']
      },
    })
  })
  after(() => house.close())

  test('a guesser of passwords is banned after twenty, and hears nothing from then on', async () => {
    await house.extension('100')
    const { found, text } = await attack('svcrack', house.sip, '127.0.0.31', ['-u100', '-r1-3000', '--maximumtime=2'])
    assert.deepEqual(found, [], text)
    const { data } = await banned(house, '127.0.0.31')
    assert.deepEqual([data.ban.reason, data.ban.detail, data.ban.level], ['wrong-passwords', 'user 100', 1])
    await answers(house, '127.0.0.31', false)
  })

  test('a seeker of extensions gets the same answer for those there are and those there are not, and is banned for its rate', async () => {
    const peer = await udpPeer(house.sip, '127.0.0.32')
    const told = new Set<string>()
    for (const number of ['100', '101', '999']) {
      peer.send(request(peer, newCall(number), 'REGISTER', { uri: 'sip:127.0.0.1' }))
      told.add((await peer.take('401')).text.replace(/nonce="[^"]+"/g, '').replace(/^(Via|From|To|Call-ID):.*\r\n/gm, ''))
    }
    assert.equal(told.size, 1)
    for (let sent = 0; sent < 100; sent++) peer.send(request(peer, newCall(String(sent)), 'REGISTER', { uri: 'sip:127.0.0.1' }))
    assert.equal((await banned(house, '127.0.0.32')).data.ban.reason, 'flood')
    await peer.close()
  })

  test('an office with a healthy phone behind the same address is not banned, and its phones go on working', async () => {
    const line = await house.extension('200')
    const phone = await house.registered(line, { address: '127.0.0.33' })
    const colleague = await house.registered(await house.extension('201'))
    const { found } = await attack('svcrack', house.sip, '127.0.0.33', ['-u200', '-r1-150', '--maximumtime=2'])
    assert.deepEqual(found, [])
    assert.equal((await bansOf(house)).some(({ network }) => network === '127.0.0.33'), false)
    assert.ok(house.warnings.some((line) => line.includes('would be banned') && line.includes('127.0.0.33')))
    assert.equal((await phone.register()).status, 200)
    const call = await phone.invite('201')
    const incoming = await colleague.nextCall()
    await incoming.answer()
    await call.answered()
    assert.equal((await call.bye()).status, 200)
    await house.idle()
  })
})

test('bans are seen, lifted, added by hand and kept over a restart; each peer and cause is in the log once', { skip: external }, async (t) => {
  const first = await startHouse()
  t.after(() => rm(first.home, { recursive: true, force: true }))
  const hostile = await udpPeer(first.sip, '127.0.0.41')
  for (let sent = 0; sent < 50; sent++) hostile.send(request(hostile, newCall(), 'OPTIONS', { uri: 'sip:127.0.0.1', headers: ['User-Agent: friendly-scanner'] }))
  await banned(first, '127.0.0.41')
  await hostile.close()
  const byHand = await first.api.post<Ban>('/sip/bans', { network: '127.0.0.48/28', note: 'Rings at night' })
  assert.deepEqual([byHand.network, byHand.reason, byHand.until], ['127.0.0.48/28', 'by-hand', null])
  await answers(first, '127.0.0.50', false)
  await answers(first, '127.0.0.70', true)
  await first.close({ keep: true })
  assert.equal(first.warnings.filter((line) => line.includes('127.0.0.41')).length, 1)

  const second = await startHouse({ home: first.home })
  try {
    assert.deepEqual((await bansOf(second)).map(({ network }) => network).sort(), ['127.0.0.41', '127.0.0.48/28'])
    await answers(second, '127.0.0.41', false)
    for (const ban of await bansOf(second)) await second.api.ask('DELETE', `/sip/bans/${ban.id}`)
    await answers(second, '127.0.0.41', true)
    await answers(second, '127.0.0.50', true)
    await second.api.post('/sip/allowed-networks', { network: '127.0.0.40/29', note: 'Test house' })
    const refused = await second.api.send('POST', '/sip/bans', { network: '127.0.0.41', note: 'x' })
    assert.equal(refused.status, 409)
    const audited = await second.api.get<{ action: string }[]>('/audit?limit=50')
    for (const action of ['ban.create', 'ban.lift', 'allowed-network.create']) assert.ok(audited.some((entry) => entry.action === action), action)
  } finally {
    await second.close({ keep: true })
  }
})
