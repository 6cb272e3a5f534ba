/** The DTLS of a leg: both roles with each other on a bad line, with OpenSSL, and with whoever stands in between. */
import assert from 'node:assert/strict'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createMediaCertificate, type MediaCertificate } from '../../../media/embedded/certificate.ts'
import { Association, type AssociationListener } from '../../../media/embedded/worker/dtls/association.ts'
import type { Fingerprint } from '../../../media/sdp/types.ts'

type Secured = Parameters<AssociationListener['secured']>[0]
type Outcome = { secured: Secured; failed?: undefined } | { failed: string; secured?: undefined }

interface Side {
  association: Association
  outcome: Promise<Outcome>
}

function side(active: boolean, identity: MediaCertificate, expects: readonly Fingerprint[], send: (datagram: Buffer) => void): Side {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const association = new Association(active, identity, expects, { send, secured: (secured) => resolve({ secured }), failed: (failed) => resolve({ failed }) })
  return { association, outcome: promise }
}

type Line = (datagram: Buffer, deliver: (datagram: Buffer) => void) => void

/** Two sides and what the line between them does to datagrams. */
function pair(t: TestContext, line: Line, options: { server?: MediaCertificate; client?: MediaCertificate; expected?: MediaCertificate } = {}): { client: Side; server: Side } {
  const [clientCertificate, serverCertificate] = [options.client ?? createMediaCertificate(), options.server ?? createMediaCertificate()]
  const client: Side = side(true, clientCertificate, [(options.expected ?? serverCertificate).fingerprint], (datagram) => line(datagram, (each) => server.association.take(each)))
  const server: Side = side(false, serverCertificate, [clientCertificate.fingerprint], (datagram) => line(datagram, (each) => client.association.take(each)))
  t.after(() => {
    client.association.close()
    server.association.close()
  })
  client.association.start()
  return { client, server }
}

const good: Line = (datagram, deliver) => setImmediate(deliver, Buffer.from(datagram))

test('our certificate is one, and its fingerprint is that of it', () => {
  const made = createMediaCertificate()
  const read = new X509Certificate(made.certificate)
  assert.equal(read.fingerprint256, made.fingerprint.value)
  assert.ok(read.verify(read.publicKey))
  assert.ok(read.validToDate > new Date())
})

test('both sides have the same keys, each the other\'s way round', async (t) => {
  const { client, server } = pair(t, good)
  const [one, other] = await Promise.all([client.outcome, server.outcome])
  assert.equal(one.secured?.suite, 'AES_CM_128_HMAC_SHA1_80')
  assert.deepEqual(one.secured.send, other.secured?.receive)
  assert.deepEqual(one.secured.receive, other.secured?.send)
  assert.notDeepEqual(one.secured.send.key, one.secured.receive.key)
})

test('a line that loses, doubles, turns round and cuts in pieces', async (t) => {
  let count = 0
  const seen = new Set<string>()
  const line: Line = (datagram, deliver) => {
    count += 1
    // The first of every size is lost; every third comes twice, the second time late.
    const first = !seen.has(`${datagram.length}`)
    seen.add(`${datagram.length}`)
    if (first) return
    const copy = Buffer.from(datagram)
    setTimeout(() => cut(copy).forEach(deliver), count % 2 === 0 ? 30 : 1)
    if (count % 3 === 0) setTimeout(deliver, 60, Buffer.from(datagram))
  }
  const { client, server } = pair(t, line)
  const [one, other] = await Promise.all([client.outcome, server.outcome])
  assert.deepEqual(one.secured?.send, other.secured?.receive)
})

/** The records of a datagram one by one, unencrypted handshake messages in pieces, the last piece first. */
function cut(datagram: Buffer): Buffer[] {
  const out: Buffer[] = []
  for (let at = 0; at < datagram.length;) {
    const end = at + 13 + datagram.readUInt16BE(at + 11)
    const record = datagram.subarray(at, end)
    at = end
    const length = record.length - 25
    if (record[0] !== 22 || record.readUInt16BE(3) !== 0 || length < 60) {
      out.push(record)
      continue
    }
    const half = length >> 1
    for (const [from, to] of [[half, length], [0, half]] as const) {
      const piece = Buffer.concat([record.subarray(0, 25), record.subarray(25 + from, 25 + to)])
      piece.writeUInt16BE(12 + to - from, 11)
      piece.writeUIntBE(from, 19, 3)
      piece.writeUIntBE(to - from, 22, 3)
      out.push(piece)
    }
  }
  return out
}

test('a certificate that is not the one of the fingerprint is refused, by either side', async (t) => {
  const { client } = pair(t, good, { expected: createMediaCertificate() })
  assert.match((await client.outcome).failed ?? '', /certificate is not the one/)
  const stranger = createMediaCertificate()
  const link: { server?: Side } = {}
  const caller = side(true, createMediaCertificate(), [], (datagram) => setImmediate(() => link.server?.association.take(Buffer.from(datagram))))
  link.server = side(false, stranger, [createMediaCertificate().fingerprint], (datagram) => setImmediate(() => caller.association.take(Buffer.from(datagram))))
  t.after(() => [caller, link.server].forEach((one) => one?.association.close()))
  caller.association.start()
  assert.match((await caller.outcome).failed ?? '', /certificate is not the one/, 'no fingerprint fits none')
})

test('a copy of the right certificate without its key is refused, as server and as client', async (t) => {
  const [real, own] = [createMediaCertificate(), createMediaCertificate()]
  const copied: MediaCertificate = { ...real, key: own.key }
  const asServer = pair(t, good, { server: copied })
  assert.match((await asServer.client.outcome).failed ?? '', /not the key of its certificate/)
  const asClient = pair(t, good, { client: copied })
  assert.match((await asClient.server.outcome).failed ?? '', /not the key of its certificate/)
})

test('a handshake that was changed on its way comes to no end', async (t) => {
  for (const at of [14 + 11 + 20, 14 + 11 + 50]) {
    let first = true
    const { client, server } = pair(t, (datagram, deliver) => {
      const copy = Buffer.from(datagram)
      if (first) copy[at]! ^= 1
      first = false
      setImmediate(deliver, copy)
    })
    const outcome = await Promise.race([client.outcome, server.outcome])
    assert.ok(outcome.failed !== undefined, `byte ${at}`)
  }
})

test('nonsense is not answered and harms nothing', async (t) => {
  const { client, server } = pair(t, (datagram, deliver) => {
    for (const length of [0, 1, 13, 30, 100]) deliver(Buffer.alloc(length, datagram[0]))
    const short = Buffer.from(datagram.subarray(0, datagram.length - 1))
    deliver(short)
    good(datagram, deliver)
  })
  assert.ok((await client.outcome).secured)
  assert.ok((await server.outcome).secured)
})

const openssl = ((): string | false => {
  try {
    execFileSync('openssl', ['version'])
    return false
  } catch {
    return 'openssl is not installed'
  }
})()

/** An OpenSSL on its own UDP port, with a certificate of the given kind; ours is the other side. */
async function withOpenssl(t: TestContext, role: 's_server' | 's_client', kind: 'ec' | 'rsa', profile: string, material: number): Promise<{ outcome: Outcome; said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'dtls-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', ...(kind === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['rsa:2048']), '-nodes', '-keyout', key, '-out', cert, '-subj', '/CN=phone', '-days', '2'], { stdio: 'ignore' })
  const theirs = new X509Certificate(execFileSync('openssl', ['x509', '-in', cert, '-outform', 'DER']))
  const identity = createMediaCertificate()
  const socket: Socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const probe = createSocket('udp4')
  probe.bind(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  const place = role === 's_server' ? ['-port', String(port), '-Verify', '1', '-listen'] : ['-connect', `127.0.0.1:${socket.address().port}`]
  const child: ChildProcess = spawn('openssl', [role, '-dtls1_2', '-cert', cert, '-key', key, '-use_srtp', profile, '-keymatexport', 'EXTRACTOR-dtls_srtp', '-keymatexportlen', String(material), ...place], { stdio: 'pipe' })
  let said = ''
  child.stdout?.on('data', (data: Buffer) => { said += data.toString() })
  child.stderr?.on('data', (data: Buffer) => { said += data.toString() })
  let peer = port
  const ours = side(role === 's_server', identity, [{ hash: 'sha-256', value: theirs.fingerprint256 }], (datagram) => socket.send(datagram, peer, '127.0.0.1'))
  t.after(async () => {
    ours.association.close()
    socket.close()
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  socket.on('message', (datagram, from) => {
    peer = from.port
    ours.association.take(datagram)
  })
  ours.association.start()
  const outcome = await ours.outcome
  for (const deadline = performance.now() + 8000; !/Keying material: \w+/.test(said) && performance.now() < deadline;) await new Promise((resolve) => setTimeout(resolve, 20))
  return { outcome, said }
}

for (const [role, kind, profile, suite] of [
  ['s_server', 'ec', 'SRTP_AES128_CM_SHA1_80', 'AES_CM_128_HMAC_SHA1_80'], ['s_server', 'rsa', 'SRTP_AES128_CM_SHA1_80', 'AES_CM_128_HMAC_SHA1_80'],
  ['s_client', 'ec', 'SRTP_AES128_CM_SHA1_80', 'AES_CM_128_HMAC_SHA1_80'], ['s_client', 'rsa', 'SRTP_AEAD_AES_256_GCM', 'AEAD_AES_256_GCM'],
] as const) {
  test(`with OpenSSL as ${role.slice(2)}, ${kind} certificate, ${profile}: the same keys on both sides`, { skip: openssl, timeout: 30_000 }, async (t) => {
    const length = suite === 'AEAD_AES_256_GCM' ? 88 : 60
    const { outcome, said } = await withOpenssl(t, role, kind, profile, length)
    assert.equal(outcome.secured?.suite, suite, `${outcome.failed}\n${said}`)
    const { send, receive } = outcome.secured
    const [client, server] = role === 's_server' ? [send, receive] : [receive, send]
    // RFC 5764 §4.2: both keys, then both salts.
    const ours = Buffer.concat([client.key, server.key, client.salt, server.salt])
    assert.equal(/Keying material: (\w+)/.exec(said)?.[1]?.toLowerCase(), ours.toString('hex'))
  })
}
