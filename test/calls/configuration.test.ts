/** A configuration as a file: written in one house, carried out in an empty one, the same there; planned, refused, undone. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { ApiClient } from '../support/http-client.ts'
import { startHouse, type House } from '../support/house.ts'
import { top } from '../support/run/suites.ts'

interface Planned { changes: { section: string; action: string; key: string; fields: { field: string; before: unknown; after: unknown }[] }[]; problems: { section: string; key: string; field: string; message: string }[]; notes: string[]; fingerprint: string }
interface Applied { created: number; updated: number; removed: number; kept: { section: string; key: string; message: string }[]; credentials: { number: string; username: string; password: string }[] }
type Document = Record<string, Record<string, unknown>[]>

const exported = async (house: House): Promise<string> => (await house.api.send('GET', '/configuration/export.yaml')).body.toString()
const plan = (house: House, yaml: string, remove = false): Promise<Planned> => house.api.post<Planned>('/configuration/plan', { yaml, remove })
const apply = (house: House, yaml: string, remove = false): Promise<Applied> => house.api.post<Applied>('/configuration/apply', { yaml, remove })

/** Repeatable dice. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

/** A company of the dice: everything leads to something else, also round about. */
function company(seed: number): string {
  const roll = dice(seed)
  const maybe = <T>(value: T): T | null => (roll(2) === 0 ? value : null)
  const numbers = Array.from({ length: 12 }, (_, at) => String(200 + at))
  const any = (): string => numbers[roll(numbers.length)]!
  const other = (than: string): string => numbers[(numbers.indexOf(than) + 1 + roll(numbers.length - 1)) % numbers.length]!
  return stringify({
    dialplane: 1,
    extensions: numbers.map((number, at) => ({
      number, name: `Zoë ${at}: "quoted" #${roll(9)}`, ringSeconds: maybe(10 + roll(50)), maxContacts: 1 + roll(5), doNotDisturb: roll(2) === 0, recording: ['never', 'on-demand', 'always'][roll(3)],
      forwardNoAnswer: maybe('900'), forwardBusy: at === 0 ? other(number) : null, callLimit: maybe(1 + roll(9)), pickupGroup: maybe('sales'), supervises: ['2XX', '102'].slice(roll(3)), vipNumbers: ['+12025550123'].slice(roll(2)), speedDials: [{ number: '01', name: 'Home', target: '92025550124' }].slice(roll(2)), screening: ['off', 'unknown', 'outside'][roll(3)], followMeTo: maybe([{ target: other(number), delaySeconds: roll(9), ringSeconds: 20, confirm: false }]) ?? [], missedCallMail: ['x@example.com'].slice(roll(2)), blockedCallers: [{ number: '+1900*', name: 'Sells things', action: 'hold' }, { number: '/^\\+1976/', name: 'Also', action: 'allow' }].slice(roll(3)),
    })),
    conferences: [{ number: '600', name: 'Monday', announce: 'words', maxParties: 5 + roll(9) }],
    ringGroups: [{ number: '900', name: 'Sales', strategy: 'all', members: numbers.slice(0, 2 + roll(5)).map((extension) => ({ extension, delaySeconds: roll(5) })), noAnswer: maybe('700') }, { number: '901', name: 'Second', members: [{ extension: 211, delaySeconds: 0 }], noAnswer: '900' }],
    parkLots: [{ number: '5900', name: 'Parking', firstSlot: '5901', lastSlot: '5909', returnTo: '900' }],
    pagingGroups: [{ number: '800', name: 'Hall', members: numbers.slice(3, 6), callers: ['2XX'] }],
    phones: [{ name: 'Reception', vendor: 'yealink', model: 'T46U', mac: '805ec0123456', lines: numbers.slice(0, 1 + roll(3)), keys: [{ type: 'line', value: '1', label: '' }, { type: 'lamp', value: any(), label: 'Colleague' }], timeZone: maybe('Europe/Berlin') }, { name: 'App', vendor: 'linphone', model: 'app', mac: null, lines: [any()] }],
    attendants: [{ number: '700', name: 'Front', greeting: 'Welcome.', keys: { 1: any(), 2: '500', 9: '700' }, noInput: '900' }],
    schedules: [{ number: '501', name: 'Holiday', open: '500', closed: any() }, { number: '500', name: 'Office', open: '900', closed: any(), holiday: '600', hours: [{ days: [1, 2, 3], from: '09:00', to: '17:00' }], holidays: [{ name: 'New Year', from: '2027-01-01', to: '2027-01-01', yearly: true }] }],
    trunks: [{ name: 'Carrier', host: 'sip.carrier.invalid', maxCalls: 10 + roll(9) }, { name: 'Spare', host: 'other.carrier.invalid', enabled: false }],
    outboundRoutes: [{ name: 'Outside', pattern: '9.', strip: 1, trunks: ['Spare', 'Carrier'], schedule: '500', position: 3 }],
    inboundNumbers: [{ number: '+12025550100', name: 'Main', destination: '501', byCaller: [{ caller: '+1303*', destination: any() }] }],
    blockedCallers: [{ number: '+1900*', name: 'Premium', action: 'busy' }],
    speedDials: [{ number: '01', name: 'Head office', target: '92025550123' }, { number: '0100', name: 'Anna', target: any() }],
    sites: [{ name: 'Headquarters', street: 'Main Street', houseNumber: '12', city: 'Springfield', callbackNumber: '+12025550100' }],
    places: [{ name: '3rd floor', site: 'Headquarters', floor: '3' }],
    networks: [{ kind: 'network', value: '10.1.0.0/16', place: '3rd floor' }],
    emergency: { place: '3rd floor', mailTo: ['guard@example.com'], escalateMinutes: 5 },
    mailboxes: [{ number: '203', keepDays: 30, mailTo: ['anna@example.com'] }],
    calls: { timeZone: 'America/New_York', transferSeconds: 25, wakeUpDesk: '200' },
    callsAbroad: { perHour: 7, countries: ['CA', 'MX'] },
    signedCalls: { certificateUrl: 'https://certificates.example.com/calls.pem', authorities: null },
    recordings: { days: 90, notice: 'beep' }, dialPages: { origins: ['https://crm.example.com'].slice(roll(2)) },
    featureCodes: { 'do-not-disturb-on': { code: '*61', enabled: true } },
  })
}

suite('a configuration as a file', () => {
  let one: House
  let other: House
  before(async () => {
    one = await startHouse()
    other = await startHouse()
  })
  after(async () => {
    // The first one was there before and sees that of both nothing is left.
    await other?.dialplane.close()
    if (other) await rm(other.home, { recursive: true, force: true })
    await one?.close()
  })

  for (const seed of [1, 2])
    test(`makes an empty company the same, whatever it holds (${seed})`, async () => {
      const made = await apply(one, company(seed))
      if (seed === 1) {
        assert.equal(made.credentials.length, 12)
        assert.ok(made.created > 25)
      }
      const file = await exported(one)
      assert.deepEqual((await plan(one, file, true)).changes, [], 'its own export changes nothing')
      const there = await plan(other, file, true)
      assert.deepEqual(there.problems, [])
      assert.ok(there.changes.length > 0)
      await apply(other, file, true)
      assert.equal(await exported(other), file)
      assert.deepEqual((await plan(other, file, true)).changes, [], 'the second time nothing is left to do')
      // What the dice gave is what is there.
      assert.deepEqual((await plan(other, company(seed))).changes, [])
    })

  test('says what would change, and nothing has', async () => {
    const before = await exported(one)
    const file = parse(before) as Document
    file['extensions']![0]!['name'] = 'Another'
    file['extensions']!.push({ number: '0299', name: 'New' } as never)
    file['blockedCallers'] = []
    const planned = await plan(one, stringify(file), true)
    assert.deepEqual(planned.changes.map(({ section, action, key, fields }) => [section, action, key, fields.map(({ field, after: to }) => [field, to])]), [
      ['extensions', 'update', '200', [['name', 'Another']]],
      ['extensions', 'create', '0299', [['number', '0299'], ['name', 'New']]],
      ['blockedCallers', 'remove', '+1900*', []],
    ])
    assert.equal(await exported(one), before)
    assert.equal((await one.api.send('POST', '/configuration/apply', { yaml: stringify(file), remove: true, fingerprint: 'of another plan' })).status, 409)
    assert.equal(await exported(one), before)
  })

  const wrong: Record<string, [file: string, message: RegExp]> = {
    'no YAML': ['{ a: [', /no YAML/],
    'not begun as it should': ['extensions: []', /must begin/],
    'with a section that is none': ['dialplane: 1\nfaxes: []', /no section faxes/],
    'with a field that is none': ['dialplane: 1\nextensions: [{number: "201", colour: red}]', /no such field/],
    'with a value that does not fit': ['dialplane: 1\nextensions: [{number: "201", ringSeconds: soon}]', /expected number/],
    'with a name that nobody has': ['dialplane: 1\npagingGroups: [{number: "800", members: ["999"]}]', /has no \\"999/],
    'with something twice': ['dialplane: 1\nextensions: [{number: 201}, {number: "201"}]', /twice/],
    'that is a bomb of aliases': [`dialplane: 1\na: &a [x,x]\n${'bcdefghij'.split('').map((name, at) => `${name}: &${name} [${'abcdefghij'.slice(at, at + 1).replace(/./, '*$&,').repeat(9)}]`).join('\n')}`, /no YAML|no section/],
  }
  for (const [what, [file, message]] of Object.entries(wrong))
    test(`${what} is refused with the place`, async () => {
      const answer = await one.api.send('POST', '/configuration/apply', { yaml: file })
      assert.equal(answer.status, 422)
      assert.match(answer.body.toString(), message)
    })

  test('is carried out whole or not at all, and each change can be undone', async () => {
    const before = await exported(one)
    // The last of these is refused by the door only: calls cannot go in a circle.
    const bad = stringify({ dialplane: 1, extensions: [{ number: '201', name: 'Renamed' }, { number: '333', name: 'New', forwardBusy: '201' }], ringGroups: [{ number: '902', name: 'New', members: [{ extension: '333', delaySeconds: 0 }] }], schedules: [{ number: '500', closed: '501' }, { number: '501', open: '500' }] })
    const answer = await one.api.send('POST', '/configuration/apply', { yaml: bad })
    assert.equal(answer.status, 422, answer.body.toString())
    assert.match(answer.body.toString(), /opening hours 500:.*Nothing was changed/)
    assert.equal(await exported(one), before)

    await apply(one, stringify({ dialplane: 1, extensions: [{ number: '201', name: 'Renamed' }] }))
    const [entry] = (await one.api.get<{ id: string; action: string }[]>('/audit?limit=10')).filter(({ action }) => action === 'extension.update')
    await one.api.post(`/audit/${entry!.id}/undo`)
    assert.equal(await exported(one), before)
  })

  test('holds no secret, and what was protected does not stand open elsewhere', async () => {
    await apply(one, stringify({ dialplane: 1, conferences: [{ number: '601', name: 'Board', pin: '24681357' }], trunks: [{ name: 'Paid', host: 'paid.carrier.invalid', username: 'acme', password: 'carriers-own-secret', register: true }] }))
    const file = await exported(one)
    assert.ok(!file.includes('24681357') && !file.includes('carriers-own-secret'))
    const part = parse(file) as Document
    const yaml = stringify({ dialplane: 1, conferences: part['conferences'], trunks: part['trunks'] })
    const { notes } = await plan(other, yaml)
    assert.equal(notes.length, 2)
    await apply(other, yaml)
    const rooms = await other.api.get<{ number: string; enabled: boolean }[]>('/conferences')
    assert.equal(rooms.find(({ number }) => number === '601')?.enabled, false)
    assert.equal((await other.api.get<{ name: string; enabled: boolean }[]>('/trunks')).find(({ name }) => name === 'Paid')?.enabled, false)
    // Nor is it opened by the same file once more.
    assert.deepEqual((await plan(other, yaml)).changes, [])
  })

  test('leaves what is still used, and says so', async () => {
    const file = parse(await exported(one)) as Document
    const { kept, removed } = await apply(one, stringify({ dialplane: 1, conferences: file['conferences']!.filter(({ number }) => number === '600'), extensions: file['extensions']!.filter(({ number }) => number !== '200') }), true)
    assert.equal(removed, 1)
    assert.deepEqual(kept.map(({ section, key }) => [section, key]), [['extensions', '200']])
    assert.match(kept[0]?.message ?? '', /member of|forwarded to/)
  })

  test('is nobody’s who may not change its parts', async () => {
    const { token } = await one.api.post<{ token: string }>('/tokens', { name: 'half', permissions: ['configuration.read', 'configuration.write', 'extensions.read'] })
    const program = new ApiClient(one.dialplane.api.url)
    program.bearer = token
    const ask = async (method: string, path: string, body?: unknown): Promise<string> => (await program.send(method, path, body)).body.toString()
    const file = await ask('GET', '/configuration/export.yaml')
    assert.ok(file.includes('extensions:') && !file.includes('trunks:') && !file.includes('sip.carrier.invalid'))
    assert.match(await ask('POST', '/configuration/apply', { yaml: 'dialplane: 1\nextensions: [{number: "201", name: Mine}]' }), /needs the permission extensions\.write/)
    assert.match(await ask('POST', '/configuration/apply', { yaml: 'dialplane: 1\ntrunks: []' }), /needs the permission trunks\.read/)
  })

  test('is written, compared and carried out by a command with a token, by whoever has no browser', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dialplane-configuration-'))
    const path = join(folder, 'dialplane.yaml')
    const { token } = await one.api.post<{ token: string }>('/tokens', { name: 'pipeline', permissions: ['configuration.read', 'configuration.write', 'extensions.read', 'extensions.write', 'conferences.read', 'conferences.write'] })
    const run = async (args: string[], { input = '', secret = token, url = one.dialplane.api.url } = {}): Promise<{ code: number; out: string; err: string }> => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'main.ts', ...args], { cwd: top, env: { PATH: process.env['PATH'], DIALPLANE_HOME: folder, CONFIGURATION_TOKEN: secret, CONFIGURATION_URL: url } })
      child.stdin.end(input)
      const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close') as Promise<[number]>])
      return { code, out, err }
    }
    try {
      assert.match((await run(['--export-configuration', path])).out, /dialplane\.yaml: \d+ characters/)
      assert.deepEqual(await run(['--plan-configuration', path]), { code: 0, out: 'Nothing to change.\n', err: '' })
      const wanted = 'dialplane: 1\nextensions: [{number: "377", name: Command}]\n'
      const planned = await run(['--plan-configuration', '-'], { input: wanted })
      assert.deepEqual([planned.code, planned.out], [2, '+ extensions 377 (Command)\n'])
      assert.ok(!(await one.api.get<{ number: string }[]>('/extensions?limit=100')).some(({ number }) => number === '377'))
      const phones = join(folder, 'phones.csv')
      const applied = await run(['--apply-configuration', '-', '--credentials', phones], { input: wanted })
      assert.deepEqual(applied, { code: 0, out: `+ extensions 377 (Command)\n1 created, 0 changed, 0 removed.\nUser names and passwords of 1 new phone: ${phones}\n`, err: '' })
      assert.match(await readFile(phones, 'utf8'), /^number,name,username,password\r\n377,[^,]+,[^,]+,[^,]{12,}\r\n$/)
      assert.equal((await stat(phones)).mode & 0o777, 0o600)
      assert.ok((await one.api.get<{ number: string }[]>('/extensions?limit=100')).some(({ number }) => number === '377'))
      const renamed = await run(['--apply-configuration', '-'], { input: wanted.replace('Command', 'Renamed') })
      assert.match(renamed.out, /^~ extensions 377 \(.*\)\n {4}name: "Command" -> "Renamed"\n0 created, 1 changed/)
      // What goes wrong is told with its cure, and changes nothing.
      const wrong = await run(['--apply-configuration', '-'], { input: 'dialplane: 1\nextensions: [{number: "38x", name: Wrong}]\n' })
      assert.equal(wrong.code, 1)
      assert.match(wrong.err, /extensions 38x number: /)
      assert.match((await run(['--plan-configuration', path], { secret: '' })).err, /Set CONFIGURATION_TOKEN/)
      assert.match((await run(['--plan-configuration', path], { secret: 'dp_made-up' })).err, /token/i)
      assert.match((await run(['--plan-configuration', path], { url: 'http://127.0.0.1:9' })).err, /Nothing|does not answer at .* set CONFIGURATION_URL/)
      assert.match((await run(['--plan-configuration', join(folder, 'none.yaml')])).err, /none\.yaml cannot be read/)
      assert.match((await run(['--plan-configuration'])).err, /needs a file/)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
