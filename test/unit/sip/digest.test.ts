import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answerChallenge, computeHa1, computeResponse, formatChallenge, parseChallenges, parseCredentials, verifyResponse,
} from '../../../pbx/sip/digest.ts'
import type { DigestCredentials } from '../../../pbx/sip/digest.ts'

// RFC 7616 §3.9.1
const MUFASA = {
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  uri: '/dir/index.html',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  qop: 'auth',
}
const REALM = 'http-auth@example.org'

test('the vectors of RFC 7616: MD5 and SHA-256', () => {
  const md5 = computeHa1('MD5', 'Mufasa', REALM, 'Circle of Life')
  assert.equal(computeResponse('MD5', md5, 'GET', MUFASA), '8ca523f5e9506fed4657c9700eebdbec')
  const sha256 = computeHa1('SHA-256', 'Mufasa', REALM, 'Circle of Life')
  assert.equal(computeResponse('SHA-256', sha256, 'GET', MUFASA), '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1')
})

test('the vector of RFC 2617, with qop and in the form of RFC 2069', () => {
  const ha1 = computeHa1('MD5', 'Mufasa', 'testrealm@host.com', 'Circle Of Life')
  assert.equal(ha1, '939e7578ed9e3c518a452acee763bce9')
  const parts = { nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', uri: '/dir/index.html', nc: '00000001', cnonce: '0a4f113b' }
  assert.equal(computeResponse('MD5', ha1, 'GET', { ...parts, qop: 'auth' }), '6629fae49393a05397450978507c4ef1')
  assert.equal(computeResponse('MD5', ha1, 'GET', parts), '670fd8c2df070c60b045671b8b24ff02')
})

test('credentials are read from the header as phones write it', () => {
  const [one] = parseCredentials(
    'Digest username="100", realm="dialplane",nonce="abc==",uri="sip:pbx.example.com;transport=tcp", '
    + 'response="6629fae49393a05397450978507c4ef1", algorithm=md5, cnonce="x\\"y", qop=auth, nc=00000001, opaque=""',
  )
  assert.deepEqual(one, {
    username: '100', realm: 'dialplane', nonce: 'abc==', uri: 'sip:pbx.example.com;transport=tcp',
    response: '6629fae49393a05397450978507c4ef1', algorithm: 'MD5', cnonce: 'x"y', qop: 'auth', nc: '00000001',
  })
})

test('two headers that were joined by a comma are two credentials, and other schemes are passed over', () => {
  const response = 'a'.repeat(64)
  const list = parseCredentials(
    `Basic dXNlcjpwYXNz, Digest username="a",realm="r1",nonce="n",uri="sip:x",response="${response}",algorithm=SHA-256,`
    + `Digest username="b", realm="r2, with comma", nonce="n", uri="sip:x", response="${response}", algorithm=SHA-512-256`,
  )
  assert.deepEqual(list.map(({ username, realm, algorithm }) => [username, realm, algorithm]), [['a', 'r1', 'SHA-256'], ['b', 'r2, with comma', undefined]])
})

test('credentials without what makes a digest, or with a response that is none, are no credentials', () => {
  assert.deepEqual(parseCredentials('Digest username="a", realm="r", nonce="n", uri="sip:x"'), [])
  assert.deepEqual(parseCredentials('Digest username="a", realm="r", nonce="n", uri="sip:x", response="zz"'), [])
  assert.deepEqual(parseCredentials(`Digest username="a", realm="r", nonce="n", uri="sip:x", response="${'é'.repeat(32)}"`), [])
  assert.deepEqual(parseCredentials(''), [])
})

test('what a client computes the server accepts, with both algorithms, and nothing else', () => {
  for (const algorithm of ['MD5', 'SHA-256'] as const) {
    const [challenge] = parseChallenges(formatChallenge(algorithm, 'dial "plane"', 'n0nce', false))
    assert.ok(challenge)
    assert.equal(challenge.realm, 'dial "plane"')
    const header = answerChallenge(challenge, { username: '10\\0', password: 'secret' }, { method: 'REGISTER', uri: 'sip:pbx' }, 1, 'c1')
    const [credentials] = parseCredentials(header)
    assert.ok(credentials)
    assert.equal(credentials.username, '10\\0')
    const ha1 = computeHa1(algorithm, '10\\0', 'dial "plane"', 'secret')
    assert.equal(verifyResponse(credentials, ha1, 'REGISTER'), true)
    assert.equal(verifyResponse({ ...credentials, response: credentials.response.toUpperCase() }, ha1, 'REGISTER'), true)
    assert.equal(verifyResponse(credentials, ha1, 'INVITE'), false)
    assert.equal(verifyResponse(credentials, computeHa1(algorithm, '10\\0', 'dial "plane"', 'Secret'), 'REGISTER'), false)
    for (const change of [{ nonce: 'other' }, { uri: 'sip:other' }, { nc: '00000002' }, { cnonce: 'c2' }, { response: 'a'.repeat(32) }, { response: 'a'.repeat(64) }]) {
      assert.equal(verifyResponse({ ...credentials, ...change } as DigestCredentials, ha1, 'REGISTER'), false, JSON.stringify(change))
    }
  }
})

test('of several challenges the strongest that we can answer comes first; a qop list is split', () => {
  const list = parseChallenges('Digest realm="t", nonce="1", algorithm=MD5, qop="auth-int, auth", Digest realm="t", nonce="2", algorithm=SHA-512-256, '
    + 'Digest realm="t", nonce="3", algorithm=SHA-256, qop="auth", stale=TRUE, opaque="o"')
  assert.deepEqual(list, [
    { realm: 't', nonce: '3', opaque: 'o', algorithm: 'SHA-256', qop: 'auth', stale: true },
    { realm: 't', nonce: '1', opaque: undefined, algorithm: 'MD5', qop: 'auth', stale: false },
  ])
  assert.deepEqual(parseChallenges('Digest realm="t", nonce="1", qop="auth-int"'), [])
  assert.equal(parseChallenges('Digest realm="t", nonce="1"')[0]?.qop, undefined)
})
