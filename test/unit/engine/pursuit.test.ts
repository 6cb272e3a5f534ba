/** From one target to the next (RFC 3263 §4.3), on a clock that moves when told. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Agent } from '../../../pbx/signalling/engine/agent/agent.ts'
import { Pursuit, type Sent } from '../../../pbx/signalling/engine/agent/pursuit.ts'
import { createTargetMemory } from '../../../pbx/signalling/engine/locate/memory.ts'
import { defaultLimits, defaultTiming } from '../../../pbx/signalling/engine/options.ts'
import { createTransactionLayer } from '../../../pbx/signalling/engine/transaction/layer.ts'
import type { Flow, SendListener } from '../../../pbx/signalling/engine/transport/flow.ts'
import { fakeTimers, read, responseText } from './fake.ts'

const flowTo = (port: number, transport: 'udp' | 'tcp' = 'udp'): Flow => ({ transport, address: '192.0.2.9', port, connection: undefined })

/** A pursuit over a wire that keeps what was sent, as `time port METHOD branch`. */
function chase(method: string, flows: Flow[], options: { faithful?: boolean; refused?: number[]; more?: () => Promise<Flow[]> } = {}) {
  const timers = fakeTimers()
  const start = timers.now()
  const sent: { at: number; port: number; method: string; branch: string; text: string }[] = []
  const told: string[] = []
  const transactions = createTransactionLayer({
    timers, timing: defaultTiming,
    locateSender: () => Promise.resolve([]),
    send(flow: Flow, text: string, listener: SendListener) {
      sent.push({ at: timers.now() - start, port: flow.port, method: text.split(' ', 1)[0] as string, branch: /branch=(\S+)/.exec(text)?.[1] ?? '', text })
      if (options.refused?.includes(flow.port)) listener.onSendError('refused')
    },
  }, () => undefined)
  const memory = createTargetMemory({ now: timers.now, penalty: 30_000, penaltyMax: 600_000, probe: 32_000, bound: 100 })
  const agent = { timers, transactions, memory, options: { timing: defaultTiming, limits: defaultLimits } } as unknown as Agent
  const write = (flow: Flow, branch: string): Sent => {
    const [via, from, to] = [`SIP/2.0/UDP 192.0.2.1;branch=${branch}`, '<sip:a@192.0.2.7>;tag=a', '<sip:b@192.0.2.1>']
    return { method, uri: 'sip:b@192.0.2.1', via, branch, routes: [], from, to, callId: 'c1', cseq: 1, text: `${method} sip:b@192.0.2.1 SIP/2.0\r\nVia: ${via}\r\nX-Port: ${flow.port}\r\n\r\n` }
  }
  const pursuit = new Pursuit(agent, { write, flows, name: 'sip:carrier.test', faithful: options.faithful ?? false, toTag: '', ...(options.more ? { more: options.more } : {}) }, {
    onResponse: (response, attempt) => told.push(`${response.status} from ${attempt.flow.port}`),
    onFailure: (status, reason) => told.push(`${status} ${reason}`),
    onLateAnswer: (response, attempt) => told.push(`late ${response.status} from ${attempt.flow.port}`),
    onMove: () => told.push('next'),
  })
  pursuit.start()
  const answer = (port: number, status: number, extra = '') => {
    const { branch } = sent.findLast((one) => one.port === port && one.method === method) ?? { branch: '' }
    const text = responseText(status, method, `t${port}`, branch)
    const response = read(extra === '' ? text : text.replace('Content-Length', `${extra}\r\nContent-Length`))
    transactions.findClient(response)?.receive(response)
  }
  const log = () => sent.map((one) => `${one.at} ${one.port} ${one.method}`)
  return { timers, sent, told, pursuit, answer, log, transactions, health: (port: number) => memory.health(flowTo(port)) }
}

test('a silent target is left after three sends and less than two seconds, with a new branch; the last one has the whole Timer B', () => {
  const { timers, sent, told, log } = chase('INVITE', [flowTo(1), flowTo(2)])
  timers.advance(1999)
  assert.deepEqual(log(), ['0 1 INVITE', '500 1 INVITE', '1500 1 INVITE', '1750 2 INVITE'])
  assert.equal(new Set(sent.map((one) => one.branch)).size, 2)
  timers.advance(1750 + 31_900 - 1999)
  assert.deepEqual(told, ['next'])
  timers.advance(200)
  assert.deepEqual(told, ['next', '408 Request Timeout: 192.0.2.9:1/udp said nothing; 192.0.2.9:2/udp said nothing'])
  timers.advance(64_000)
  assert.equal(timers.running, 0)
})

test('a lone target is waited for as ever', () => {
  const { timers, told, log } = chase('OPTIONS', [flowTo(1)])
  timers.advance(31_000)
  assert.equal(log().every((line) => line.includes(' 1 ')), true)
  assert.deepEqual(told, [])
  timers.advance(1001)
  assert.deepEqual(told, ['408 Request Timeout'])
})

test('503 and a refused connection lead on at once; the last 503 is passed up as it came', () => {
  const { told, answer, log } = chase('INVITE', [flowTo(1), flowTo(2, 'tcp'), flowTo(3)], { refused: [2] })
  answer(1, 503)
  assert.deepEqual(log(), ['0 1 INVITE', '0 1 ACK', '0 2 INVITE', '0 3 INVITE'])
  answer(3, 503)
  assert.deepEqual(told, ['next', 'next', '503 from 3'])
})

test('when nothing can be sent the application is told why, for each', () => {
  const { told, transactions } = chase('MESSAGE', [flowTo(1, 'tcp'), flowTo(2, 'tcp')], { refused: [1, 2] })
  assert.deepEqual(told, ['next', '503 Not sent: 192.0.2.9:1/tcp refused; 192.0.2.9:2/tcp refused'])
  assert.equal(transactions.counts.client, 0)
})

test('a target that said 100 keeps the call; other failures than 503 end the search', () => {
  const ringing = chase('INVITE', [flowTo(1), flowTo(2)])
  ringing.answer(1, 100)
  ringing.timers.advance(60_000)
  assert.deepEqual(ringing.told, ['100 from 1'])
  ringing.answer(1, 503)
  assert.deepEqual(ringing.told, ['100 from 1', 'next'], 'busy after all: the next')
  const busy = chase('INVITE', [flowTo(1), flowTo(2)])
  busy.answer(1, 486)
  assert.deepEqual(busy.told, ['486 from 1'])
  const trying = chase('OPTIONS', [flowTo(1), flowTo(2)])
  trying.answer(1, 100)
  trying.timers.advance(33_000)
  assert.equal(trying.told[1]?.slice(0, 3), '408', 'RFC 3263 §4.3: a target that answered provisionally has the request')
})

test('an abandoned INVITE that rings late is cancelled, one that answers late is told of once for all its repeats', () => {
  const { timers, told, answer, sent, log } = chase('INVITE', [flowTo(1), flowTo(2)])
  timers.advance(1800)
  answer(1, 180)
  assert.equal(log().at(-1), '1800 1 CANCEL')
  assert.equal(sent.at(-1)?.branch, sent[0]?.branch)
  answer(1, 183)
  assert.equal(log().filter((line) => line.includes('CANCEL')).length, 1)
  answer(2, 200)
  answer(1, 200)
  assert.deepEqual(told, ['next', '200 from 2', 'late 200 from 1'])
  timers.advance(70_000)
  assert.equal(timers.running, 0)
})

test('an abandoned INVITE that is refused late gets its ACK and nobody hears of it', () => {
  const { timers, told, answer, log } = chase('INVITE', [flowTo(1), flowTo(2)])
  timers.advance(1800)
  answer(1, 180)
  answer(1, 487)
  assert.equal(log().at(-1), '1800 1 ACK')
  assert.deepEqual(told, ['next'])
})

test('cancelled by the application: no further target; before any response it counts as cancelled when patience ends', () => {
  const silent = chase('INVITE', [flowTo(1), flowTo(2)])
  silent.pursuit.cancel([])
  silent.timers.advance(1750)
  assert.deepEqual(silent.told, ['487 Request Terminated'])
  silent.answer(1, 180)
  assert.equal(silent.log().at(-1), '1750 1 CANCEL')
  const busy = chase('INVITE', [flowTo(1), flowTo(2)])
  busy.pursuit.cancel([])
  busy.answer(1, 503)
  assert.deepEqual(busy.told, ['503 from 1'])
  const ringing = chase('INVITE', [flowTo(1), flowTo(2)])
  ringing.answer(1, 180)
  ringing.pursuit.cancel([])
  ringing.timers.advance(32_001)
  assert.deepEqual(ringing.told, ['180 from 1', '487 Request Terminated'])
  assert.equal(ringing.transactions.counts.client, 0)
})

test('within a dialog a slow or busy target is not left, a dead one is', () => {
  const slow = chase('BYE', [flowTo(1), flowTo(2)], { faithful: true })
  slow.timers.advance(10_000)
  slow.answer(1, 503)
  assert.deepEqual(slow.told, ['503 from 1'])
  const dead = chase('BYE', [flowTo(1), flowTo(2)], { faithful: true, refused: [1] })
  assert.deepEqual(dead.log(), ['0 1 BYE', '0 2 BYE'])
})

test('within a dialog further targets are looked for only when the known one is dead, and each is tried once', async () => {
  let asked = 0
  const more = () => Promise.resolve((asked++, [flowTo(1), flowTo(2)]))
  const fine = chase('BYE', [flowTo(1)], { faithful: true, more })
  fine.answer(1, 200)
  assert.equal(asked, 0)
  const dead = chase('BYE', [flowTo(1)], { faithful: true, refused: [1, 2], more })
  await Promise.resolve()
  assert.deepEqual(dead.log(), ['0 1 BYE', '0 2 BYE'])
  assert.deepEqual(dead.told, ['next', '503 Not sent: 192.0.2.9:1/udp refused; 192.0.2.9:2/udp refused'])
  const dropped = chase('BYE', [flowTo(1)], { faithful: true, refused: [1], more })
  dropped.pursuit.drop()
  await Promise.resolve()
  assert.deepEqual(dropped.log(), ['0 1 BYE'])
  assert.deepEqual(dropped.told, [])
})

test('what failed is remembered, what answered is well again, Retry-After is kept to', () => {
  const first = chase('INVITE', [flowTo(1), flowTo(2)])
  first.timers.advance(1750)
  assert.deepEqual([first.health(1).state, first.health(1).cause, first.health(2).state], ['dead', 'said nothing', 'well'])
  first.answer(2, 503)
  assert.equal(first.health(2).cause, 'answered 503')
  first.timers.advance(30_001)
  assert.equal(first.health(1).state, 'half-open')
  const busy = chase('OPTIONS', [flowTo(1), flowTo(2)])
  busy.answer(1, 503, 'Retry-After: 120 (maintenance)')
  assert.equal(busy.health(1).until - busy.timers.now(), 120_000)
  busy.answer(2, 404)
  assert.equal(busy.health(2).state, 'well')
})
