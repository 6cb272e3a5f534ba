/** What a Homer collector gets of a whole house. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse } from '../support/house.ts'

test('registrations and calls reach the collector, with credentials masked', async () => {
  const collector = createSocket('udp4')
  collector.bind(0, '127.0.0.1')
  await once(collector, 'listening')
  const packets: string[] = []
  collector.on('message', (data) => packets.push(data.toString('latin1')))
  const house = await startHouse({ change: (settings) => void (settings.hep = { host: '127.0.0.1', port: collector.address().port, transport: 'udp', id: 7, password: '' }) })
  try {
    const { alice, bob } = await house.pair('100', '101')
    const call = await alice.invite('101')
    await (await bob.nextCall()).answer()
    await call.answered()
    await call.bye()
    await house.idle()
    await eventually(() => packets.some((packet) => packet.includes('BYE sip:')), 'the BYE at the collector')
    const signed = packets.filter((packet) => /\r\n(?:Proxy-)?Authorization: Digest /i.test(packet))
    assert.ok(signed.some((packet) => packet.includes('REGISTER sip:')) && signed.some((packet) => packet.includes('INVITE sip:')))
    for (const packet of signed) assert.match(packet, /response="\[hidden\]"/)
    assert.ok(packets.every((packet) => packet.startsWith('HEP3')))
  } finally {
    await house.close()
    collector.close()
  }
})
