/** Phones that fetch their settings: links, who gets nothing, and being told of changes. */
import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { after, afterEach, before, suite, test } from 'node:test'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import { headerOf, type Phone, type SipMessage } from '../support/phone.ts'
import { talk } from '../support/talk.ts'

interface Shown {
  id: string
  version: number
  deviceIds: string[]
  state: string
  fetch: { address: string; userAgent: string; file: string } | null
  told: { status: number | null } | null
  link: { usedFrom: string | null } | null
}

interface Answer {
  status: number
  headers: Record<string, unknown>
  text: string
}

let mac = 0x805ec0000000

suite('provisioning', () => {
  let house: House
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
  })
  after(async () => {
    agent.destroy()
    await house?.close()
  })
  afterEach(() => house.idle())

  /** As a phone at this address would ask, through the TLS proxy in front. */
  const fetchBy = (url: string, address = '192.0.2.10', { proto = 'https', method = 'GET' } = {}): Promise<Answer> => new Promise((resolve, reject) => {
    const headers = { 'X-Forwarded-For': address, 'X-Forwarded-Proto': proto, 'User-Agent': 'Yealink SIP-T46U 108.86' }
    request(new URL(new URL(url).pathname, house.api.url), { method, headers, agent }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part)).on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() }))
    }).on('error', reject).end()
  })
  async function made(lines: string[], more = {}): Promise<Omit<Shown, 'link'> & { mac: string; link: string; file: string }> {
    const own = (mac++).toString(16)
    const phone = await house.api.post<Shown>('/phones', { name: `Phone ${own}`, vendor: 'yealink', model: 'T46U', mac: own, lines, transport: 'udp', ...more })
    const link = await house.api.post<{ url: string; fileUrl: string }>(`/phones/${phone.id}/link`)
    return { ...phone, mac: own, link: link.url, file: link.fileUrl }
  }
  const shown = (id: string): Promise<Shown> => house.api.get<Shown>(`/phones/${id}`)
  const value = (text: string, name: string): string => new RegExp(`^${name.replace(/\./g, '\\.')} = (.*)$`, 'm').exec(text)?.[1] ?? assert.fail(`no ${name}`)
  const isSync = (message: SipMessage): boolean => message.method === 'NOTIFY' && /^check-sync/.test(headerOf(message, 'Event') ?? '')
  const syncs = (phone: Phone): number => phone.received.entries.filter(isSync).length

  /** A phone that is set up by its link and registers with what it got. */
  async function setUp(lines: string[]): Promise<{ id: string; own: string; phone: Phone }> {
    const { id, link, mac: own } = await made(lines)
    const { text } = await fetchBy(`${link}${own}.cfg`)
    const phone = await house.phone({ user: value(text, 'account.1.user_name'), password: value(text, 'account.1.password') })
    phone.answers = (request) => (isSync(request) ? 200 : undefined)
    assert.equal((await phone.register()).status, 200)
    return { id, own: `${value(text, 'auto_provision.server.url')}${own}.cfg`, phone }
  }

  test('a phone is set up by a link that works once, registers with what it got, and learns a link of its own', async () => {
    const { extensionId } = await house.extension('101', { name: 'Anna', voicemail: true })
    const { id, link, file, mac: own, state } = await made([extensionId])
    assert.equal(state, 'never')
    assert.equal(file, `${link}${own}.cfg`)
    const plain = await fetchBy(file, '192.0.2.10', { proto: 'http' })
    assert.equal(plain.status, 404, 'nothing without TLS')
    const first = await fetchBy(file)
    assert.equal(first.status, 200)
    assert.match(String(first.headers['cache-control']), /no-store/)
    assert.equal(value(first.text, 'account.1.display_name'), 'Anna')
    assert.equal(value(first.text, 'voice_mail.number.1'), '*97')
    const { link: used, fetch, state: now } = await shown(id)
    assert.deepEqual([used?.usedFrom, fetch?.address, fetch?.file, now], ['192.0.2.10', '192.0.2.10', `${own}.cfg`, 'current'])
    assert.match(fetch?.userAgent ?? '', /T46U/)
    assert.equal((await fetchBy(file, '192.0.2.11')).status, 404, 'the link belongs to who used it first')
    assert.equal((await fetchBy(file)).status, 200, 'who may ask again until it has its own')
    const mine = `${value(first.text, 'auto_provision.server.url')}${own}.cfg`
    assert.notEqual(mine, file)
    // HEAD says as much as GET, without the settings.
    const head = await fetchBy(mine, '192.0.2.12', { method: 'HEAD' })
    assert.deepEqual([head.status, head.text], [200, ''])
    assert.equal((await fetchBy(mine, '192.0.2.12')).status, 200)
    assert.equal((await fetchBy(file)).status, 404, 'the first link is used up')
    const phone = await house.registered({ user: value(first.text, 'account.1.user_name'), password: value(first.text, 'account.1.password') })
    const [registration] = (await house.registrations()).filter((each) => each.extensionId === extensionId)
    assert.equal(registration?.deviceId, (await shown(id)).deviceIds[0])
    await phone.unregister()
    // The administrator of the phone is told to people of this house, and nowhere else.
    const { password } = await house.api.post<{ password: string }>(`/phones/${id}/admin-password`)
    assert.equal(value(first.text, 'security.user_password'), `admin:${password}`)
    const { text: preview } = await house.api.get<{ text: string }>(`/phones/${id}/settings`)
    for (const secret of [password, value(first.text, 'account.1.password'), new URL(mine).pathname]) assert.equal(preview.includes(secret), false)
    const audit = (await house.api.send('GET', '/audit?limit=100')).body.toString()
    for (const secret of [password, value(first.text, 'account.1.password')]) assert.equal(audit.includes(secret), false)
  })

  test('a phone book of those who are listed, a phone that may only ask from its network, and one that is gone', async () => {
    const ben = await house.extension('110', { name: 'Ben' })
    const carl = await house.extension('111', { name: 'Carl' })
    await house.api.send('PATCH', `/extensions/${carl.extensionId}`, { listed: false })
    const { id, file, mac: own } = await made([ben.extensionId], { networks: ['192.0.2.0/24'] })
    assert.equal((await fetchBy(file, '198.51.100.1')).status, 404)
    const { text } = await fetchBy(file)
    const book = await fetchBy(value(text, 'remote_phonebook.data.1.url'))
    assert.match(book.text, /<Name>Ben<\/Name><Telephone>110<\/Telephone>/)
    assert.doesNotMatch(book.text, /Carl/)
    const base = value(text, 'auto_provision.server.url')
    assert.equal((await fetchBy(`${base}805ec0ffffff.cfg`)).status, 404, 'the file of another')
    const before = await house.registrations()
    assert.equal((await house.api.send('DELETE', `/phones/${id}`)).status, 200)
    assert.equal((await fetchBy(`${base}${own}.cfg`)).status, 404)
    assert.equal((await house.api.get<{ devices: unknown[] }>(`/extensions/${ben.extensionId}`)).devices.length, 1, 'its device went with it')
    assert.deepEqual(await house.registrations(), before)
    // Brought back it is another one to strangers: with another link and another password.
    const [deleted] = await house.api.get<{ id: string; action: string }[]>(`/audit?subjectId=${id}&limit=1`)
    assert.equal(deleted?.action, 'phone.delete')
    const { subjectId } = await house.api.post<{ subjectId: string }>(`/audit/${deleted.id}/undo`)
    assert.deepEqual(await house.api.get<{ mac: string; networks: string[]; state: string }>(`/phones/${subjectId}`).then((back) => [back.mac, back.networks, back.state]), [own, ['192.0.2.0/24'], 'never'])
    assert.equal((await fetchBy(`${base}${own}.cfg`)).status, 404)
  })

  test('while it is open for new phones, those of the network that were added get theirs by MAC address, each from one place', async () => {
    const { extensionId } = await house.extension('115', { name: 'Fay' })
    const own = (mac++).toString(16)
    const { id } = await house.api.post<Shown>('/phones', { name: 'New', vendor: 'yealink', model: 'T46U', mac: own, lines: [extensionId] })
    const wrong = await house.api.send('POST', '/phone-opening', { hours: 8, networks: ['the office'] })
    assert.equal(wrong.status, 422)
    const { url } = await house.api.post<{ url: string }>('/phone-opening', { hours: 8, networks: ['192.0.2.0/24'] })
    assert.equal((await fetchBy(`${url}${own}.cfg`, '198.51.100.7')).status, 404, 'another network')
    assert.equal((await fetchBy(`${url}805ec0eeeeee.cfg`)).status, 404, 'a phone that was not added')
    assert.equal((await fetchBy(`${url}y000000000108.cfg`)).status, 404)
    const { status, text } = await fetchBy(`${url}${own}.cfg`)
    assert.equal(status, 200)
    assert.equal((await fetchBy(`${url}${own}.cfg`)).status, 200, 'it may ask again')
    assert.equal((await fetchBy(`${url}${own}.cfg`, '192.0.2.99')).status, 404, 'somebody else may not')
    assert.equal((await fetchBy(`${value(text, 'auto_provision.server.url')}${own}.cfg`, '192.0.2.99')).status, 200, 'by its own link it is itself')
    assert.equal((await fetchBy(`${url}${own}.cfg`)).status, 404, 'it has its own link now')
    // It was reset: with a link that waits for it, it is expected again.
    await house.api.post(`/phones/${id}/link`)
    assert.equal((await fetchBy(`${url}${own}.cfg`)).status, 200)
    assert.deepEqual((await house.api.get<{ networks: string[] }>('/phone-opening')).networks, ['192.0.2.0/24'])
    await house.api.send('DELETE', '/phone-opening')
    assert.equal((await fetchBy(`${url}${own}.cfg`)).status, 404)
    assert.equal(await house.api.get('/phone-opening'), null)
  })

  test('only phones whose settings changed are told, once, and not in a call', async () => {
    const [dora, emil] = [await house.extension('120', { name: 'Dora' }), await house.extension('121', { name: 'Emil' })]
    const first = await setUp([dora.extensionId])
    const other = await setUp([emil.extensionId])
    await house.api.send('PATCH', `/extensions/${dora.extensionId}`, { name: 'Dora Two' })
    const notify = await first.phone.received.until(isSync, 'a NOTIFY', { ms: 10_000 })
    assert.equal(headerOf(notify, 'Event'), 'check-sync;reboot=false')
    await eventually(async () => (await shown(first.id)).told?.status === 200, 'its answer is kept')
    assert.equal((await shown(first.id)).state, 'behind')
    assert.match((await fetchBy(first.own)).text, /Dora Two/)
    assert.equal((await shown(first.id)).state, 'current')

    // While it talks it is left alone; afterwards it is told.
    const { out: call } = await talk(first.phone, other.phone, '121')
    await house.api.send('PATCH', `/extensions/${dora.extensionId}`, { name: 'Dora Three' })
    const { outcome } = await house.api.post<{ outcome: string }>(`/phones/${first.id}/resync`, {})
    assert.equal(outcome, 'waiting')
    assert.equal(syncs(first.phone), 1)
    await call.bye()
    await first.phone.received.until(isSync, 'a NOTIFY after the call', { from: first.phone.received.entries.indexOf(notify) + 1, ms: 10_000 })
    assert.equal(syncs(other.phone), 0, 'whose settings are as they were hears nothing')

    const restarted = await house.api.post<{ outcome: string; status: number }>(`/phones/${other.id}/resync`, { restart: true })
    assert.deepEqual(restarted, { outcome: 'taken', status: 200 })
    assert.equal(headerOf(other.phone.received.entries.find(isSync)!, 'Event'), 'check-sync;reboot=true')
  })

  test('who sweeps MAC addresses finds one answer to everything, and is banned', async () => {
    const { extensionId } = await house.extension('130')
    const { file, mac: own } = await made([extensionId])
    const from = '203.0.113.66'
    const answers = new Set<string>()
    for (let n = 0; n < 40; n++) {
      const { status, text, headers } = await fetchBy(`${house.api.url}/provision/${n % 2 ? 'yealink' : 'AAAAAAAAAAAAAAAAAAAAAAAA'}/${(0x805ec0000000 + n).toString(16)}.cfg`, from)
      answers.add(`${status} ${headers['content-type']} ${headers['content-length']} ${headers['cache-control']} ${text}`)
    }
    answers.add(await fetchBy(file.replace(own, '805ec0aaaaaa')).then(({ status, text, headers }) => `${status} ${headers['content-type']} ${headers['content-length']} ${headers['cache-control']} ${text}`))
    assert.equal(answers.size, 1, [...answers].join('\n'))
    await house.event('ban.added', ({ data }) => data.ban.network === from)
    assert.equal((await fetchBy(file, from)).status, 404, 'not even by a good link')
    assert.equal((await fetchBy(file)).status, 200, 'it is there for others')
  })
})
