/** Presence documents as phones write them, well and ill; publications that come, change, end and are forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pidf } from '../../../pbx/presence/documents.ts'
import { readPidf } from '../../../pbx/presence/pidf-in.ts'
import { createPublications } from '../../../pbx/presence/publications.ts'
import type { IncomingRequest, ReplyOptions } from '../../../pbx/sip/types.ts'
import { DEVICE, directoryOf, EXTENSION, OTHER } from '../registrar/fakes.ts'

const document = (inner: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:p1="urn:ietf:params:xml:ns:pidf:data-model" xmlns:p2="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:a@b">${inner}</presence>\n`
const saying = (basic: string, note = '', activity = ''): string =>
  document(`<tuple id="t"><status><basic>${basic}</basic></status></tuple><p1:person id="p">${activity && `<p2:activities><p2:${activity}/></p2:activities>`}${note && `<p1:note>${note}</p1:note>`}</p1:person>`)

test('open, activities and the note are read whatever the prefixes; the rest is not', () => {
  assert.deepEqual(readPidf(saying('open', 'Back at 3 &amp; a half', 'meeting')), { open: true, activities: ['meeting'], note: 'Back at 3 & a half' })
  assert.deepEqual(readPidf(document('<!-- x --><tuple id="1"><status><basic> closed </basic></status></tuple><tuple id="2"><status><basic>open</basic></status><note>T</note></tuple>')), { open: true, activities: [], note: 'T' })
  assert.deepEqual(readPidf(document('<p1:person id="p"><p2:activities><p2:other/><evil:busy x=\'1\'/><p2:unheard-of/></p2:activities></p1:person>')), { open: undefined, activities: ['busy'], note: undefined })
  assert.deepEqual(readPidf('<presence/>'), { open: undefined, activities: [], note: undefined })
  assert.equal(readPidf(document(`<note>${'x'.repeat(500)}\r\n</note>`))?.note?.length, 200)
  assert.equal(readPidf(document('<note><![CDATA[a < b & c]]></note>'))?.note, 'a < b & c')
})

test('what is no presence document is none, and nothing expands', () => {
  const bomb = '<!DOCTYPE presence [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><presence><note>&b;</note></presence>'
  for (const wrong of ['', 'hello', '<presence>', '<presence></other>', '<other/>', '<presence/><presence/>', '<presence/>x', '<presence a=b></presence>', '<presence><note</presence>', bomb, `${'<a>'.repeat(50)}`, `<presence>${'<a>'.repeat(50)}${'</a>'.repeat(50)}</presence>`]) {
    assert.equal(readPidf(wrong), undefined, wrong.slice(0, 60))
  }
  assert.equal(readPidf(document('<note>&unknown; &#x110000;</note>'))?.note, '&unknown;')
  // Quadratic reading would not end.
  assert.equal(readPidf(`<presence>${'<'.repeat(16_000)}`), undefined)
  assert.equal(readPidf(`<presence ${'a="" '.repeat(3_000)}`), undefined)
})

test('what a user has written cannot break the document of watchers', () => {
  const told = pidf('101', 'example.com', { open: true, activities: ['meeting'], note: 'Available', said: '</dm:note><x>"' })
  assert.doesNotMatch(told, /<x>/)
  assert.match(told, /<rpid:activities><rpid:meeting\/><\/rpid:activities><dm:note>&#60;/)
})

function world() {
  const directory = directoryOf([EXTENSION], [DEVICE, OTHER])
  const publications = createPublications({ directory, settings: { registrar: { expiresMin: 60 } } })
  const news: string[] = []
  publications.onChange((extensionId) => news.push(extensionId))
  const publish = (device: typeof DEVICE, body: string, headers: Record<string, string> = {}, contentType = 'application/pidf+xml'): { status: number; tag: string; expires: string; headers: ReplyOptions['headers'] } => {
    let answer: { status: number; options: ReplyOptions } | undefined
    publications.publish({ body, contentType, header: (name: string) => headers[name.toLowerCase()], reply: (status: number, options: ReplyOptions = {}) => void (answer = { status, options }) } as unknown as IncomingRequest, device)
    assert.ok(answer)
    const { status, options: { headers: given = {} } } = answer
    return { status, tag: String(given['SIP-ETag'] ?? ''), expires: String(given['Expires'] ?? ''), headers: given }
  }
  return { directory, publications, publish, news, of: () => publications.of(EXTENSION.id) }
}

test('created, refreshed, changed and removed, each with another entity tag; an old tag is 412', () => {
  const { publish, of, news, publications } = world()
  const created = publish(DEVICE, saying('open', 'In', 'working'))
  assert.deepEqual([created.status, created.expires, created.tag.length > 8], [200, '3600', true])
  const refreshed = publish(DEVICE, '', { 'sip-if-match': created.tag, expires: '120' })
  assert.deepEqual([refreshed.status, refreshed.expires, refreshed.tag === created.tag], [200, '120', false])
  assert.deepEqual(of(), { open: true, activities: ['working'], note: 'In' })
  assert.equal(publish(DEVICE, saying('closed'), { 'sip-if-match': created.tag }).status, 412)
  // Another phone's tag is not its own.
  assert.equal(publish(OTHER, saying('closed'), { 'sip-if-match': refreshed.tag }).status, 412)
  const changed = publish(DEVICE, saying('closed', 'Gone'), { 'sip-if-match': refreshed.tag })
  assert.deepEqual(of(), { open: false, activities: [], note: 'Gone' })
  const removed = publish(DEVICE, '', { 'sip-if-match': changed.tag, expires: '0' })
  assert.deepEqual([removed.status, removed.expires, of(), publications.size], [200, '0', undefined, 0])
  assert.equal(publish(DEVICE, saying('open'), { expires: '0' }).status, 200)
  assert.equal(of(), undefined)
  assert.ok(news.length >= 4)
  publications.close()
})

test('several phones of one user: open with one that is, the newest word otherwise; a refresh is no word', () => {
  const { publish, of, publications } = world()
  const first = publish(DEVICE, saying('closed', 'At my desk'))
  publish(OTHER, saying('open', 'On the road', 'travel'))
  publish(DEVICE, '', { 'sip-if-match': first.tag })
  assert.deepEqual(of(), { open: true, activities: ['travel'], note: 'On the road' })
  publications.close()
})

test('what a phone published and forgot does not stand against its newest word', () => {
  const { publish, of, publications } = world()
  publish(DEVICE, saying('open'))
  publish(DEVICE, saying('closed'))
  assert.equal(of()?.open, false)
  publish(OTHER, saying('open'))
  publish(OTHER, saying('closed', '', 'away'))
  assert.deepEqual(of(), { open: false, activities: ['away'], note: undefined })
  publish(DEVICE, saying('open'))
  assert.equal(of()?.open, true)
  publications.close()
})

test('refused: no document, another kind, a malformed one, a time that is too short, two tags', () => {
  const { publish, publications } = world()
  assert.throws(() => publish(DEVICE, ''), { code: 'malformed' })
  assert.throws(() => publish(DEVICE, '<presence>'), { code: 'malformed' })
  assert.throws(() => publish(DEVICE, saying('open', 'x'.repeat(17_000))), { code: 'too-large' })
  assert.throws(() => publish(DEVICE, saying('open'), { expires: '5' }), { code: 'interval-too-brief' })
  assert.throws(() => publish(DEVICE, saying('open'), { 'sip-if-match': 'a, b' }), { code: 'malformed' })
  const kind = publish(DEVICE, 'x', {}, 'text/plain')
  assert.deepEqual([kind.status, kind.headers?.['Accept']], [415, 'application/pidf+xml'])
  assert.equal(publications.size, 0)
})

test('its time ends it, and so does the end of the device; what a phone forgot at its starts does not pile up', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { publish, of, directory, publications } = world()
  publish(DEVICE, saying('open', 'Short'), { expires: '60' })
  publish(OTHER, saying('open', 'Long'), { expires: '600' })
  t.mock.timers.tick(60_000)
  assert.equal(publications.size, 1)
  assert.equal(of()?.note, 'Long')
  for (let start = 0; start < 20; start += 1) publish(DEVICE, saying('open', `Start ${start}`))
  assert.deepEqual([publications.size, of()?.note], [9, 'Start 19'])
  directory.set([EXTENSION], [{ ...DEVICE, credentialsChangedAt: 2 }, OTHER])
  assert.deepEqual([publications.size, of()?.note], [1, 'Long'])
  directory.set([EXTENSION], [])
  assert.equal(of(), undefined)
  publications.close()
})
