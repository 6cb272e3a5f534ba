/** A browser with its maker's push service: takes what is sent as RFC 8030 has it, proves who sent it (RFC 8292) and decrypts it (RFC 8291), by code of its own. */
import assert from 'node:assert/strict'
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import { Journal } from './phone/journal.ts'
import { portOf } from './ports.ts'

export interface Pushed {
  headers: IncomingHttpHeaders
  message: { kind: string; callId: string; number: string; name: string | null; missed?: boolean; mine?: boolean }
}

export interface PushService {
  /** As the browser's page sends it to the house. */
  subscription: { endpoint: string; keys: { p256dh: string; auth: string } }
  pushed: Journal<Pushed>
  /** Messages that came, taken or not. */
  asked: number
  /** What it answers from now on. */
  status: number
  close(): Promise<void>
}

export async function openPushService(): Promise<PushService> {
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  const auth = randomBytes(16)
  const pushed = new Journal<Pushed>(({ message }) => JSON.stringify(message))
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      service.asked++
      response.writeHead(service.status).end()
      if (service.status === 201) pushed.add({ headers: request.headers, message: JSON.parse(decrypt(Buffer.concat(parts))) as Pushed['message'] })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${portOf(server.address())}`

  /** RFC 8188 with the keys of RFC 8291: one record. */
  function decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16)
    const length = body[20] as number
    const theirs = body.subarray(21, 21 + length)
    const ikm = Buffer.from(hkdfSync('sha256', pair.computeSecret(theirs), auth, Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), theirs]), 32))
    const key = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: aes128gcm\0', 16))
    const nonce = Buffer.from(hkdfSync('sha256', ikm, salt, 'Content-Encoding: nonce\0', 12))
    const record = body.subarray(21 + length)
    const decipher = createDecipheriv('aes-128-gcm', key, nonce)
    decipher.setAuthTag(record.subarray(-16))
    const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()])
    return plain.subarray(0, plain.lastIndexOf(2)).toString()
  }

  const service: PushService = {
    subscription: { endpoint: `${origin}/push/${randomBytes(12).toString('hex')}`, keys: { p256dh: pair.getPublicKey('base64url'), auth: auth.toString('base64url') } },
    pushed,
    asked: 0,
    status: 201,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return service
}

/** Whether this was signed with the key that the browser was told, for this push service, and not for long (RFC 8292 §2). */
export function assertSigned({ headers }: Pushed, publicKey: string, endpoint: string): void {
  const [, token = '', key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(headers.authorization ?? '') ?? []
  assert.equal(key, publicKey)
  const point = Buffer.from(publicKey, 'base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  const [head = '', body = '', signature = ''] = token.split('.')
  assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { aud: string; exp: number; sub: string }
  assert.equal(claims.aud, new URL(endpoint).origin)
  assert.ok(claims.exp > Date.now() / 1000 && claims.exp < Date.now() / 1000 + 86_401)
  assert.match(claims.sub, /^(https:|mailto:)/)
}
