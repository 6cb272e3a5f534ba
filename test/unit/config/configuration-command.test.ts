/** The configuration by command: where its token goes, and where the passwords of new phones do. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, suite, test } from 'node:test'
import { configurationCommandOf, runConfigurationCommand } from '../../../config/configuration/command.ts'
import { Refusal } from '../../../config/errors.ts'

const PASSWORD = 'Kq7-secret,"of one'
const refusal = (message: RegExp) => (error: unknown) => error instanceof Refusal && message.test(error.message)

suite('the configuration by command', () => {
  const asked: string[] = []
  let phones: { number: string; name: string; username: string; password: string }[]
  let applies: number
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const planned = { changes: [{ section: 'extensions', action: 'create', key: '377', name: 'New', fields: [] }], problems: [], notes: [], fingerprint: 'f' }
    const apply = request.url === '/api/v1/configuration/apply'
    response.statusCode = apply ? applies : 200
    response.end(JSON.stringify(apply && applies !== 200 ? { error: { message: 'Refused there.' } } : { data: apply ? { created: 1, updated: 0, removed: 0, kept: [], credentials: phones } : planned }))
  })
  let folder: string
  let url: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dialplane-command-'))
    await writeFile(join(folder, 'dialplane.yaml'), 'dialplane: 1\n')
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(async () => {
    server.close()
    server.closeAllConnections()
    await rm(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    asked.length = 0
    applies = 200
    phones = [{ number: '377', name: '=1+1', username: 'd-377', password: PASSWORD }]
  })

  const file = (name: string): string => join(folder, name)
  const run = async (args: string[], to: string | null = url, publicUrl = url): Promise<{ code: number; out: string }> => {
    const { command, rest } = configurationCommandOf(args)
    assert.ok(command)
    assert.deepEqual(rest, [])
    const lines: string[] = []
    const code = await runConfigurationCommand(command, { configuration: { token: 'dp_token', url: to ?? undefined }, http: { host: '::', port: 8080, publicUrl } }, (line) => lines.push(line))
    return { code, out: lines.join('\n') }
  }

  test('passwords of new phones are written to a file of their own, and are nowhere else', async () => {
    const { code, out } = await run(['--apply-configuration', file('dialplane.yaml'), `--credentials=${file('phones.csv')}`])
    assert.equal(code, 0)
    assert.ok(out.endsWith(`User names and passwords of 1 new phone: ${file('phones.csv')}`), out)
    assert.ok(!out.includes('secret') && !out.includes('d-377'))
    assert.equal(await readFile(file('phones.csv'), 'utf8'), `number,name,username,password\r\n377,'=1+1,d-377,"Kq7-secret,""of one"\r\n`)
    assert.equal((await stat(file('phones.csv'))).mode & 0o777, 0o600)
  })

  test('without a file it is said how many there are and what is to be done', async () => {
    const { code, out } = await run(['--apply-configuration', file('dialplane.yaml'), '--remove'])
    assert.equal(code, 0)
    assert.match(out, /\n1 new phone, whose passwords nobody has seen: .*New password/)
    assert.ok(!out.includes('secret') && !out.includes('d-377'))
  })

  test('a file that exists is left as it is, and nothing is carried out', async () => {
    await writeFile(file('old.csv'), 'kept')
    await assert.rejects(run(['--apply-configuration', file('dialplane.yaml'), '--credentials', file('old.csv')]), refusal(/old\.csv exists already.*Nothing was changed/))
    await assert.rejects(run(['--apply-configuration', file('dialplane.yaml'), '--credentials', join(folder, 'none', 'new.csv')]), refusal(/new\.csv cannot be written.*Nothing was changed/))
    assert.equal(await readFile(file('old.csv'), 'utf8'), 'kept')
    assert.deepEqual(asked, ['/api/v1/configuration/plan', '/api/v1/configuration/plan'])
  })

  test('no empty file stays where no phone was made or nothing was carried out', async () => {
    const before = await readdir(folder)
    applies = 409
    await assert.rejects(run(['--apply-configuration', file('dialplane.yaml'), '--credentials', file('new.csv')]), refusal(/Refused there/))
    applies = 200
    phones = []
    await run(['--apply-configuration', file('dialplane.yaml'), '--credentials', file('new.csv')])
    assert.deepEqual(await readdir(folder), before)
  })

  test('the file belongs to what makes phones', () => {
    assert.throws(() => configurationCommandOf(['--plan-configuration', 'a.yaml', '--credentials', 'b.csv']), refusal(/belongs to --apply-configuration/))
    for (const wrong of [['--credentials'], ['--credentials', '-'], ['--credentials', '--remove'], ['--credentials=']]) assert.throws(() => configurationCommandOf(['--apply-configuration', 'a.yaml', ...wrong]), refusal(/--credentials needs a file/))
    assert.throws(() => configurationCommandOf(['--apply-configuration', '--credentials', 'b.csv']), refusal(/--apply-configuration needs a file/))
  })

  test('the token is not sent in the clear beyond private networks', async (t) => {
    const sent: string[] = []
    t.mock.method(globalThis, 'fetch', async (to: URL) => {
      sent.push(to.host)
      return Response.json({ data: { changes: [], problems: [], notes: [], fingerprint: '' } })
    })
    const plan = (to: string | null, publicUrl?: string) => run(['--plan-configuration', file('dialplane.yaml')], to, publicUrl)
    for (const open of ['http://pbx.example.com', 'http://8.8.8.8:8080', 'http://[2606:4700::1111]', 'http://127.0.0.1.example.com', 'http://[::ffff:8.8.8.8]']) await assert.rejects(plan(open), refusal(/in the clear.*https:\/\/.*http:\/\/127\.0\.0\.1:8080/), open)
    await assert.rejects(plan(null, 'http://pbx.example.com'), refusal(/in the clear/))
    assert.deepEqual(sent, [])
    for (const fine of ['https://pbx.example.com', 'http://127.0.0.1:8080', 'http://localhost:8080', 'http://10.1.2.3', 'http://[fd00::1]:8080', 'http://[::]:8080']) assert.equal((await plan(fine)).code, 0, fine)
    assert.equal(sent.length, 6)
  })
})
