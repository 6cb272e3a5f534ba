import assert from 'node:assert/strict'
import { test } from 'node:test'
import { header, headerLines, stampSource, type SipMessage } from '../../../pbx/signalling/engine/message/message.ts'
import { parseMessage } from '../../../pbx/signalling/engine/message/parse.ts'
import { handOn } from '../../../pbx/signalling/engine/message/write.ts'
import { wireName } from '../../../pbx/signalling/engine/message/names.ts'
import { parameter, parseSipUri, splitAddress, splitList, tagOf } from '../../../pbx/signalling/engine/message/uri.ts'
import { parseVia } from '../../../pbx/signalling/engine/message/via.ts'

const lines = (...all: string[]) => all.join('\r\n')

const PLAIN = lines(
  'INVITE sip:bob@biloxi.example SIP/2.0', 'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK74bf9;rport', 'Max-Forwards: 70', 'From: "Alice" <sip:alice@atlanta.example>;tag=9fxced76sl',
  'To: Bob <sip:bob@biloxi.example>', 'Call-ID: 3848276298220188511@atlanta.example', 'CSeq: 1 INVITE', 'Contact: <sip:alice@192.0.2.1>', 'Content-Length: 4', '', 'body',
)

function good(text: string): SipMessage {
  const parsed = parseMessage(text)
  if (parsed.kind !== 'message') throw new Error(`${parsed.kind}: ${'reason' in parsed ? parsed.reason : ''}`)
  return parsed.message
}

function badReason(text: string): string {
  const parsed = parseMessage(text)
  assert.equal(parsed.kind, 'bad', text)
  return parsed.kind === 'bad' ? `${parsed.status} ${parsed.reason}` : ''
}

test('a plain request is read and handed on as it came', () => {
  const message = good(PLAIN)
  assert.equal(message.method, 'INVITE')
  assert.equal(message.fromTag, '9fxced76sl')
  assert.equal(message.toTag, '')
  assert.equal(message.cseq, 1)
  assert.equal(message.via.branch, 'z9hG4bK74bf9')
  assert.equal(message.via.rport, '')
  assert.equal(message.body, 'body')
  assert.equal(handOn(message), PLAIN)
})

test('the source is written into the topmost Via and nowhere else', () => {
  const two = PLAIN.replace('Max-Forwards', 'Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKother;rport\r\nMax-Forwards')
  const message = good(two)
  stampSource(message, '203.0.113.9', 4711)
  assert.match(handOn(message), /^Via: SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bK74bf9;rport=4711;received=203\.0\.113\.9\r$/m)
  assert.match(handOn(message), /^Via: SIP\/2\.0\/UDP 198\.51\.100\.1;branch=z9hG4bKother;rport\r$/m)
  assert.deepEqual(headerLines(message, 'via')[0], 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK74bf9;rport=4711;received=203.0.113.9')
})

test('two hops on one Via line: only the first is stamped', () => {
  const message = good(PLAIN.replace(';rport', ', SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKb;rport'))
  stampSource(message, '203.0.113.9', 4711)
  assert.match(handOn(message), /^Via: SIP\/2\.0\/UDP 192\.0\.2\.1:5060;branch=z9hG4bK74bf9;received=203\.0\.113\.9, SIP\/2\.0\/UDP 198\.51\.100\.1;branch=z9hG4bKb;rport\r$/m)
})

test('a received that the peer wrote itself is replaced', () => {
  const message = good(PLAIN.replace(';rport', ';rport=1;received=10.0.0.1'))
  stampSource(message, '203.0.113.9', 4711)
  assert.equal(headerLines(message, 'via')[0], 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK74bf9;rport=4711;received=203.0.113.9')
})

test('bare line feeds, compact names, folding and blanks before the colon are made tidy', () => {
  const message = good(PLAIN.replaceAll('\r\n', '\n').replace('Call-ID:', 'i :').replace('From: "Alice"', 'f: "Alice"\n  '))
  assert.equal(message.tidy, false)
  const text = handOn(message)
  assert.match(text, /^Call-ID: 3848276298220188511@atlanta\.example\r$/m)
  assert.match(text, /^From: "Alice" <sip:alice@atlanta\.example>;tag=9fxced76sl\r$/m)
  assert.equal(handOn(good(text)), text)
})

test('line ends before the start line are skipped', () => {
  assert.equal(handOn(good(`\r\n\r\n${PLAIN}`)), PLAIN)
})

test('what is no SIP is noise', () => {
  for (const text of ['', '\r\n\r\n', 'hello', '\0\0\0\0', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x00\x01\x00\x00!\x12\xa4B']) assert.equal(parseMessage(text).kind, 'noise', JSON.stringify(text))
})

test('what is wrong is said', () => {
  assert.match(badReason(PLAIN.replace('CSeq: 1 INVITE', 'CSeq: 1 OPTIONS')), /400 CSeq names another/)
  assert.match(badReason(PLAIN.replace('CSeq: 1 INVITE', 'CSeq: 36893488147419103232 INVITE')), /400 Malformed CSeq/)
  assert.match(badReason(PLAIN.replace('Max-Forwards: 70', 'Max-Forwards: 300')), /Max-Forwards/)
  assert.match(badReason(PLAIN.replace('Content-Length: 4', 'Content-Length: -4')), /Content-Length/)
  assert.match(badReason(PLAIN.replace('Content-Length: 4', 'Content-Length: 400')), /shorter/)
  assert.match(badReason(PLAIN.replace('Content-Length: 4', 'Content-Length: 4\r\nContent-Length: 3')), /two different/i)
  assert.match(badReason(PLAIN.replace('Max-Forwards: 70', 'To: <sip:x@y>')), /more than one To/i)
  assert.match(badReason(PLAIN.replace('SIP/2.0\r\n', 'SIP/7.0\r\n')), /^505/)
  assert.match(badReason(PLAIN.replace('bob@biloxi.example SIP', 'bob @biloxi.example SIP')), /Request-URI/)
  assert.match(badReason(PLAIN.replace('sip:bob@biloxi.example SIP', '<sip:bob@biloxi.example> SIP')), /Request-URI/)
  assert.match(badReason(PLAIN.slice(0, 200)), /400/)
  assert.match(badReason(PLAIN.replace('Max-Forwards: 70', Array.from({ length: 500 }, (_, i) => `X-${i}: y`).join('\r\n'))), /Too many/)
})

test('a malformed request without Via cannot be answered', () => {
  const parsed = parseMessage(PLAIN.replace(/Via: .*\r\n/, ''))
  assert.equal(parsed.kind === 'bad' && parsed.message, undefined)
})

// RFC 4475, the parts that concern a user agent's reader.
test('RFC 4475 3.1.1.1: a short tortuous INVITE', () => {
  const message = good(lines(
    'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0', 'TO :', ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n', 'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>', '  ;', '  tag = 98asjd8',
    'MaX-fOrWaRdS: 0068', 'Call-ID: wsinv.ndaksdj@192.0.2.1', 'Content-Length   : 150', 'cseq: 0009', '  INVITE', 'Via  : SIP  /   2.0', ' /UDP', '    192.0.2.2;branch=390skdjuw', 's :', 'NewFangledHeader:   newfangled value',
    ' continued newfangled value', 'UnknownHeaderWithUnusualValue: ;;,,;;,;', 'Content-Type: application/sdp', 'Route:', ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>', 'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
    '  branch  =   z9hG4bK9ikj8  ,', ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=', ' z9hG4bK30239', 'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =', '      newvalue ;', '  secondparam ; q = 0.33', '', 'x'.repeat(150),
  ))
  assert.equal(message.cseq, 9)
  assert.equal(message.cseqMethod, 'INVITE')
  assert.equal(message.toTag, '1918181833n')
  assert.equal(message.fromTag, '98asjd8')
  assert.deepEqual([message.via.transport, message.via.host, message.via.branch], ['UDP', '192.0.2.2', '390skdjuw'])
  assert.equal(message.body.length, 150)
  assert.equal(header(message, 'contact')?.startsWith('"Quoted string'), true)
})

test('RFC 4475 3.1.1.3: escapes and 3.1.1.4: escaped nulls stay as they are', () => {
  const message = good(PLAIN.replaceAll('sip:bob@biloxi.example', 'sip:null-%00-null@example.com').replace('sip:alice@atlanta.example', 'sip:I%20have%20spaces@example.net'))
  assert.equal(message.uri, 'sip:null-%00-null@example.com')
})

test('RFC 4475 3.1.1.8: extra octets after the body are cut', () => {
  assert.equal(good(`${PLAIN}REGISTER sip:x SIP/2.0\r\n`).body, 'body')
})

test('RFC 4475 3.1.1.9: semicolons in the user part', () => {
  assert.deepEqual(parseSipUri('sip:user;par=u%40example.net@example.com'), { scheme: 'sip', user: 'user;par=u%40example.net', host: 'example.com', port: 0, params: '' })
})

test('RFC 4475 3.1.1.13: a display name of unknown encoding', () => {
  assert.equal(good(PLAIN.replace('"Alice"', '"\xe2\x9d\xa4\xff"')).fromTag, '9fxced76sl')
})

test('RFC 4475 3.1.2: invalid messages are refused', () => {
  assert.match(badReason(PLAIN.replace('Content-Length: 4', 'Content-Length: 9999')), /400/)
  assert.match(badReason(PLAIN.replace('sip:bob@biloxi.example SIP/2.0', 'sip:bob@biloxi.example; lr SIP/2.0')), /400/)
  assert.match(badReason(PLAIN.replace('SIP/2.0\r\nVia', 'SIP/2.0  \r\nVia')), /400/)
  assert.match(badReason(PLAIN.replace('CSeq: 1 INVITE', 'CSeq: INVITE')), /400/)
})

test('responses are read; those out of range are not', () => {
  const response = lines('SIP/2.0 180 Ringing', ...PLAIN.split('\r\n').slice(1))
  const message = good(response)
  assert.equal(message.status, 180)
  assert.equal(message.reason, 'Ringing')
  assert.match(badReason(response.replace(' 180 ', ' 4294967301 ')), /status line/)
  assert.match(badReason(response.replace(' 180 ', ' 700 ')), /status line/)
  assert.equal(good(response.replace('180 Ringing', '200')).reason, '')
})

test('addresses, parameters and lists', () => {
  assert.equal(tagOf('"a;tag=no" <sip:a@b;tag=neither>;x=1;TAG=yes'), 'yes')
  assert.equal(tagOf('sip:a@b;tag=yes'), 'yes')
  assert.equal(tagOf('"unclosed <sip:a@b>;tag=x'), '')
  assert.equal(parameter(';a;b="x;y";c=3', 'b'), '"x;y"')
  assert.equal(parameter(';a;bb=1', 'b'), undefined)
  assert.deepEqual(splitList('<sip:a,b@c>, "x,y" <sip:d@e>,f'), ['<sip:a,b@c>', '"x,y" <sip:d@e>', 'f'])
  assert.equal(splitAddress('"x" <sip:a@b')?.uri, undefined)
  assert.deepEqual(parseSipUri('SIP:[2001:db8::1]:5070;transport=tcp?h=v'), { scheme: 'sip', user: undefined, host: '[2001:db8::1]', port: 5070, params: ';transport=tcp' })
  assert.equal(parseSipUri('sip:a@b:99999'), undefined)
  assert.equal(parseSipUri('tel:+1'), undefined)
  assert.deepEqual(parseVia('SIP/2.0/TCP [2001:db8::9]:5060;branch=z9hG4bK1')?.host, '[2001:db8::9]')
  assert.equal(parseVia('SIP/2.0/UDP'), undefined)
})

test('header names an application writes are spelled for the wire', () => {
  assert.deepEqual(['foo-bar', 'call-id', 'cseq', 'www-authenticate', 'X-tHing', 'p-asserted-identity'].map(wireName), ['Foo-Bar', 'Call-ID', 'CSeq', 'WWW-Authenticate', 'X-tHing', 'P-Asserted-Identity'])
})

test('hostile shapes are read in time that grows with their length only', () => {
  const shapes = (n: number) => [
    PLAIN.replace('Max-Forwards: 70', `X: ${' '.repeat(n)}`), PLAIN.replace('rport', ';'.repeat(n)), PLAIN.replace('UDP ', `UDP${' '.repeat(n)}`), PLAIN.replace('"Alice"', '"'.repeat(n)),
    PLAIN.replace('<sip:alice@192.0.2.1>', '<'.repeat(n)), 'x'.repeat(n), '\r\n'.repeat(n / 2), `INVITE ${'a'.repeat(n)}`, PLAIN.replace('body', '\n'.repeat(n)), PLAIN.replace('Max-Forwards: 70', 'x\n'.repeat(n / 2)),
  ]
  const cost = (n: number) => {
    const texts = shapes(n)
    for (const text of texts) parseMessage(text)
    const before = process.cpuUsage()
    for (let i = 0; i < 20; i++) for (const text of texts) parseMessage(text)
    const used = process.cpuUsage(before)
    return used.user + used.system
  }
  cost(8_000)
  const small = Math.max(cost(8_000), 500)
  const large = cost(64_000)
  // Eight times as long: quadratic would be 64 times as dear.
  assert.ok(large < small * 40, `${small} µs for 8 kB, ${large} µs for 64 kB`)
})
