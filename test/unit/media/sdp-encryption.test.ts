/** Encryption in offers and answers: what is taken, what is given, what is refused, whatever the peer writes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import type { LegEncryption } from '../../../media/contract.ts'
import { encodings, SdpSession } from '../../../media/sdp/index.ts'

const FINGERPRINT = { hash: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }
const theirs = Array.from({ length: 32 }, () => 'CD').join(':')
const KEY = Buffer.alloc(30, 7).toString('base64')
const LONG_KEY = Buffer.alloc(44, 9).toString('base64')

function session(encryption: Partial<LegEncryption> = {}): SdpSession {
  return new SdpSession({
    address: '192.0.2.1', alsoAt: ['198.51.100.1'], port: 20_000, encodings, peerOrder: true,
    encryption: { policy: 'offer', readable: false, browser: false, ...encryption, fingerprint: FINGERPRINT },
  })
}

function description(protocol: string, lines: string[] = [], connection = 'c=IN IP4 198.51.100.7'): string {
  return ['v=0', 'o=x 1 1 IN IP4 198.51.100.7', 's=-', connection, 't=0 0', `m=audio 4000 ${protocol} 0 101`, 'a=rtpmap:101 telephone-event/8000', ...lines, ''].join('\r\n')
}

function refusal(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof Refusal, `a Refusal, not ${String(error)}`)
    assert.equal(error.code, 'unprocessable')
    return error.message
  }
  return assert.fail('nothing was refused')
}

const sdes = (key = KEY, suite = 'AES_CM_128_HMAC_SHA1_80', tag = 1, more = ''): string => `a=crypto:${tag} ${suite} inline:${key}${more}`
const dtls = ['a=setup:actpass', `a=fingerprint:sha-256 ${theirs.toLowerCase()}`]
const ice = ['a=ice-ufrag:abcd', 'a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa']

test('SDES: the peer\'s first line that we can is answered under its tag, with a key of ours', () => {
  const ours = session()
  const { stream } = ours.answer(description('RTP/SAVP', [sdes('x', 'F8_128_HMAC_SHA1_80'), sdes(KEY, 'AES_CM_128_HMAC_SHA1_80', 2, '|2^31|1:4'), sdes(LONG_KEY, 'AEAD_AES_256_GCM', 3, '|2^31 WSH=64'), sdes(KEY, 'AES_CM_128_HMAC_SHA1_80', 4)]))
  assert.match(ours.text, /^m=audio 20000 RTP\/SAVP 0 101\r$/m)
  assert.equal([...ours.text.matchAll(/^a=crypto:/gm)].length, 1)
  const [, key] = /^a=crypto:3 AEAD_AES_256_GCM inline:(\S+)\r$/m.exec(ours.text) ?? assert.fail(ours.text)
  assert.ok(stream.security?.kind === 'sdes')
  assert.deepEqual(Buffer.concat([stream.security.receive.key, stream.security.receive.salt]).toString('base64'), LONG_KEY)
  assert.deepEqual(Buffer.concat([stream.security.send.key, stream.security.send.salt]).toString('base64'), key)
  assert.notEqual(key, LONG_KEY)
})

test('a line that we cannot do as it is written is passed over', () => {
  for (const line of [
    sdes(KEY, 'AES_CM_128_HMAC_SHA1_80', 1, '|1:4'), sdes(KEY, 'AES_CM_128_HMAC_SHA1_80', 1, ' UNENCRYPTED_SRTP'), sdes(KEY, 'AES_CM_128_HMAC_SHA1_80', 1, ' KDR=20'),
    sdes(KEY, 'AES_CM_128_HMAC_SHA1_80', 1, ' FEC_ORDER=SRTP_FEC'), sdes(KEY.slice(4)), sdes(LONG_KEY), sdes(KEY, 'constructor'), 'a=crypto:', 'a=crypto:1', 'a=crypto:x AES_CM_128_HMAC_SHA1_80 inline:', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 clear:${KEY}`,
  ]) {
    assert.match(refusal(() => session().answer(description('RTP/SAVP', [line]))), /neither a key/, line)
  }
})

test('plain RTP with a key beside it is encrypted, both ways round', () => {
  const ours = session()
  assert.equal(ours.answer(description('RTP/AVP', [sdes()])).stream.security?.kind, 'sdes')
  assert.match(ours.text, /^m=audio 20000 RTP\/AVP /m)
  const offerer = session()
  offerer.offer('sendrecv')
  assert.match(offerer.text, /^m=audio 20000 RTP\/AVP /m)
  assert.deepEqual([...offerer.text.matchAll(/^a=crypto:(\d) (\w+)/gm)].map((match) => [match[1], match[2]]), [['1', 'AES_CM_128_HMAC_SHA1_80'], ['2', 'AEAD_AES_256_GCM']])
  assert.equal(offerer.accept(description('RTP/AVP')).stream.security, undefined)
  const { security } = offerer.accept(description('RTP/AVP', [sdes(LONG_KEY, 'AEAD_AES_256_GCM', 2)])).stream
  assert.ok(security?.kind === 'sdes')
  assert.equal(security.send.suite, 'AEAD_AES_256_GCM')
  // A suite under a tag that was another's is none that was offered.
  assert.equal(offerer.accept(description('RTP/AVP', [sdes(KEY, 'AES_CM_128_HMAC_SHA1_80', 2)])).stream.security, undefined)
})

test('what we may not do is refused with the reason', () => {
  assert.match(refusal(() => session({ policy: 'off' }).answer(description('RTP/SAVP', [sdes()]))), /encryption is off/)
  assert.match(refusal(() => session({ policy: 'off' }).answer(description('UDP/TLS/RTP/SAVPF', dtls))), /encryption is off/)
  assert.match(refusal(() => session({ policy: 'require' }).answer(description('RTP/AVP'))), /must encrypt/)
  assert.match(refusal(() => session({ policy: 'require', readable: true }).answer(description('RTP/SAVP', [sdes()]))), /others can read/)
  assert.match(refusal(() => session().answer(description('RTP/SAVP'))), /neither a key/)
  const asked = session({ policy: 'require' })
  asked.offer('sendrecv')
  assert.match(refusal(() => asked.accept(description('RTP/SAVP'))), /no key/)
  const byDtls = session({ policy: 'require', readable: true })
  assert.match(byDtls.offer('sendrecv'), /^m=audio 20000 UDP\/TLS\/RTP\/SAVP /m)
  assert.match(refusal(() => byDtls.accept(description('UDP/TLS/RTP/SAVP'))), /no fingerprint/)
})

test('keys are not written where others can read them, but for a phone that has nothing else', () => {
  const ours = session({ readable: true })
  assert.doesNotMatch(ours.offer('sendrecv'), /crypto|fingerprint/)
  assert.equal(ours.answer(description('RTP/AVP', [sdes()])).stream.security, undefined)
  assert.doesNotMatch(ours.text, /crypto/)
  assert.equal(ours.answer(description('RTP/SAVP', [sdes()])).stream.security?.kind, 'sdes')
})

test('of two audio lines the encrypted one is taken, or the plain one where it is off', () => {
  const both = `${description('RTP/SAVP', [sdes()])}m=audio 4002 RTP/AVP 0\r\n`
  const ours = session()
  assert.equal(ours.answer(both).stream.security?.kind, 'sdes')
  assert.match(ours.text, /^m=audio 20000 RTP\/SAVP 0 101\r\n[^]*^m=audio 0 RTP\/AVP 0\r$/m)
  const off = session({ policy: 'off' })
  assert.equal(off.answer(both).stream.security, undefined)
  assert.match(off.text, /^m=audio 0 RTP\/SAVP 0 101\r\n[^]*^m=audio 20000 RTP\/AVP 0\r$/m)
})

test('DTLS without ICE: the peer begins, which knows when our answer came', () => {
  const ours = session()
  const { stream } = ours.answer(description('UDP/TLS/RTP/SAVP', dtls))
  assert.deepEqual(stream.security, { kind: 'dtls', active: false, fingerprints: [{ hash: 'sha-256', value: theirs }] })
  assert.equal(stream.ice, undefined)
  assert.deepEqual(stream.remote, { address: '198.51.100.7', port: 4000 })
  assert.match(ours.text, /^a=setup:passive\r$/m)
  assert.match(ours.text, new RegExp(`^a=fingerprint:sha-256 ${FINGERPRINT.value}\r$`, 'm'))
  assert.doesNotMatch(ours.text, /ice|candidate/)
})

test('DTLS with ICE and one port: we are reached by checks, and begin when one came', () => {
  const ours = session()
  for (const connection of ['c=IN IP4 0.0.0.0', 'c=IN IP6 ::', 'c=IN IP4 host.local']) {
    const { stream, remoteDirection } = ours.answer(description('UDP/TLS/RTP/SAVPF', [...dtls, ...ice, 'a=rtcp-mux', 'a=mid:audio', 'a=candidate:1 1 udp 1 x.local 9 typ host'], connection))
    assert.equal(remoteDirection, 'sendrecv')
    assert.ok(stream.ice !== undefined && stream.remote === undefined)
    assert.deepEqual(stream.ice.remote, { ufrag: 'abcd', password: 'aaaaaaaaaaaaaaaaaaaaaaaa' })
    assert.ok(stream.security?.kind === 'dtls' && stream.security.active)
  }
  for (const line of ['a=ice-lite', 'a=setup:active', 'a=mid:audio', 'a=rtcp-mux', 'a=end-of-candidates']) assert.ok(ours.text.includes(`${line}\r\n`), line)
  assert.match(ours.text, /^a=candidate:1 1 udp 2130706431 192\.0\.2\.1 20000 typ host\r$/m)
  assert.match(ours.text, /^a=candidate:2 1 udp 2130706175 198\.51\.100\.1 20000 typ host\r$/m)
  assert.doesNotMatch(ours.text, /^a=group/m, 'no group where none was offered')
})

test('ICE for two ports is left alone: the address counts', () => {
  const ours = session()
  const { stream } = ours.answer(description('UDP/TLS/RTP/SAVPF', [...dtls, ...ice]))
  assert.equal(stream.ice, undefined)
  assert.deepEqual(stream.remote, { address: '198.51.100.7', port: 4000 })
  assert.doesNotMatch(ours.text, /ice-ufrag/)
})

test('a second offer: the roles stay, our credentials change with the peer\'s and only then', () => {
  const ours = session()
  const credentials = (): string[] => [...ours.text.matchAll(/^a=ice-(?:ufrag|pwd):(\S+)/gm)].map((match) => match[1]!)
  const offer = (ufrag: string, setup: string): string => description('UDP/TLS/RTP/SAVPF', [`a=setup:${setup}`, dtls[1]!, `a=ice-ufrag:${ufrag}`, ice[1]!, 'a=rtcp-mux'])
  ours.answer(offer('abcd', 'actpass'))
  const first = credentials()
  assert.equal(first.length, 2)
  ours.answer(offer('abcd', 'actpass'))
  assert.deepEqual(credentials(), first)
  const { stream } = ours.answer(offer('efgh', 'actpass'))
  assert.ok(stream.security?.kind === 'dtls' && stream.security.active)
  assert.notEqual(credentials()[0], first[0])
  assert.notEqual(credentials()[1], first[1])
})

test('an offer to a browser has all it wants, and an answer without any of it is refused', () => {
  const ours = session({ browser: true, policy: 'off' })
  const text = ours.offer('sendrecv')
  for (const line of ['a=ice-lite', 'a=group:BUNDLE 0', 'a=mid:0', 'a=rtcp-mux', 'a=setup:actpass', 'a=msid:dialplane audio']) assert.ok(text.includes(`${line}\r\n`), line)
  assert.match(text, /^m=audio 20000 UDP\/TLS\/RTP\/SAVPF /m)
  assert.match(refusal(() => ours.accept(description('UDP/TLS/RTP/SAVPF', dtls))), /ICE/)
  const { stream } = ours.accept(description('UDP/TLS/RTP/SAVPF', ['a=setup:active', dtls[1]!, ...ice, 'a=rtcp-mux']))
  assert.ok(stream.security?.kind === 'dtls' && !stream.security.active && stream.ice !== undefined)
  assert.ok(ours.offer('sendonly').includes(`a=ice-ufrag:${stream.ice.local.ufrag}\r\n`), 'the same association goes on')
})

test('whatever is in those lines, nothing but a Refusal comes of it', () => {
  const words = ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:', 'a=fingerprint:sha-256 ', 'a=ice-ufrag:', 'a=ice-pwd:', 'a=setup:', 'a=mid:', 'a=group:BUNDLE ', 'a=candidate:']
  const junk = ['', '\0', '|||', ':'.repeat(300), 'é'.repeat(50), '-1', 'AB:'.repeat(20), '%s%n', '999999999999', ' ', '__proto__']
  for (const protocol of ['RTP/SAVP', 'RTP/AVP', 'UDP/TLS/RTP/SAVPF', 'UDP/DTLS/SCTP']) {
    for (const word of words) {
      for (const rest of junk) {
        const text = description(protocol, [word + rest, ...(word.includes('fingerprint') ? [] : dtls), 'a=rtcp-mux'])
        for (const policy of ['off', 'offer', 'require'] as const) {
          try {
            session({ policy }).answer(text)
          } catch (error) {
            assert.ok(error instanceof Refusal, `${word}${rest}: ${String(error)}`)
          }
        }
      }
    }
  }
})
