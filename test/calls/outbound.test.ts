/** Phones with several flows (RFC 5626): one is rung, and when it is gone the other. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { startBaresip } from '../support/baresip.ts'
import type { Line } from '../support/desk.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type PhoneTransport } from '../support/phone.ts'
import { missing } from '../support/run/peers.ts'

const noEngine = process.env['DRACHTIO'] ? 'a drachtio-server tells nobody of closed connections and answers no STUN' : false
const INSTANCE = '+sip.instance="<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>"'

suite('phones with several flows', { skip: noEngine }, () => {
  let house: House
  let lines: [Line, Line]
  let alice: Phone

  before(async () => {
    house = await startHouse({ change: (settings) => void (settings.registrar.qualifySeconds = 0) })
    lines = [await house.extension('100'), await house.extension('101')]
    alice = await house.registered(lines[0])
  })
  after(() => house.close())

  /** One flow of the phone with the instance above: each has a socket of its own. */
  const flow = async (id: number, transport: PhoneTransport): Promise<Phone> => {
    const phone = await house.phone(lines[1], { transport })
    const answer = await phone.register({ contact: `${phone.contact};reg-id=${id};${INSTANCE}`, headers: [['Supported', 'path, outbound']] })
    assert.equal(answer.status, 200)
    assert.equal(headerOf(answer, 'Require'), 'outbound')
    return phone
  }
  /** A call that comes over this flow. */
  const comesTo = async (phone: Phone): Promise<void> => {
    const from = phone.incoming.mark()
    const call = await alice.invite('101')
    await (await phone.nextCall({ from })).answer()
    await call.answered()
    assert.equal((await call.bye()).status, 200)
    await house.idle()
  }

  test('the newest is rung alone; when its connection ends, the other is', async () => {
    const udp = await flow(1, 'udp')
    const tcp = await flow(2, 'tcp')
    const shown = await house.registrations()
    assert.deepEqual(shown.filter((one) => one.instance !== null).map(({ regId, transport }) => [regId, transport]).sort(), [['1', 'udp'], ['2', 'tcp']])
    await comesTo(tcp)
    assert.equal(udp.incoming.mark(), 0, 'a phone is rung over one flow')
    const gone = house.event('registration.removed', (event) => event.data.why === 'disconnected', { from: house.events.mark() })
    await tcp.close()
    await gone
    await comesTo(udp)
    await udp.register({ contact: '*', expires: 0 })
  })

  test('a flow over UDP that says nothing: the call comes over the other, though nobody knew', async () => {
    const tcp = await flow(1, 'tcp')
    const udp = await flow(2, 'udp')
    udp.vanish()
    const call = await alice.invite('101')
    const incoming = await tcp.nextCall()
    await incoming.answer()
    await call.answered()
    call.audio.play(440)
    await incoming.audio.hears(440)
    const [live] = await house.liveCalls()
    assert.deepEqual(live?.legs.filter((leg) => leg.role === 'callee').map((leg) => [leg.transport, leg.address]), [['tcp', `127.0.0.1:${tcp.local.port}`]])
    assert.equal((await call.bye()).status, 200)
    await house.idle()
    await tcp.register({ contact: '*', expires: 0 })
  })

  test('a flow that fails with 430 is left at once for the other; with 486 it is not', async () => {
    const first = await flow(1, 'udp')
    const second = await flow(2, 'udp')
    second.onCall = (call) => call.reject(430)
    await comesTo(first)
    second.onCall = (call) => call.reject(486)
    const mark = first.incoming.mark()
    const busy = await alice.invite('101')
    await busy.status(486)
    await house.idle()
    assert.equal(first.incoming.mark(), mark)
    await first.register({ contact: '*', expires: 0 })
  })

  test('baresip with a flow over UDP and one over TCP: one is cut, the call still arrives', { skip: missing('baresip', 'baresip-core') }, async (t) => {
    const line = await house.extension('102')
    const wire = await relay(house.sip)
    t.after(() => wire.close())
    const from = house.events.mark()
    const phone = await startBaresip({
      server: house.sip, line, transport: 'udp', tone: 880, answers: true, flows: [`sip:${house.sip.host}:${house.sip.port};transport=udp`, `sip:127.0.0.1:${wire.port};transport=tcp`],
    })
    t.after(() => phone.stop())
    for (const transport of ['udp', 'tcp']) await house.event('registration.changed', ({ data: { registration } }) => registration.transport === transport && registration.regId !== null, { from })
    const flows = (await house.registrations()).filter((one) => one.extensionNumber === '102')
    assert.deepEqual(flows.map((one) => one.regId).sort(), ['1', '2'])
    assert.equal(new Set(flows.map((one) => one.instance)).size, 1)

    const rings = async (): Promise<string | undefined> => {
      const call = await alice.invite('102')
      await call.answered()
      const [live] = await house.liveCalls()
      await call.audio.hears(880)
      assert.equal((await call.bye()).status, 200)
      await house.idle()
      return live?.legs.find((leg) => leg.role === 'callee')?.transport
    }
    assert.match((await rings()) ?? '', /^(udp|tcp)$/)
    const gone = house.event('registration.removed', (event) => event.data.why === 'disconnected' && event.data.registration.extensionNumber === '102', { from: house.events.mark() })
    await wire.close()
    await gone
    assert.equal(await rings(), 'udp')
  })
})

/** A wire that can be cut. */
async function relay(to: { host: string; port: number }): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(to)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    near.pipe(far).pipe(near)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      if (!server.listening) return
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
