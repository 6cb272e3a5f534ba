import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskSecrets } from '../../../pbx/sip/mask.ts'

const SECRETS = ['6629fae49393a05397450978507c4ef1', 'n0nce+/=', 'cn0nce', 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz', 'dXNlcjpwYXNz', 'swordfish', 'keymat99', 'klartext', 'd8Kcheckpassw0rdice']

const MESSAGE = [
  'INVITE sip:102@192.0.2.1 SIP/2.0',
  'From: <sip:101:swordfish@192.0.2.1>;tag=1',
  'Authorization: Digest username="101", realm="dialplane", nonce="n0nce+/=", uri="sip:102@192.0.2.1",',
  ' response="6629fae49393a05397450978507c4ef1", cnonce="cn0nce", qop=auth, nc=00000001',
  'proxy-authorization : Digest username=101, response=6629fae49393a05397450978507c4ef1',
  'Proxy-Authorization: Basic dXNlcjpwYXNz',
  'WWW-Authenticate: Digest realm="a", nonce="n0nce+/=", Digest realm="b", nonce="n0nce+/="',
  'Content-Type: application/sdp',
  '',
  'v=0',
  'm=audio 4000 RTP/SAVP 0',
  'k=clear:klartext',
  'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4;inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20',
  'a=key-mgmt:mikey keymat99',
  'a=ice-ufrag:seen',
  'a=ice-pwd:d8Kcheckpassw0rdice',
  '',
].join('\r\n')

test('digest answers, nonces, passwords and SRTP keys are not in the trace; the rest of the message is', () => {
  const masked = maskSecrets(MESSAGE)
  for (const secret of SECRETS) assert.ok(!masked.includes(secret), secret)
  for (const kept of ['username="101"', 'realm="dialplane"', 'uri="sip:102@192.0.2.1"', 'nc=00000001', 'AES_CM_128_HMAC_SHA1_80', 'a=ice-ufrag:seen', '|2^20|1:4', 'From: <sip:101:[hidden]@192.0.2.1>;tag=1']) {
    assert.ok(masked.includes(kept), kept)
  }
  assert.equal(masked.split('\r\n').length, MESSAGE.split('\r\n').length)
})

test('a message without secrets stays as it is', () => {
  const message = 'SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nContact: <sip:101@192.0.2.7:5060>\r\n\r\n'
  assert.equal(maskSecrets(message), message)
})

test('digits that were pressed are not in the trace', () => {
  for (const type of ['Content-Type: application/dtmf-relay', 'content-type : application/dtmf', 'c: application/dtmf-relay']) {
    const masked = maskSecrets(`INFO sip:102@192.0.2.1 SIP/2.0\r\nCSeq: 3 INFO\r\n${type}\r\n\r\nSignal=7\r\nDuration=160\r\n`)
    assert.ok(!masked.includes('Signal=7'), type)
    assert.ok(masked.includes('CSeq: 3 INFO'), type)
  }
})

test('a datagram made to be slow is masked in no time', () => {
  const began = process.cpuUsage().user
  for (let round = 0; round < 5; round += 1) maskSecrets(`INVITE sip:1@h SIP/2.0\r\nX: ${'sip:a:'.repeat(10_000)}\r\n\r\n`)
  // Reading on from every `sip:` to the end of the line took more than three seconds.
  assert.ok(process.cpuUsage().user - began < 1_500_000)
})
