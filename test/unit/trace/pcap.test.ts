/** The capture file, read back by tshark. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { pcapOf } from '../../../pbx/trace/pcap.ts'
import { missing } from '../../support/run/peers.ts'

const invite = 'INVITE sip:200@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.7:5070;branch=z9hG4bK1\r\nFrom: "Zoë" <sip:100@192.0.2.1>;tag=a\r\nTo: <sip:200@192.0.2.1>\r\nCall-ID: capture@test\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n'
const ringing = invite.replace(/^INVITE.*/, 'SIP/2.0 180 Ringing')

test('tshark reads addresses, ports, times and SIP, and finds every checksum right', { skip: missing('tshark') }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-pcap-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'call.pcap')
  await writeFile(file, pcapOf([
    { at: 1_764_000_000_123.456, direction: 'in', peer: '198.51.100.7:5070', local: '192.0.2.1:5060', text: invite },
    { at: 1_764_000_000_125.5, direction: 'out', peer: '198.51.100.7:5070', local: '192.0.2.1:5060', text: ringing },
    { at: 1_764_000_001_000, direction: 'out', peer: '[2001:db8::7]:5080', local: '[2001:db8::1]:5060', text: invite },
    { at: 1_764_000_002_000, direction: 'in', peer: '[2001:db8::7]:5080', local: null, text: ringing },
    { at: 1_764_000_003_000, direction: 'in', peer: '198.51.100.7:5070', local: '192.0.2.1:5060', text: invite + 'x'.repeat(100_000) },
  ]))
  const fields = ['frame.time_epoch', 'ip.src', 'ipv6.src', 'udp.srcport', 'ip.dst', 'ipv6.dst', 'udp.dstport', 'sip.Method', 'sip.Status-Code', 'ip.checksum.status', 'udp.checksum.status']
  const { stdout } = await promisify(execFile)('tshark', [
    '-r', file, '-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-T', 'fields', '-E', 'separator=,', ...fields.flatMap((field) => ['-e', field]),
  ], { env: { ...process.env, HOME: folder } })
  const rows = stdout.trim().split('\n').map((line) => line.split(','))
  assert.deepEqual(rows.slice(0, 4), [
    ['1764000000.123456000', '198.51.100.7', '', '5070', '192.0.2.1', '', '5060', 'INVITE', '', '1', '1'],
    ['1764000000.125500000', '192.0.2.1', '', '5060', '198.51.100.7', '', '5070', '', '180', '1', '1'],
    ['1764000001.000000000', '', '2001:db8::1', '5060', '', '2001:db8::7', '5080', 'INVITE', '', '', '1'],
    ['1764000002.000000000', '', '2001:db8::7', '5080', '', '::', '5060', '', '180', '', '1'],
  ])
  assert.equal(rows[4]?.[7], 'INVITE')
  assert.deepEqual(rows[4]?.slice(9), ['1', '1'])
})

test('a call without messages is an empty file, which is a file', () => {
  assert.equal(pcapOf([]).length, 24)
})
