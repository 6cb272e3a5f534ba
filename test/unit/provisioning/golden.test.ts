/** What each vendor's phones get, compared with files that were read by a person. `GOLDEN=write` writes them anew. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { PhoneFacts } from '../../../pbx/provisioning/facts.ts'
import { phoneBookOf } from '../../../pbx/provisioning/phone-book.ts'
import { modelOf, VENDORS, vendorOf } from '../../../pbx/provisioning/vendors.ts'
import { posixOf, zoneOf } from '../../../pbx/provisioning/zone.ts'

const FACTS: PhoneFacts = {
  name: 'Reception <1>', model: '', mac: '805ec0123456',
  lines: [
    { number: '101', name: 'Zoë & "Anna"', username: '101-ab2c', password: 'pass<word>&1', srtp: 'optional', voicemail: '*97' },
    { number: '102', name: 'Ben', username: '102-x9yz', password: 'secret-of-102', srtp: 'required', voicemail: '' },
  ],
  keys: [
    { type: 'line', value: '1', label: '101' }, { type: 'lamp', value: '103', label: 'Carl' }, { type: 'speed-dial', value: '+12025550123', label: 'Lawyer; "old"' },
    { type: 'park', value: '5901', label: 'Park 1' }, { type: 'empty', value: '', label: '' }, { type: 'line', value: '2', label: '102' },
  ],
  server: 'pbx.example.com', port: 5061, transport: 'tls', expires: 300, codecs: ['opus', 'G722', 'PCMU', 'PCMA'], ntp: 'pool.ntp.org', zone: zoneOf('Europe/Berlin', 2026), language: 'de',
  adminPassword: 'admin-secret', url: 'https://pbx.example.com/provision/LINK/', phoneBook: 'https://pbx.example.com/provision/LINK/phonebook.xml', pickUp: '**',
}
const MODELS: Readonly<Record<string, string>> = { yealink: 'T31P', grandstream: 'GRP2613', poly: 'VVX350', cisco: '8811', snom: 'D385', fanvil: 'X4U', linphone: 'app', acrobits: 'app' }
const PEOPLE = [{ name: 'Anna <Lee>', number: '101' }, { name: 'Ben', number: '102' }]

for (const { id } of VENDORS) {
  test(`${id} gets what its phones read`, async () => {
    const vendor = vendorOf(id)
    const model = vendor && modelOf(vendor, MODELS[id] ?? '')
    assert.ok(vendor && model, `${id} has no model ${MODELS[id]}`)
    const facts = { ...FACTS, model: model.id }
    const files = [...vendor.files(facts, model.lines, model.keys), ...(vendor.soft ? [] : [phoneBookOf(id, facts, PEOPLE)])]
    const text = files.map((file) => `==> ${file.name} (${file.type})\n${file.text}`).join('\n')
    const path = new URL(`golden/${id}.txt`, import.meta.url)
    if (process.env['GOLDEN'] === 'write') await writeFile(path, text)
    assert.equal(text, await readFile(path, 'utf8'))
    assert.equal(files.filter(({ settings }) => settings).every((file) => file.text.includes('101-ab2c')), true)
    for (const file of files) if (file.type.endsWith('xml')) assertWellFormed(file.text, file.name)
    // What it asks for first is what its address names.
    assert.equal(files[0]?.name, vendor.file.replace('{mac}', facts.mac))
  })
}

/** Every tag is closed in its turn, and every & and < is written as XML wants it. */
function assertWellFormed(text: string, name: string): void {
  const open: string[] = []
  for (const [, close, tag = '', self] of text.replace(/<\?.*?\?>/g, '').matchAll(/<(\/?)([A-Za-z_][\w.-]*)(?:\s+[\w.:-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) assert.equal(open.pop(), tag, `${name}: </${tag}>`)
    else if (!self) open.push(tag)
  }
  assert.deepEqual(open, [], name)
  const rest = text.replace(/<\?.*?\?>/g, '').replace(/<\/?[A-Za-z_][\w.-]*(?:\s+[\w.:-]+="[^"<]*")*\s*\/?>/g, '')
  assert.doesNotMatch(rest, /[<>]|&(?!(?:amp|lt|gt|quot);)/, name)
}

const zones: [name: string, posix: string][] = [
  ['Europe/Berlin', 'STD-1DST-2,M3.5.0/2,M10.5.0/3'],
  ['America/New_York', 'STD5DST4,M3.2.0/2,M11.1.0/2'],
  ['Australia/Sydney', 'STD-10DST-11,M10.1.0/2,M4.1.0/3'],
  ['Australia/Lord_Howe', 'STD-10:30DST-11,M10.1.0/2,M4.1.0/2'],
  ['Asia/Kolkata', 'STD-5:30'],
  ['America/St_Johns', 'STD3:30DST2:30,M3.2.0/2,M11.1.0/2'],
  ['UTC', 'STD0'],
]
for (const [name, posix] of zones) test(`${name} is ${posix}`, () => assert.equal(posixOf(zoneOf(name, 2026)), posix))

test('a value ends with its line, whatever was typed', () => {
  const vendor = vendorOf('yealink')!
  const [file] = vendor.files({ ...FACTS, lines: [{ ...FACTS.lines[0]!, name: 'Evil\naccount.1.password = mine\u2028x' }] }, 1, 0)
  assert.equal(file?.text.split('\n').filter((line) => line.startsWith('account.1.password')).length, 1)
})
