/** What name servers send, made with the same library and then broken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AUTHORITATIVE_ANSWER, encode, TRUNCATED_RESPONSE, type Answer, type RecordType } from 'dns-packet'
import { cleanName, readReply, writeQuery, type Kind, type Reply } from '../../../pbx/signalling/engine/locate/records.ts'

const record = (type: RecordType, name: string, data: unknown, ttl = 60): Answer => ({ type, name, ttl, class: 'IN', data }) as Answer
const soa = (ttl: number, minimum: number): Answer => record('SOA', 'test', { mname: 'ns.test', rname: 'a.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum }, ttl)

function packet(options: { id?: number; name?: string; type?: RecordType; answers?: Answer[]; authorities?: Answer[]; flags?: number; kind?: 'response' | 'query'; questions?: boolean } = {}): Buffer {
  return encode({
    id: options.id ?? 7, type: options.kind ?? 'response', flags: AUTHORITATIVE_ANSWER | (options.flags ?? 0), answers: options.answers ?? [], authorities: options.authorities ?? [],
    questions: options.questions === false ? [] : [{ name: options.name ?? 'c.test', type: options.type ?? 'A', class: 'IN' }],
  })
}

const read = (bytes: Buffer, kind: Kind = 'A'): Reply => readReply(bytes, 7, { name: 'c.test', kind })

test('records of each kind, and the shortest TTL', () => {
  assert.deepEqual(read(packet({ answers: [record('A', 'C.Test', '192.0.2.1', 60), record('A', 'c.test', '192.0.2.2', 30)] })), { kind: 'found', ttl: 30, records: [{ kind: 'A', address: '192.0.2.1' }, { kind: 'A', address: '192.0.2.2' }] })
  assert.deepEqual(read(packet({ type: 'AAAA', answers: [record('AAAA', 'c.test', '2001:db8::1')] }), 'AAAA'), { kind: 'found', ttl: 60, records: [{ kind: 'AAAA', address: '2001:db8::1' }] })
  assert.deepEqual(read(packet({ type: 'SRV', answers: [record('SRV', 'c.test', { priority: 1, weight: 2, port: 5060, target: 'A.Test' }), record('SRV', 'c.test', { priority: 1, weight: 2, port: 1, target: '.' })] }), 'SRV'), {
    kind: 'found', ttl: 60, records: [{ kind: 'SRV', priority: 1, weight: 2, port: 5060, target: 'a.test' }, { kind: 'SRV', priority: 1, weight: 2, port: 1, target: '' }],
  })
  assert.deepEqual(read(packet({ type: 'NAPTR', answers: [record('NAPTR', 'c.test', { order: 1, preference: 2, flags: 'S', services: 'sip+d2t', regexp: '', replacement: '_sip._tcp.c.test' })] }), 'NAPTR'), {
    kind: 'found', ttl: 60, records: [{ kind: 'NAPTR', order: 1, preference: 2, flags: 's', service: 'SIP+D2T', regexp: '', replacement: '_sip._tcp.c.test' }],
  })
})

test('TTLs that cannot be: more than a day, more than 31 bits', () => {
  assert.equal((read(packet({ answers: [record('A', 'c.test', '192.0.2.1', 864_000)] })) as { ttl: number }).ttl, 86_400)
  assert.equal((read(packet({ answers: [record('A', 'c.test', '192.0.2.1', 0xf000_0000)] })) as { ttl: number }).ttl, 0)
})

test('what was not asked for is no answer: another id, question, kind, a query', () => {
  const answers = [record('A', 'c.test', '192.0.2.66')]
  for (const foreign of [packet({ id: 8, answers }), packet({ name: 'd.test', answers }), packet({ type: 'SRV', answers }), packet({ kind: 'query', answers }), packet({ questions: false, answers }), Buffer.alloc(0), Buffer.from('hello'), Buffer.alloc(11)]) {
    assert.equal(read(foreign).kind, 'foreign')
  }
})

test('records of other names in a reply are not believed', () => {
  assert.deepEqual(read(packet({ answers: [record('A', 'bank.test', '192.0.2.66')], authorities: [soa(60, 30)] })), { kind: 'nothing', ttl: 30 })
})

test('no such name, no such records, with and without SOA (RFC 2308)', () => {
  assert.deepEqual(read(packet({ flags: 3, authorities: [soa(100, 20)] })), { kind: 'nothing', ttl: 20 })
  assert.deepEqual(read(packet({ authorities: [soa(10, 20)] })), { kind: 'nothing', ttl: 10 })
  assert.deepEqual(read(packet({ authorities: [soa(90_000, 90_000)] })), { kind: 'nothing', ttl: 3600 })
  assert.deepEqual(read(packet({ flags: 3 })), { kind: 'nothing', ttl: 0 })
})

test('refusals, and those that hope for a plainer question', () => {
  assert.deepEqual(read(packet({ flags: 2 })), { kind: 'refused', rcode: 'SERVFAIL', plain: false })
  assert.deepEqual(read(packet({ flags: 1, questions: false })), { kind: 'refused', rcode: 'FORMERR', plain: true })
  assert.deepEqual(read(packet({ flags: 5 })), { kind: 'refused', rcode: 'REFUSED', plain: false })
  assert.deepEqual(read(packet({ flags: TRUNCATED_RESPONSE })), { kind: 'truncated' })
})

test('aliases: within the reply, out of it, in a circle, without end', () => {
  assert.deepEqual(read(packet({ answers: [record('CNAME', 'c.test', 'd.test', 5), record('A', 'd.test', '192.0.2.1')] })), { kind: 'found', ttl: 5, records: [{ kind: 'A', address: '192.0.2.1' }] })
  assert.deepEqual(read(packet({ answers: [record('CNAME', 'c.test', 'elsewhere.example', 5)] })), { kind: 'alias', name: 'elsewhere.example', ttl: 5 })
  assert.deepEqual(read(packet({ answers: [record('CNAME', 'c.test', 'd.test', 5)], authorities: [soa(60, 60)] })), { kind: 'nothing', ttl: 5 })
  assert.equal(read(packet({ answers: [record('CNAME', 'c.test', 'd.test'), record('CNAME', 'd.test', 'c.test')] })).kind, 'garbled')
  assert.equal(read(packet({ answers: [record('CNAME', 'c.test', 'd.test'), record('CNAME', 'd.test', 'e.test'), record('CNAME', 'e.test', 'd.test')] })).kind, 'garbled')
  assert.equal(read(packet({ answers: Array.from({ length: 30 }, (_, i) => record('CNAME', i === 0 ? 'c.test' : `n${i}.test`, `n${i + 1}.test`)) })).kind, 'garbled')
})

test('records without sense are left out; when none is left the reply is garbled', () => {
  const odd = record('SRV', 'c.test', { priority: 1, weight: 1, port: 5060, target: 'a b\u0000.test' })
  const fine = record('SRV', 'c.test', { priority: 1, weight: 1, port: 5060, target: 'a.test' })
  assert.equal((read(packet({ type: 'SRV', answers: [odd, fine] }), 'SRV') as { records: unknown[] }).records.length, 1)
  assert.equal(read(packet({ type: 'SRV', answers: [odd] }), 'SRV').kind, 'garbled')
  assert.equal(read(packet({ type: 'SRV', answers: [record('SRV', 'c.test', { priority: 1, weight: 1, port: 0, target: 'a.test' })] }), 'SRV').kind, 'garbled')
})

test('a name that points to itself, and one that points behind the end', () => {
  const bytes = packet({ answers: [record('CNAME', 'c.test', 'd.test')] })
  const self = Buffer.from(bytes)
  self.writeUInt16BE(0xc000 | (self.length - 8), self.length - 8)
  const behind = Buffer.from(bytes)
  behind.writeUInt16BE(0xffff, behind.length - 8)
  for (const broken of [self, behind]) assert.equal(read(broken).kind, 'garbled')
})

test('100,000 broken replies are read without a throw, none slowly', () => {
  const sane = [
    packet({ answers: [record('CNAME', 'c.test', 'd.test', 5), record('A', 'd.test', '192.0.2.1')] }),
    packet({ type: 'SRV', answers: [record('SRV', 'c.test', { priority: 1, weight: 2, port: 5060, target: 'a.test' })] }),
    packet({ type: 'NAPTR', answers: [record('NAPTR', 'c.test', { order: 1, preference: 2, flags: 'S', services: 'SIP+D2T', regexp: '', replacement: '_sip._tcp.c.test' })] }),
    packet({ flags: 3, authorities: [soa(100, 20)] }),
  ]
  let state = 7
  const dice = (below: number) => Math.floor(((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 0x1_0000_0000) * below)
  const seen = new Set<string>()
  let slowest = 0
  for (let i = 0; i < 100_000; i++) {
    const bytes = Buffer.from(sane[dice(sane.length)] as Buffer)
    for (let changes = 1 + dice(4); changes > 0; changes--) bytes[2 + dice(bytes.length - 2)] = dice(256)
    const started = performance.now()
    seen.add(read(bytes.subarray(0, dice(10) === 0 ? dice(bytes.length) : bytes.length), (['A', 'SRV', 'NAPTR', 'AAAA'] as const)[dice(4)]).kind)
    slowest = Math.max(slowest, performance.now() - started)
  }
  assert.ok(seen.has('found') && seen.has('garbled') && seen.has('foreign') && seen.has('nothing'), [...seen].join())
  assert.ok(slowest < 1000, `${slowest} ms`)
})

test('the largest message that TCP carries is read in no time that matters', () => {
  const answers = Array.from({ length: 3000 }, (_, i) => record('CNAME', i === 0 ? 'c.test' : `n${i}.test`, `n${i + 1}.test`))
  const bytes = packet({ answers }).subarray(0, 65_535)
  const started = performance.now()
  assert.equal(read(bytes).kind, 'garbled')
  assert.ok(performance.now() - started < 2000)
})

test('names that can be asked for', () => {
  assert.equal(cleanName('Carrier.Example.'), 'carrier.example')
  assert.equal(cleanName('_sip._udp.carrier.example'), '_sip._udp.carrier.example')
  assert.equal(cleanName('localhost'), 'localhost')
  for (const bad of ['', '.', 'a..b', '-a.test', 'a-.test', 'a b', 'a\u0000b', 'a/b', 'x'.repeat(64), `${'x.'.repeat(127)}xx`]) assert.equal(cleanName(bad), undefined, bad)
})

test('the question asks for recursion, and says by EDNS how much may come', () => {
  const plain = writeQuery(7, { name: 'c.test', kind: 'SRV' }, false)
  assert.equal(plain.readUInt16BE(2), 0x0100)
  assert.equal(plain.readUInt16BE(10), 0)
  const edns = writeQuery(7, { name: 'c.test', kind: 'SRV' }, true)
  assert.equal(edns.readUInt16BE(10), 1)
  assert.equal(edns.readUInt16BE(plain.length + 3), 1232)
})
