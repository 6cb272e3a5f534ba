/** Hostile traffic at the engine's gate: silence, limits, bars. The hostile side is 127.0.0.2, others are 127.0.0.1. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { GateReport, GateRules } from '../../../pbx/signalling/engine/gate/orders.ts'
import { ack, established, invite, newCall, request, SDP } from './call.ts'
import { field, token, type Peer } from './peer.ts'
import { behaves, type Scene } from './target.ts'

const embeddedOnly = 'the real server has no such gate for applications'
const HOSTILE = '127.0.0.2'
const LATER = Date.now() + 3_600_000

function rule(scene: Scene, rules: Partial<GateRules> = {}): void {
  scene.target.engine?.gate.obey({ do: 'rules', rules: { scanners: ['friendly-scanner'], domains: undefined, burst: 1000, perSecond: 1000, exempt: [], overloadMs: 0, always: [], ...rules } })
}

function bar(scene: Scene): void {
  scene.target.engine?.gate.obey({ do: 'bar', bars: [{ network: HOSTILE, until: LATER }] })
}

/** An application that answers OPTIONS and challenges INVITE. */
function house(scene: Scene) {
  return scene.app((srf) => {
    srf.options((_req, res) => res.send(200))
    srf.invite((_req, res) => res.send(407, { headers: { 'Proxy-Authenticate': 'Digest realm="house", nonce="abc", algorithm=MD5, qop="auth"' } }))
  })
}

const options = (peer: Peer, headers: string[] = [], uri = 'sip:127.0.0.1') => request(peer, newCall(), 'OPTIONS', { headers, uri })

/** The first report that fits. Orders and messages reach the engine by different ways, so tests wait for what it tells. */
function reported(scene: Scene, fits: (report: GateReport) => boolean): Promise<GateReport> {
  return new Promise((resolve) => {
    const stop = scene.target.engine?.gate.onReport((report) => {
      if (!fits(report)) return
      stop?.()
      resolve(report)
    })
  })
}

/** Sends until the gate says that it barred one: the order has arrived then. */
async function barredNow(scene: Scene): Promise<void> {
  const knocking = await scene.udp(HOSTILE)
  const told = reported(scene, ({ hits }) => hits.some(([network]) => network === HOSTILE))
  const timer = setInterval(() => knocking.send(options(knocking)), 20)
  await told
  clearInterval(timer)
}

/** The rules have arrived: a scanner is reported, and gets nothing. */
async function ruledNow(scene: Scene): Promise<void> {
  const scanner = await scene.udp('127.0.0.3')
  const told = reported(scene, ({ offences }) => offences.some(({ cause }) => cause === 'scanner'))
  const timer = setInterval(() => scanner.send(options(scanner, ['User-Agent: friendly-scanner'])), 20)
  await told
  clearInterval(timer)
}

behaves('a scanner and a domain of nobody get no answer, not even to the first packet; what else comes from there does', { embeddedOnly }, async (scene) => {
  await house(scene)
  rule(scene, { domains: ['pbx.example'] })
  await ruledNow(scene)
  for (const peer of [await scene.udp(HOSTILE), await scene.tcp(HOSTILE)]) {
    peer.send(options(peer, ['User-Agent: friendly-scanner']))
    peer.send(request(peer, newCall(), 'REGISTER', { uri: 'sip:elsewhere.example' }))
    peer.send(invite(peer, newCall(), { uri: 'sip:100@elsewhere.example' }))
    peer.send(options(peer, [], 'sip:pbx.example'))
    await peer.take('200')
    assert.equal(peer.count(/^SIP/), 1)
  }
})

behaves('beyond its rate an address gets no answer; its established call goes on; others are served', { embeddedOnly }, async (scene) => {
  const srf = await scene.app((other) => other.options((_req, res) => res.send(200)))
  let answered = Promise.resolve()
  srf.invite((req, res) => {
    answered = srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => void once(dialog, 'destroy'))
  })
  const caller = await scene.udp(HOSTILE)
  const call = newCall()
  caller.send(invite(caller, call))
  const answer = await caller.take('200 INVITE')
  const { uri } = established(call, answer)
  caller.send(ack(caller, call, uri))
  await answered
  const since = performance.now()
  rule(scene, { burst: 20, perSecond: 1 })
  await ruledNow(scene)
  const flooding = await scene.udp(HOSTILE)
  const isFlood = ({ cause, network }: GateReport['offences'][number]): boolean => cause === 'flood' && network === HOSTILE
  const told = reported(scene, ({ offences }) => offences.some(isFlood))
  for (let i = 0; i < 40; i++) flooding.send(options(flooding))
  const { offences } = await told
  // The scanner's last packet may be in the same report.
  assert.equal(offences.find(isFlood)?.detail, 'more than 1 requests a second')
  const other = await scene.udp()
  other.send(options(other))
  await other.take('200')
  const most = 21 + Math.floor((performance.now() - since) / 1000)
  assert.ok(flooding.count('200') <= most, `${flooding.count('200')} of 40 answered, and at most ${most} may be`)
  caller.send(request(caller, call, 'BYE', { uri, cseq: 2, branch: `z9hG4bK${token()}` }))
  await caller.take('200 BYE')
})

behaves('whoever is barred hears nothing any more, not even the repeats of what it was answered before', { embeddedOnly, timing: { t1: 40 } }, async (scene) => {
  await house(scene)
  rule(scene)
  await ruledNow(scene)
  const [hostile, other] = [await scene.udp(HOSTILE), await scene.udp()]
  for (const peer of [hostile, other]) {
    peer.send(invite(peer, newCall()))
    await peer.take('407')
  }
  bar(scene)
  await barredNow(scene)
  const heard = hostile.count('407')
  const before = other.count('407')
  // Both leave their 407 without ACK: it is repeated to the one, and not to the other.
  for (let repeats = before; repeats < before + 3; repeats++) await other.take('407')
  assert.ok(hostile.count('407') <= heard + 1)
})

behaves('a barred address gets no connection; one that is open is closed with the next message', { embeddedOnly }, async (scene) => {
  await house(scene)
  rule(scene)
  const open = await scene.tcp(HOSTILE)
  open.send(options(open))
  await open.take('200')
  bar(scene)
  await barredNow(scene)
  open.send(options(open))
  await open.closed
  assert.equal(open.count('200'), 1)
  const fresh = await scene.tcp(HOSTILE)
  await fresh.closed
  scene.target.engine?.gate.obey({ do: 'lift', networks: [HOSTILE] })
  const lifted = await scene.udp(HOSTILE)
  const timer = setInterval(() => lifted.send(options(lifted)), 20)
  await lifted.take('200')
  clearInterval(timer)
})

behaves('garbage is reported with what is wrong with it, keep-alives are not', { embeddedOnly }, async (scene) => {
  await house(scene)
  rule(scene)
  await ruledNow(scene)
  const hostile = await scene.udp(HOSTILE)
  const seen: GateReport['offences'] = []
  const stop = scene.target.engine?.gate.onReport(({ offences }) => seen.push(...offences))
  for (const text of ['\r\n\r\n', '\0', 'jaK', 'GET / HTTP/1.1\r\n\r\n', options(hostile).replace(/CSeq.*/, 'CSeq: x OPTIONS')]) hostile.send(text)
  await hostile.take('400')
  hostile.send(options(hostile, ['User-Agent: friendly-scanner']))
  await reported(scene, ({ offences }) => offences.some(({ cause, network }) => cause === 'scanner' && network === HOSTILE))
  stop?.()
  const garbage = seen.filter(({ cause, network }) => cause === 'garbage' && network === HOSTILE)
  assert.equal(garbage.reduce((sum, { count }) => sum + count, 0), 2)
  assert.equal(garbage[0]?.detail, 'no SIP')
})

behaves('when the application is late new calls and registrations get 503 with Retry-After; calls that go on, and calls for help, do not', { embeddedOnly }, async (scene) => {
  let answered = Promise.resolve()
  const srf = await scene.app((other) => other.register((_req, res) => res.send(200)))
  srf.invite((req, res) => {
    answered = srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => void once(dialog, 'destroy'))
  })
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const answer = await phone.take('200 INVITE')
  const { uri } = established(call, answer)
  phone.send(ack(phone, call, uri))
  await answered
  rule(scene, { overloadMs: 50, always: ['112'] })
  const late = setInterval(() => scene.target.engine?.gate.obey({ do: 'pulse', lateMs: 60 }), 5)
  scene.after(() => clearInterval(late))
  const asking = setInterval(() => phone.send(request(phone, newCall(), 'REGISTER', { uri: 'sip:127.0.0.1' })), 20)
  const refused = await phone.take('503 REGISTER')
  clearInterval(asking)
  const seconds = Number(field(refused.text, 'Retry-After'))
  assert.ok(seconds >= 5 && seconds <= 30, `${seconds}`)
  const calling = setInterval(() => phone.send(invite(phone, newCall())), 20)
  await phone.take('503 INVITE')
  clearInterval(calling)
  const before = phone.count(/^SIP\/2\.0 503[^]*sip:112@/)
  for (let i = 0; i < 10; i++) phone.send(invite(phone, newCall('112'), { uri: 'sip:112@127.0.0.1' }))
  phone.send(request(phone, call, 'BYE', { uri, cseq: 2, branch: `z9hG4bK${token()}` }))
  await phone.take('200 BYE')
  assert.equal(phone.count(/^SIP\/2\.0 503[^]*sip:112@/), before)
  assert.equal((await scene.target.engine?.status())?.load.refusing, true)
})
