/** Names asked of a name server that is not ours: dnsmasq. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { startEmbedded } from '../../../pbx/signalling/embedded.ts'
import { eventually } from '../../support/eventually.ts'
import { freePort } from '../../support/ports.ts'
import { missing } from '../../support/run/peers.ts'
import { logger } from './target.ts'

test('NAPTR, SRV, both families, an alias, what does not exist and what is too long for a datagram, from dnsmasq', { skip: missing('dnsmasq', 'dnsmasq-base'), timeout: 60_000 }, async (t) => {
  const port = await freePort()
  const many = Array.from({ length: 40 }, (_, i) => `--srv-host=_sip._udp.many.test,host-with-a-rather-long-name-${i}.many.test,5060,${i},1`)
  const dnsmasq = spawn('dnsmasq', [
    '--no-daemon', `--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--pid-file=', '--local=/test/', '--local-ttl=120', '--edns-packet-max=1232',
    '--naptr-record=carrier.test,10,20,s,SIP+D2T,,_sip._tcp.carrier.test', '--naptr-record=carrier.test,10,30,s,SIP+D2U,,_sip._udp.carrier.test',
    '--srv-host=_sip._tcp.carrier.test,a.carrier.test,5070,1,60', '--srv-host=_sip._tcp.carrier.test,b.carrier.test,5071,1,40', '--srv-host=_sip._udp.carrier.test,a.carrier.test,5060,1,1',
    '--host-record=a.carrier.test,192.0.2.1,2001:db8::1', '--host-record=b.carrier.test,192.0.2.2', '--cname=alias.test,a.carrier.test', '--host-record=host-with-a-rather-long-name-0.many.test,192.0.2.3', ...many,
  ], { stdio: ['ignore', 'ignore', 'pipe'] })
  const said: string[] = []
  dnsmasq.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  t.after(async () => {
    const gone = once(dnsmasq, 'exit')
    dnsmasq.kill()
    await gone
  })
  const engine = await startEmbedded({ sip: { hosts: ['127.0.0.1', '::1'], port: 0, externalAddress: undefined }, dns: { servers: [`127.0.0.1:${port}`] } }, logger)
  t.after(() => engine.close())
  const report = async (name: string) => (await engine.names.report(name, true))[0]

  const carrier = await eventually(async () => {
    assert.equal(dnsmasq.exitCode, null, said.join(''))
    const found = await report('carrier.test')
    return found?.failure === undefined && found
  }, 'dnsmasq to answer')
  assert.deepEqual(carrier.naptr.map(({ service, preference }) => [service, preference]), [['SIP+D2T', 20], ['SIP+D2U', 30]])
  assert.deepEqual(carrier.targets.map(({ transport, address, port: at, weight, share }) => `${transport} ${address} ${at} ${weight} ${share}`), [
    'tcp 192.0.2.1 5070 60 0.6', 'tcp 2001:db8::1 5070 60 0', 'tcp 192.0.2.2 5071 40 0.4', 'udp 192.0.2.1 5060 1 0', 'udp 2001:db8::1 5060 1 0',
  ])
  const left = carrier.until - carrier.foundAt
  assert.ok(left > 0 && left <= 121_000, `${left} ms`)
  assert.deepEqual((await report('alias.test:5060'))?.targets.map(({ address }) => address), ['192.0.2.1', '2001:db8::1'])
  assert.match((await report('nobody.test'))?.failure ?? '', /nobody\.test has no address/)
  assert.deepEqual((await report('sip:many.test;transport=udp'))?.targets.map(({ address }) => address), ['192.0.2.3'])
})
