/** Contacts on a real database: whose number it is, files in and out. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createContactNames } from '../../pbx/contacts/names.ts'
import { createLogger } from '../../config/logger.ts'
import { errorOf, openGround, type Ground } from './ground.ts'

interface Contact {
  id: string
  name: string
  version: number
  recordUrl: string | null
  numbers: { label: string; number: string; e164: string | null }[]
}
interface Match {
  sure: boolean
  written: string
  contact: Contact
}

suite('contacts', () => {
  let ground: Ground
  const add = (name: string, numbers: string[], more: object = {}): Promise<Contact> => ground.admin.post('/contacts', { name, numbers: numbers.map((number) => ({ number })), ...more })
  const match = async (number: string): Promise<[string, boolean][]> => (await ground.admin.get<Match[]>(`/contacts/match?number=${encodeURIComponent(number)}`)).map(({ contact, sure }) => [contact.name, sure])

  before(async () => {
    ground = await openGround()
  })
  after(() => ground.close())

  test('a number is that of a contact however either is written', async () => {
    await add('Ada', ['(212) 555/0123 x7', '+49 (0)30 / 231 25 123'])
    for (const number of ['+12125550123', '2125550123', '001 212 555 0123', 'sip:12125550123@carrier.example', '+493023125123', '0049 30 23125123']) assert.deepEqual(await match(number), [['Ada', true]], number)
    for (const number of ['+12125550124', '+442125550123', 'anonymous', '101']) assert.deepEqual(await match(number), [], number)
  })

  test('several have the same number, and one without its area code is likely', async () => {
    await add('Grace', ['+1 646 555 0100'], { company: 'Navy' })
    await add('Howard', ['646.555.0100'], { company: 'Navy' })
    await add('Local', ['555-0177'])
    assert.deepEqual(await match('16465550100'), [['Grace', true], ['Howard', true]])
    assert.deepEqual(await match('+1 312 555 0177'), [['Local', false]])
    assert.deepEqual(await match('5550100'), [['Grace', false], ['Howard', false]])
    const nameOf = createContactNames({ database: ground.database, logger: createLogger('silent') })
    assert.deepEqual(await Promise.all(['+12125550123', '+16465550100', '+13125550177', '+19995550000', 'anonymous'].map((number) => nameOf(ground.tenantId, number))), ['Ada', 'Navy', 'Local?', undefined, undefined])
    await ground.admin.ask('PATCH', '/contacts/settings', { showNames: false })
    assert.equal(await nameOf(ground.tenantId, '+12125550123'), undefined)
    await ground.admin.ask('PATCH', '/contacts/settings', { showNames: true })
  })

  test('a record is opened at its own address, or at that of the settings', async () => {
    await ground.admin.ask('PATCH', '/contacts/settings', { recordUrl: 'https://crm.example/find?phone={number}&id={externalId}' })
    assert.equal((await add('Own', [], { externalUrl: 'https://crm.example/7' })).recordUrl, 'https://crm.example/7')
    assert.equal((await add('Filled', ['212 555 0199'], { externalId: 'a/b' })).recordUrl, 'https://crm.example/find?phone=%2B12125550199&id=a%2Fb')
    assert.equal((await add('Bare', ['212 555 0198'])).recordUrl, null)
    for (const recordUrl of ['javascript:alert(1)', 'https://crm.example/{secret}']) assert.equal((await ground.admin.send('PATCH', '/contacts/settings', { recordUrl })).status, 400)
    assert.equal((await ground.admin.send('POST', '/contacts', { name: 'Twice', externalId: 'a/b' })).status, 422)
  })

  test('with another country the numbers are read again', async () => {
    await add('Berlin', ['030 / 99 88 77 66'])
    assert.deepEqual(await match('+493099887766'), [])
    const { version } = await ground.admin.get<{ version: number }>('/contacts/settings')
    assert.equal((await ground.admin.send('PATCH', '/contacts/settings', { country: 'DE', version: version - 1 })).status, 409)
    await ground.admin.ask('PATCH', '/contacts/settings', { country: 'DE', version })
    assert.deepEqual(await match('+493099887766'), [['Berlin', true]])
    await ground.admin.ask('PATCH', '/contacts/settings', { country: 'US' })
  })

  test('nobody changes what another has changed, and a search finds names and numbers', async () => {
    const { id, version } = await add('Mary Ann', ['(303) 555-0166'])
    const changed = await ground.admin.ask<Contact>('PATCH', `/contacts/${id}`, { numbers: [{ label: 'Cell', number: '303 555 0167' }], version })
    assert.deepEqual(changed.numbers, [{ label: 'Cell', number: '303 555 0167', e164: '+13035550167' }])
    assert.equal(errorOf(await ground.admin.send('PATCH', `/contacts/${id}`, { name: 'Other', version })).code, 'conflict')
    for (const search of ['mary', '303-555', '5550167']) assert.deepEqual((await ground.admin.get<Contact[]>(`/contacts?search=${encodeURIComponent(search)}`)).map(({ name }) => name), ['Mary Ann'], search)
    assert.deepEqual(await ground.admin.get('/contacts?search=%25'), [])
    assert.deepEqual(await match('3035550166'), [])
  })

  test('a file comes in as it went out', async () => {
    const csv = 'name;company;externalId;number1;label1;number2;tags\r\nZoe;Zed;z1;(415) 555-0111;Desk;+44 20 7946 0123;vip;\r\n'
    const wrong = await ground.admin.post<{ errors: { line: number; field: string }[] }>('/contacts/import', { csv: 'name,externalUrl,number1\nA,javascript:x,n/a\n,,\n' })
    assert.deepEqual(wrong.errors.map(({ line, field }) => [line, field]), [[2, 'externalUrl'], [2, 'number1']])
    const counts = async (text: string, trial = false) => {
      const { created, updated, unchanged, errors } = await ground.admin.post<{ created: number; updated: number; unchanged: number; errors: unknown[] }>('/contacts/import', { csv: text, trial })
      assert.deepEqual(errors, [])
      return [created, updated, unchanged]
    }
    assert.deepEqual(await counts(csv, true), [1, 0, 0])
    assert.deepEqual(await counts(csv), [1, 0, 0])
    assert.deepEqual(await counts(csv), [0, 0, 1])
    assert.deepEqual(await counts('name,externalId\nZoe Z,z1\n'), [0, 1, 0])
    assert.deepEqual(await counts('name,number1,company\nada,+1 212 555 0123,Analytical\n'), [0, 1, 0])
    const [zoe] = await ground.admin.get<(Contact & { company: string; tags: string[] })[]>('/contacts?search=Zoe')
    assert.deepEqual([zoe?.name, zoe?.company, zoe?.tags, zoe?.numbers.map(({ label, e164 }) => [label, e164])], ['Zoe Z', 'Zed', ['vip'], [['Desk', '+14155550111'], ['', '+442079460123']]])
    const file = (await ground.admin.send('GET', '/contacts/export.csv')).body.toString()
    const total = (JSON.parse((await ground.admin.send('GET', '/contacts?limit=1')).body.toString()) as { pagination: { total: number } }).pagination.total
    assert.deepEqual(await counts(file), [0, 0, total])
  })

  test('those of another tenant are nobody', async () => {
    const { client } = await ground.stranger()
    assert.deepEqual(await client.get('/contacts/match?number=%2B12125550123'), [])
    assert.deepEqual(await client.get('/contacts'), [])
    await client.post('/contacts', { name: 'Theirs', externalId: 'z1' })
    const { client: user } = await ground.person(['user'])
    assert.deepEqual((await user.get<Match[]>('/contacts/match?number=%2B442079460123')).map(({ contact }) => contact.name), ['Zoe Z'])
    assert.equal((await user.send('GET', '/contacts/export.csv')).status, 403)
  })

  test('one among thousands is found by an index', async () => {
    await ground.database.system('test', async (trx) => {
      await trx.raw("INSERT INTO contacts (id, tenant_id, name) SELECT gen_random_uuid(), ?, 'Number ' || n FROM generate_series(1, 5000) n", [ground.tenantId])
      await trx.raw("INSERT INTO contact_numbers (tenant_id, contact_id, position, written, e164, digits) SELECT tenant_id, id, 0, '+1773' || lpad(substr(name, 8), 7, '0'), '+1773' || lpad(substr(name, 8), 7, '0'), '1773' || lpad(substr(name, 8), 7, '0') FROM contacts WHERE name LIKE 'Number %'")
    })
    // The tables are not analysed yet, and it must be quick all the same.
    assert.deepEqual(await match('+1 773 000 2424'), [['Number 2424', true]])
    const plans = await ground.database.system('test', async (trx) => {
      const ask = async (where: string) => JSON.stringify(((await trx.raw(`EXPLAIN (FORMAT JSON) SELECT contact_id FROM contact_numbers n WHERE n.tenant_id = ? AND ${where}`, [ground.tenantId])) as { rows: unknown }).rows)
      return [await ask("n.e164 = '+17730002424'"), await ask("n.tail = '002424' AND n.e164 IS NULL")]
    })
    assert.match(plans[0] ?? '', /contact_numbers_e164/)
    assert.match(plans[1] ?? '', /contact_numbers_tail/)
    assert.equal((await ground.admin.get<Contact[]>('/contacts?search=Number%204999')).length, 1)
  })
})
