/** The doctor in a whole house: sound between two phones of its own, a carrier that is not there, and a text for support without a secret. */
import assert from 'node:assert/strict'
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { startHouse, type House } from '../support/house.ts'

interface Finding { name: string; state: string; message: string; cure: string | null }

suite('the doctor', { skip: process.env['FREESWITCH'] ? 'FreeSWITCH cannot listen to a call' : false }, () => {
  let house: House
  before(async () => {
    house = await startHouse({ change: (settings) => { settings.sip.handlersSecret = 'handlers-secret-1' } })
  })
  after(() => house?.close())

  const examine = async (): Promise<Map<string, Finding>> => {
    const { findings } = await house.api.post<{ findings: Finding[] }>('/system/examination')
    return new Map(findings.map((finding) => [finding.name, finding]))
  }

  test('has two phones of its own hear each other, and finds the house in order', async () => {
    const found = await examine()
    assert.match(found.get('sound')?.message ?? '', /heard each other in (opus|G722|PCMU|PCMA)/)
    for (const name of ['sound', 'disk', 'dns', 'media ports', 'database', 'clock', 'signalling', 'calls']) assert.equal(found.get(name)?.state, 'good', JSON.stringify(found.get(name)))
    assert.match(found.get('certificates')?.message ?? '', /made itself, for \d+ days/)
    assert.deepEqual([found.get('mail')?.state, found.get('backup')?.state], ['warning', 'warning'])
    assert.equal((await house.dialplane.pbx.testAudio({ kind: 'service', tenantId: '', id: 'test', name: 'test', permissions: new Set() })).heard.every(({ share }) => share > 0.95), true)
  })

  test('names a carrier and a mail server that do not answer, with cause and cure', async () => {
    await house.api.post('/trunks', { name: 'Gone', host: 'sip.carrier.invalid' })
    await house.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port: 9, security: 'none', username: null, sender: 'phones@example.com', senderName: '' })
    const found = await examine()
    assert.equal(found.get('trunk Gone')?.state, 'bad', JSON.stringify(found.get('trunk Gone')))
    assert.match(found.get('trunk Gone')?.cure ?? '', /carrier does not answer|carrier\.invalid/)
    assert.equal(found.get('mail')?.state, 'bad')
    assert.match(found.get('mail')?.message ?? '', /127\.0\.0\.1:9/)
  })

  test('writes a text for support in which no secret of the house stands', async () => {
    const { credentials } = await house.api.post<{ credentials: { password: string } }>('/extensions', { number: '101', name: 'Anna' })
    const { token } = await house.api.post<{ token: string }>('/tokens', { name: 'program', permissions: ['calls.read'] })
    await house.api.post('/trunks', { name: 'Paid', host: 'paid.carrier.invalid', username: 'acme', password: 'carriers-own-secret' })
    await mkdir(join(house.home, 'logs'), { recursive: true })
    await appendFile(join(house.home, 'logs', 'dialplane.log'), [`{"msg":"asked with Bearer ${token}"}`, '{"msg":"handlers-secret-1 was told"}', `{"password":"${credentials.password}"}`, 'REGISTER sip:x\r\nAuthorization: Digest response="feedfacefeedfacefeed"', '{"msg":"an ordinary line"}', ''].join('\n'))
    const answer = await house.api.send('GET', '/system/support.txt')
    assert.equal(answer.status, 200)
    const text = answer.body.toString()
    for (const secret of [credentials.password, token, 'carriers-own-secret', 'handlers-secret-1', 'feedfacefeedfacefeed', house.settings.sip.secret || 'none such']) assert.ok(!text.includes(secret), secret)
    for (const part of ['==== Doctor', 'sound: Two phones', '==== Settings', '"home"', 'an ordinary line', 'cores']) assert.ok(text.includes(part), part)
    assert.ok((await house.api.get<{ action: string }[]>('/audit?limit=20')).some(({ action }) => action === 'system.support'))
  })
})
