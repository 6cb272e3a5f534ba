/** Mutual TLS with a carrier: it learns who we are, and we believe nobody but it. */
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket, type Server } from 'node:tls'
import { once } from 'node:events'
import { after, before, suite, test } from 'node:test'
import { testAuthority } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'

interface Trunk { id: string; clientCertificate: string | null; status: { state: string; cause: string | null } }

suite('mutual TLS', () => {
  let house: House
  let server: Server
  let port: number
  const sockets: TLSSocket[] = []
  /** Of whom a request came, and what it asked. */
  const seen: { subject: string; method: string }[] = []
  let authority: Awaited<ReturnType<typeof testAuthority>>
  let ours: { certificate: string; key: string }
  before(async () => {
    authority = await testAuthority()
    ours = await authority.issue(['pbx.example'])
    const carrier = await authority.issue(['sip.carrier.example'])
    house = await startHouse({ embedded: true, change: ({ registrar, sip }) => {
      registrar.qualifySeconds = 0
      sip.tlsPort = 0
    } })
    server = createServer({ cert: carrier.certificate, key: carrier.key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true }, (socket: TLSSocket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', (data: Buffer) => {
        const text = data.toString()
        const method = /^(\S+) sip:/.exec(text)?.[1]
        if (method === undefined || method === 'ACK') return
        seen.push({ subject: socket.getPeerX509Certificate()?.subject ?? '', method })
        const kept = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line)).join('\r\n').replace(/^To: (.*)$/im, 'To: $1;tag=carrier')
        socket.write(`SIP/2.0 ${method === 'OPTIONS' ? '200 OK' : '486 Busy Here'}\r\n${kept}\r\nUser-Agent: carrier\r\nContent-Length: 0\r\n\r\n`)
      })
    })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ;({ port } = server.address() as AddressInfo)
  })
  after(async () => {
    for (const socket of sockets) socket.destroy()
    server?.close()
    await house?.close()
  })
  const stateOf = async (id: string) => (await house.api.get<Trunk>(`/trunks/${id}`)).status
  const trunk = (more: object) => ({ host: '127.0.0.1', port, transport: 'tls', ...more })
  const asked = async (id: string): Promise<Trunk['status']> => {
    await house.api.post(`/trunks/${id}/test`, {})
    return stateOf(id)
  }

  test('what does not belong together, or is for no TLS, is refused', async () => {
    const other = await authority.issue(['other.example'])
    for (const [wrong, field] of [
      [{ clientCertificate: ours.certificate }, 'clientKey'], [{ clientCertificate: ours.certificate, clientKey: other.key }, 'clientKey'], [{ clientCertificate: 'x', clientKey: ours.key }, 'clientCertificate'],
      [{ peerAuthority: 'x' }, 'peerAuthority'], [{ peerName: 'a b' }, 'peerName'], [{ transport: 'udp', peerAuthority: authority.certificate }, 'transport'],
    ] as const) {
      const answer = await house.api.send('POST', '/trunks', { name: 'Wrong', ...trunk(wrong) })
      assert.deepEqual([answer.status, answer.body.toString().includes(`"${field}"`)], [422, true], answer.body.toString())
    }
  })

  test('with our certificate we are let in, calls go over it; without, or with another name, the trunk is down; the key is told to nobody', async () => {
    const made = await house.api.post<Trunk>('/trunks', { name: 'Secure', ...trunk({ clientCertificate: ours.certificate, clientKey: ours.key, peerAuthority: authority.certificate, peerName: 'sip.carrier.example' }) })
    await eventually(async () => (await stateOf(made.id)).state === 'up', 'the carrier to answer')
    assert.match(seen[0]?.subject ?? '', /pbx\.example/)
    assert.match((await stateOf(made.id)).cause ?? '', /The certificate that we show to this carrier ends on \d{4}-/, 'three weeks before')
    assert.match((await house.api.send('GET', '/system')).body.toString(), /Secure: The certificate that we show/)
    assert.doesNotMatch((await house.api.send('GET', `/trunks/${made.id}`)).body.toString(), /PRIVATE KEY/)
    assert.doesNotMatch((await house.api.send('GET', '/audit?limit=20')).body.toString(), /PRIVATE KEY/)
    await house.api.post('/outbound-routes', { name: 'Outside', pattern: '9.', strip: 1, trunkIds: [made.id] })
    const anna = await house.registered(await house.extension('101'))
    assert.equal((await (await anna.invite('92025550123')).ended()).status, 486)
    assert.deepEqual(seen.at(-1)?.method, 'INVITE')
    const twice = await house.api.send('POST', '/trunks', { name: 'Twice', ...trunk({ peerName: 'x.example' }) })
    assert.equal(twice.status, 409)
    // Whoever answers there must be the carrier: another name is another's.
    const before = seen.length
    await house.api.ask('PATCH', `/trunks/${made.id}`, { peerName: 'someone.example' })
    assert.equal((await asked(made.id)).state === 'up' && seen.length > before, false, 'nothing is sent to it')
    await house.idle()
  })
})
