/** The list document: what a phone finds in it, and what cannot break it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createListTeller, listDocument, type Member } from '../../../pbx/presence/rlmi.ts'
import type { Subscription } from '../../../pbx/sip/types.ts'

const member = (id: string, document: string | undefined, name?: string): Member => ({ id, uri: `sip:${id}@example.com`, name, document })

test('the list first, then a part for each that is there, with lengths and ends as MIME wants them', () => {
  const { contentType, body } = listDocument({ uri: 'sip:blf@example.com', version: 3, full: true, contentType: 'application/dialog-info+xml' }, [member('102', '<d/>', 'A & "B"'), member('103', undefined)], 'b')
  assert.equal(contentType, 'multipart/related;type="application/rlmi+xml";start="<list@b>";boundary="b"')
  assert.equal(body, [
    '--b', 'Content-Transfer-Encoding: binary', 'Content-ID: <list@b>', 'Content-Type: application/rlmi+xml;charset="UTF-8"', '',
    '<?xml version="1.0" encoding="UTF-8"?>', '<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:blf@example.com" version="3" fullState="true">',
    '  <resource uri="sip:102@example.com"><name>A &#38; &#34;B&#34;</name><instance id="102" state="active" cid="0@b"/></resource>',
    '  <resource uri="sip:103@example.com"><instance id="103" state="terminated" reason="noresource"/></resource>', '</list>', '',
    '--b', 'Content-Transfer-Encoding: binary', 'Content-ID: <0@b>', 'Content-Type: application/dialog-info+xml', '', '<d/>', '--b--', '',
  ].join('\r\n'))
})

test('only what changed is told; versions count for the list and for each of it; nothing new is no news', () => {
  const told: string[] = []
  const subscription = { notify: (_: string, body: string) => void told.push(body), end: (reason: string, _: string, body: string) => void told.push(`${reason} ${body}`) } as unknown as Subscription
  let members = [member('1', 'a'), member('2', 'b')]
  const teller = createListTeller(subscription, { uri: 'sip:blf@x', contentType: 't/t' }, () => members, (document, version) => `${document}${version}`)
  teller.tell(true)
  teller.tell(false)
  members = [member('1', 'a'), member('2', 'c')]
  teller.tell(false)
  members = [member('2', 'c')]
  teller.tell(false)
  teller.end('timeout')
  assert.equal(told.length, 4)
  const facts = told.map((body) => [/ version="(\d)" fullState="(\w+)"/.exec(body)?.slice(1).join(), [...body.matchAll(/\r\n\r\n([abc]\d)\r\n/g)].map(([, document]) => document)])
  assert.deepEqual(facts, [['0,true', ['a0', 'b0']], ['1,false', ['c1']], ['2,true', ['c2']], ['3,true', ['c3']]])
})
