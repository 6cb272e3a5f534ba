/**
 * What the history keeps of a call: twenty ends, each with the record that it must leave. A record in one line:
 * who called whom, result, reason, by whom, SIP status; then each leg with its number, whether it was answered, and its status.
 */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { CallView, EventOf } from '../../pbx/events/catalogue.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Phone } from '../support/phone.ts'
import { talk } from '../support/talk.ts'

interface Scene {
  a: Phone
  b: Phone
  c: Phone
}

const scenes: [name: string, play: (scene: Scene) => Promise<void>, records: string[]][] = [
  ['the caller hangs up', async ({ a, b }) => {
    await (await talk(a, b, '702')).out.bye()
  }, ['701→702 answered hung-up caller - | caller 701 answered 200 | callee 702 answered 200']],
  ['the called one hangs up', async ({ a, b }) => {
    await (await talk(a, b, '702')).in.bye()
  }, ['701→702 answered hung-up callee - | caller 701 answered 200 | callee 702 answered 200']],
  ['the called phone is busy', async ({ a, b }) => {
    const call = await a.invite('702')
    ;(await b.nextCall({ from: b.incoming.mark() })).reject(486)
    await call.ended()
  }, ['701→702 busy busy callee 486 | caller 701 - 486 | callee 702 - 486']],
  ['the called one declines', async ({ a, b }) => {
    const call = await a.invite('702')
    ;(await b.nextCall({ from: b.incoming.mark() })).reject(603)
    await call.ended()
  }, ['701→702 refused declined callee 603 | caller 701 - 603 | callee 702 - 603']],
  ['nobody answers', async ({ a, b }) => {
    const call = await a.invite('702')
    ;(await b.nextCall({ from: b.incoming.mark() })).ring()
    await call.ended()
  }, ['701→702 missed no-answer system - | caller 701 - 480 | callee 702 - 487']],
  ['the caller gives up', async ({ a, b }) => {
    const call = await a.invite('702')
    ;(await b.nextCall({ from: b.incoming.mark() })).ring()
    await call.status(180)
    await call.cancel()
    await call.ended()
  }, ['701→702 cancelled caller-cancelled caller 487 | caller 701 - 487 | callee 702 - 487']],
  ['no such number', async ({ a }) => {
    await (await a.invite('799')).ended()
  }, ['701→799 failed unknown-number system - | caller 701 - 404']],
  ['no phone is registered', async ({ a }) => {
    await (await a.invite('704')).ended()
  }, ['701→704 missed not-registered system - | caller 701 - 480']],
  ['the extension is switched off', async ({ a }) => {
    await (await a.invite('705')).ended()
  }, ['701→705 refused extension-disabled system - | caller 701 - 480']],
  ['do not disturb', async ({ a }) => {
    await (await a.invite('706')).ended()
  }, ['701→706 busy do-not-disturb system - | caller 701 - 486']],
  ['the phones share no encoding', async ({ a, b }) => {
    const call = await a.invite('702')
    ;(await b.nextCall({ from: b.incoming.mark() })).reject(488)
    await call.ended()
  }, ['701→702 failed callee-media callee 488 | caller 701 - 488 | callee 702 - 488']],
  ['the phone calls itself', async ({ a }) => {
    await (await a.invite('701')).ended()
  }, ['701→701 busy called-itself system - | caller 701 - 486']],
  ['forwarded, and answered there', async ({ a, b }) => {
    const mark = b.incoming.mark()
    const call = await a.invite('707')
    await (await b.nextCall({ from: mark })).answer()
    await call.answered()
    await call.bye()
  }, ['701→707 answered hung-up caller - | caller 701 answered 200 | callee 702 answered 200']],
  ['busy, forwarded, and answered there', async ({ a, b, c }) => {
    const [atC, atB] = [c.incoming.mark(), b.incoming.mark()]
    const call = await a.invite('703')
    ;(await c.nextCall({ from: atC })).reject(486)
    await (await b.nextCall({ from: atB })).answer()
    await call.answered()
    await call.bye()
  }, ['701→703 answered hung-up caller - | caller 701 answered 200 | callee 703 - 486 | callee 702 answered 200']],
  ['forwarded to one who does not want to be disturbed', async ({ a }) => {
    await (await a.invite('708')).ended()
  }, ['701→708 busy do-not-disturb system - | caller 701 - 486']],
  ['a ring group, one of two answers', async ({ a, b, c }) => {
    const [atB, atC] = [b.incoming.mark(), c.incoming.mark()]
    const call = await a.invite('750')
    const [one, other] = await Promise.all([b.nextCall({ from: atB }), c.nextCall({ from: atC })])
    one.ring()
    other.ring()
    await one.answer()
    await call.answered()
    await other.ended()
    await call.bye()
  }, ['701→750 answered hung-up caller - | caller 701 answered 200 | callee 702 answered 200 | callee 703 - 487']],
  ['transferred without asking', async ({ a, b, c }) => {
    const mark = c.incoming.mark()
    const ab = await talk(a, b, '702')
    await ab.out.refer('<sip:703@127.0.0.1>')
    await (await c.nextCall({ from: mark })).answer()
    await ab.out.ended()
    await ab.in.bye()
  }, [
    '701→702 answered transferred caller - | caller 701 answered 200 | callee 702 answered 200',
    '702→703 answered hung-up caller - | caller 702 answered 200 | callee 703 answered 200',
  ]],
  ['transferred after asking', async ({ a, b, c }) => {
    const ab = await talk(a, b, '702')
    await ab.out.hold('sendonly')
    const ac = await talk(a, c, '703')
    await ab.out.refer(`<sip:703@127.0.0.1?Replaces=${encodeURIComponent(ac.out.name)}>`)
    await Promise.all([ab.out.ended(), ac.out.ended()])
    await ab.in.bye()
    await ac.in.ended()
  }, [
    '701→702 answered transferred caller - | caller 701 answered 200 | callee 702 answered 200',
    '701→703 answered transferred caller - | caller 701 answered 200 | callee 703 answered 200',
    '702→703 answered hung-up caller - | caller 702 answered 200 | callee 703 answered 200',
  ]],
  ['an administrator ends it', async ({ a, b }) => {
    const { out } = await talk(a, b, '702')
    const [live] = await house.liveCalls()
    await house.api.ask('POST', `/calls/${live?.id}/hang-up`)
    await out.ended()
  }, ['701→702 answered administrator system - | caller 701 answered 200 | callee 702 answered 200']],
  ['a feature code', async ({ c }) => {
    const call = await c.invite('*79')
    await call.ended()
  }, ['703→*79 answered feature-done system - | caller 703 answered 200']],
]

let house: House

function lineOf(call: CallView): string {
  const { from, to, termination: end, legs } = call
  const told = [`${from.number}→${to.number} ${end?.result} ${end?.reason} ${end?.by} ${end?.sipStatus ?? '-'}`]
  return told.concat(legs.map((leg) => `${leg.role} ${leg.number} ${leg.answeredAt === null ? '-' : 'answered'} ${leg.sipStatus ?? '-'}`)).join(' | ')
}

/** Times of one clock, in order; a leg within its call; a sentence, and a reason for every step. */
function check(call: CallView): void {
  const end = call.endedAt ?? NaN
  assert.ok(call.startedAt <= (call.answeredAt ?? end) && (call.answeredAt ?? call.startedAt) <= end, lineOf(call))
  assert.equal(call.answeredAt !== null, call.termination?.result === 'answered', lineOf(call))
  for (const leg of call.legs) {
    // One that came from another call of the chain was there before this one.
    const since = call.rootId === call.id ? [call.startedAt] : []
    const times = [...since, leg.startedAt, leg.ringingAt, leg.answeredAt, leg.endedAt, end].filter((time) => time !== null)
    assert.deepEqual(times, times.toSorted((x, y) => x - y), `${lineOf(call)}: ${leg.role} ${leg.number}`)
    assert.notEqual(leg.endedAt, null)
  }
  assert.match(call.termination?.explanation ?? '', /\w.*\.$/)
  for (const step of call.plan.steps) assert.match(step.reason, /\w/)
}

suite('call records', () => {
  let scene: Scene
  before(async () => {
    house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
    const phone = async (number: string): Promise<Phone> => house.registered(await house.extension(number, { ringSeconds: 5 }))
    scene = { a: await phone('701'), b: await phone('702'), c: await phone('703') }
    const others = Object.fromEntries(await Promise.all(['704', '705', '706', '707', '708'].map(async (number) => [number, (await house.extension(number)).extensionId])))
    const change = (number: string, wish: object): Promise<unknown> => house.api.ask('PATCH', `/extensions/${others[number]}`, wish)
    await change('705', { enabled: false })
    await change('706', { doNotDisturb: true })
    await change('707', { forwardAlways: '702' })
    await change('708', { forwardAlways: '706' })
    const c = (await house.api.get<{ id: string }[]>('/extensions?search=703'))[0]
    await house.api.ask('PATCH', `/extensions/${c?.id}`, { forwardBusy: '702' })
    const members = (await house.api.get<{ id: string; number: string }[]>('/extensions?search=70')).filter(({ number }) => number === '702' || number === '703')
    await house.api.post('/ring-groups', { number: '750', name: 'Sales', members: members.map(({ id }) => ({ extensionId: id, delaySeconds: 0 })) })
  })
  after(() => house?.close())

  for (const [name, play, records] of scenes) {
    test(name, async () => {
      const mark = house.events.mark()
      await play(scene)
      await house.idle()
      const ended = house.events.entries.slice(mark).filter((event): event is EventOf<'call.ended'> => event.type === 'call.ended').map((event) => event.data.call)
      const kept = await Promise.all(ended.map(({ id }) => house.api.get<CallView>(`/calls/${id}`)))
      const listed = await house.history('?limit=100')
      for (const { id } of ended) assert.ok(listed.some((one) => one.id === id), 'it is in the list')
      const calls = ended.toSorted((x, y) => x.startedAt - y.startedAt)
      calls.forEach(check)
      assert.deepEqual(calls.map(lineOf), records)
      assert.equal(new Set(calls.map(({ rootId }) => rootId)).size, 1, 'one chain')
      assert.equal(kept.length, calls.length)
    })
  }

  test('all of them are in the export, with ring and talk times', async () => {
    const answer = await house.api.send('GET', '/calls/export.csv?result=busy')
    assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8')
    const lines = answer.body.toString().replace(/\r\n$/, '').split('\r\n')
    assert.match(lines[0] ?? '', /^\uFEFFStarted,Answered,Ended,Direction,From,/)
    assert.equal(lines.length, 1 + scenes.flatMap(([, , records]) => records).filter((record) => / busy /.test(record)).length)
    assert.match(lines[1] ?? '', /^20[^,]*Z,,20[^,]*Z,internal,701,Extension 701,/)
    const [audit] = await house.api.get<{ action: string }[]>('/audit?action=call.export')
    assert.equal(audit?.action, 'call.export')
  })
})
