/** The doctor on a machine with faults that were put there, and the text for support on one full of secrets. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { maskText, plainSettings, secretsOf } from '../../../api/doctor/bundle.ts'
import { checkDisk, checkMediaPorts, checkNames, checkNat, checkPorts, looked } from '../../../config/doctor/machine.ts'
import { newRecoveryKey } from '../../../config/backup/sealed.ts'
import { loadSettings } from '../../../config/settings/index.ts'

const settings = loadSettings({ env: {
  DIALPLANE_HOME: '/tmp', DRACHTIO: '127.0.0.1:9022', DRACHTIO_SECRET: 'drachtio-secret-1', FREESWITCH: '10.0.0.1:8021,10.0.0.2:8021', FREESWITCH_SECRET: 'first-fs,second-fs', DATABASE_URL: 'postgres://dial:p%40ss-of-db@10.0.0.3/dialplane',
  BACKUP_PASSPHRASE: 'horse battery staple', HEP_COLLECTOR: '10.0.0.4:9060', HEP_PASSWORD: 'hep-secret-1',
} })

describe('the doctor', () => {
  it('finds a port that somebody else has, and says how to see who', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    const udp = createSocket('udp4').bind(0, '127.0.0.1')
    await Promise.all([once(server, 'listening'), once(udp, 'listening')])
    try {
      const port = (server.address() as AddressInfo).port
      const found = await checkPorts([{ setting: 'HTTP_PORT', host: '127.0.0.1', port, transport: 'tcp' }, { setting: 'SIP_PORT', host: '127.0.0.1', port: udp.address().port, transport: 'udp' }, { setting: 'SIP_TLS_PORT', host: '127.0.0.1', port: 0, transport: 'tcp' }])
      assert.equal(found.state, 'bad')
      assert.match(found.message, new RegExp(`HTTP_PORT TCP ${port} \\(EADDRINUSE\\), SIP_PORT UDP ${udp.address().port}`))
      assert.match(found.cure ?? '', /ss -lntup/)
    } finally {
      server.close()
      udp.close()
    }
  })

  it('finds audio ports on an address that is not ours', async () => {
    const media = { ...settings.media, freeswitch: undefined, ports: { first: 42_000, last: 42_099 } }
    assert.equal((await checkMediaPorts({ media: { ...media, hosts: ['203.0.113.9'] } })).state, 'bad')
    assert.equal((await checkMediaPorts({ media: { ...media, hosts: ['127.0.0.1'] } })).state, 'good')
    assert.equal((await checkMediaPorts(settings)).state, 'untested')
  })

  it('finds names that lead nowhere', async () => {
    const found = await checkNames(['pbx.dialplane.invalid', '192.0.2.1', 'localhost'])
    assert.deepEqual([found.state, /pbx\.dialplane\.invalid/.test(found.message)], ['bad', true])
    assert.equal((await checkNames(['192.0.2.1', ''])).state, 'good')
  })

  const nat: [what: string, external: string | undefined, own: string[], state: string, says: RegExp][] = [
    ['a public address of its own', undefined, ['198.51.100.7'], 'good', /public address 198/],
    ['private addresses only', undefined, ['192.168.1.10'], 'warning', /EXTERNAL_ADDRESS.*SIP ALG/],
    ['carrier-grade NAT', undefined, ['100.72.1.1'], 'warning', /EXTERNAL_ADDRESS/],
    ['an address behind NAT that is named', '198.51.100.7', ['192.168.1.10'], 'good', /told 198\.51\.100\.7.*SIP ALG/],
    ['a private address named as the public one', '10.1.2.3', ['10.1.2.3'], 'warning', /private address/],
  ]
  for (const [what, external, own, state, says] of nat)
    it(`tells ${what}`, () => {
      const found = checkNat({ sip: { ...settings.sip, externalAddress: external } }, own)
      assert.equal(found.state, state)
      assert.match(`${found.message} ${found.cure}`, says)
    })

  it('says how full the disk is, and of what cannot be looked at why', async () => {
    assert.match((await checkDisk(settings)).message, /GB of .* are free/)
    const found = await looked('disk', () => checkDisk({ ...settings, home: '/nowhere/at/all' }))
    assert.deepEqual([found.name, found.state, /ENOENT/.test(found.message)], ['disk', 'bad', true])
  })
})

describe('the text for support', () => {
  it('has the settings without one that is secret', () => {
    const text = JSON.stringify(plainSettings(settings))
    for (const secret of ['drachtio-secret-1', 'first-fs', 'second-fs', 'ss-of-db', 'horse battery', 'hep-secret-1']) assert.ok(!text.includes(secret), secret)
    assert.ok(text.includes('10.0.0.3') && text.includes('127.0.0.1') && text.includes('9022'))
  })

  it('masks in a log what is secret, whether it is known or only looks so', () => {
    const recovery = newRecoveryKey()
    const secrets = ['dp_abcdEFGH1234', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'aSetupTokenOfThisStart', '0123456789abcdef0123', 'WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz', 'hunter2-plain', recovery]
    const log = [
      'Bearer dp_abcdEFGH1234', 'secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'http://127.0.0.1:8080/admin/setup#token=aSetupTokenOfThisStart',
      'Authorization: Digest username="101", realm="dialplane", nonce="0123456789abcdef0123", response="0123456789abcdef0123"', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz',
      'Proxy-Authorization: Digest response="0123456789abcdef0123"', '{"level":"info","password":"hunter2-plain","msg":"x"}', 'auth_password=hunter2-plain', `key ${recovery}`, 'connect postgres://dial:p%40ss-of-db@10.0.0.3/dialplane', 'the words horse battery staple in a sentence', 'drachtio-secret-1',
    ].join('\n')
    const masked = maskText(log, secretsOf(settings))
    for (const secret of [...secrets, 'ss-of-db', 'horse battery staple', 'drachtio-secret-1']) assert.ok(!masked.includes(secret), `${secret} in\n${masked}`)
    assert.ok(masked.includes('10.0.0.3/dialplane') && masked.includes('"msg":"x"'))
  })
})
