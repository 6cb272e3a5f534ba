/** What became of calls: `cdr:attempt`, `cdr:start` and `cdr:stop`, as applications that ask for them hear it. */
import assert from 'node:assert/strict'
import { ack, ackFailure, established, invite, newCall, request, respond, SDP } from './call.ts'
import { field, token, WAIT_MS } from './peer.ts'
import { along, answers, dials, forwards, learned, refuses, rings, uriOf } from './proxied.ts'
import { behaves, routed, type Scene, type Srf, type SrfMessage } from './target.ts'

interface Told {
  /** `attempt network`, `start application uas`, … */
  what: string
  message: SrfMessage
}

/** Hears every event of one call, in the order told. `until` waits for the n-th. */
function listens(srf: Srf): { told: Told[]; until(count: number): Promise<string[]> } {
  const told: Told[] = []
  let wake: () => void = () => undefined
  const put = (what: string, message: SrfMessage): void => {
    told.push({ what, message })
    wake()
  }
  srf.on('cdr:attempt', (source: string, time: string, message: SrfMessage) => {
    assert.match(time, /^\d\d:\d\d:\d\d\.\d{6}$/)
    put(`attempt ${source}`, message)
  })
  for (const kind of ['start', 'stop']) srf.on(`cdr:${kind}`, (source: string, _time: string, detail: string, message: SrfMessage) => put(`${kind} ${source} ${detail}`, message))
  return {
    told,
    async until(count) {
      const late = AbortSignal.timeout(WAIT_MS)
      late.addEventListener('abort', () => wake())
      while (told.length < count && !late.aborted) await new Promise<void>((resolve) => (wake = resolve))
      const what = told.map((one) => one.what)
      assert.ok(told.length >= count, `told were only: ${what.join(', ')}`)
      return what
    },
  }
}

async function listening(scene: Scene, setUp: (srf: Srf) => void): Promise<ReturnType<typeof listens>> {
  let records: ReturnType<typeof listens> | undefined
  const srf = await scene.app((other) => {
    records = listens(other)
    setUp(other)
  })
  await routed(srf)
  return records as ReturnType<typeof listens>
}

behaves('cdr: a call that came in, was answered and ended by the caller', {}, async (scene) => {
  const records = await listening(scene, (srf) => srf.invite((req, res) => void srf.createUAS(req, res, { localSdp: SDP }).catch(() => undefined)))
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const answer = await phone.take('200')
  const { uri } = established(call, answer)
  phone.send(ack(phone, call, uri))
  phone.send(request(phone, call, 'BYE', { uri, cseq: 2, branch: `z9hG4bK${token()}` }))
  await phone.take('200 BYE')
  assert.deepEqual(await records.until(3), ['attempt network', 'start application uas', 'stop network normal-release'])
  const [attempt, start, stop] = records.told.map((one) => one.message)
  assert.equal(attempt?.method, 'INVITE')
  assert.equal(attempt?.get('Call-ID'), call.callId)
  assert.equal(start?.status, 200)
  assert.equal(start?.body, SDP)
  assert.equal(stop?.method, 'BYE')
})

behaves('cdr: a call that was refused, and one that was cancelled', {}, async (scene) => {
  const records = await listening(scene, (srf) => srf.invite((req, res) => (req.uri.includes('busy') ? res.send(486) : res.send(180))))
  const phone = await scene.udp()
  const busy = newCall()
  phone.send(invite(phone, busy, { uri: 'sip:busy@127.0.0.1' }))
  phone.send(ackFailure(phone, busy, await phone.take('486')))
  assert.deepEqual(await records.until(2), ['attempt network', 'stop application call-rejected'])
  assert.equal(records.told[1]?.message.status, 486)
  const call = newCall()
  phone.send(invite(phone, call))
  await phone.take('180')
  phone.send(request(phone, call, 'CANCEL'))
  phone.send(ackFailure(phone, call, await phone.take('487')))
  assert.deepEqual((await records.until(4)).slice(2), ['attempt network', 'stop network call-canceled'])
  // The real server tells the INVITE once more.
  if (scene.target.engine) assert.equal(records.told[3]?.message.method, 'CANCEL')
})

behaves('cdr: an INVITE that no application takes', {}, async (scene) => {
  const records = await listening(scene, () => undefined)
  const phone = await scene.udp()
  phone.send(invite(phone, newCall()))
  await phone.take('503')
  assert.deepEqual(await records.until(2), ['attempt network', 'stop application call-rejected'])
})

behaves('cdr: calls that go out: answered and ended by the application, refused, cancelled', {}, async (scene) => {
  let app: Srf | undefined
  const records = await listening(scene, (srf) => (app = srf))
  const srf = app as Srf
  // One each: an INVITE that came twice is not taken for the next call's.
  const [phone, busy, leaving] = await Promise.all([scene.udp(), scene.udp(), scene.udp()])
  const answered = srf.createUAC(uriOf(phone), { localSdp: SDP })
  const arrived = await rings(phone, 'p')
  answers(phone, arrived, 'p')
  await phone.take('ACK')
  const dialog = await answered
  const over = dialog.destroy()
  phone.send(respond(phone, await phone.take('BYE'), 200, 'OK'))
  await over
  assert.deepEqual(await records.until(3), ['attempt application', 'start network uac', 'stop application normal-release'])
  const refused = srf.createUAC(uriOf(busy), { localSdp: SDP })
  // It may be told before the phone has heard the ACK, and nobody waits for it until then.
  refused.catch(() => undefined)
  await refuses(busy, await busy.take('INVITE'), 404, 'Not Found', 'n')
  await assert.rejects(refused)
  assert.deepEqual((await records.until(5)).slice(3), ['attempt application', 'stop network call-rejected'])
  let give: (req: SrfMessage) => void = () => undefined
  const sent = new Promise<SrfMessage>((resolve) => (give = resolve))
  const cancelled = srf.createUAC(uriOf(leaving), { localSdp: SDP }, { cbRequest: (_error: unknown, req: SrfMessage) => give(req) })
  cancelled.catch(() => undefined)
  const ringing = await rings(leaving, 'r')
  ;(await sent).cancel()
  leaving.send(respond(leaving, await leaving.take('CANCEL'), 200, 'OK', { tag: 'r' }))
  await refuses(leaving, ringing, 487, 'Request Terminated', 'r')
  await assert.rejects(cancelled)
  assert.deepEqual((await records.until(7)).slice(5), ['attempt application', 'stop network call-canceled'])
})

behaves('cdr: a call that is forwarded, from both sides', {}, async (scene) => {
  const [phone, caller] = [await scene.udp(), await scene.udp()]
  const records = listens((await forwards(scene, uriOf(phone), { remainInDialog: true })).srf)
  const srf = await scene.app()
  await routed(srf)
  const call = dials(scene, caller)
  const arrived = await rings(phone, 'p')
  answers(phone, arrived, 'p')
  const at = learned(call, await caller.take('200'))
  caller.send(along(caller, call, 'ACK', at).text)
  await phone.take('ACK')
  caller.send(along(caller, call, 'BYE', at, { cseq: 2 }).text)
  phone.send(respond(phone, await phone.take('BYE'), 200, 'OK'))
  await caller.take('200 BYE')
  assert.deepEqual((await records.until(6)).toSorted(), [
    'attempt application', 'attempt network', 'start application proxy-uas', 'start network proxy-uac', 'stop application normal-release', 'stop network normal-release',
  ])
  const refusal = dials(scene, caller)
  await refuses(phone, await phone.take('INVITE'), 486, 'Busy Here', 'b')
  caller.send(ackFailure(caller, refusal, await caller.take('486')))
  assert.deepEqual((await records.until(10)).slice(6).toSorted(), ['attempt application', 'attempt network', 'stop application call-rejected', 'stop network call-rejected'])
})

behaves('cdr: no ACK came', { timing: { t1: 10, t2: 40 }, embeddedOnly: 'its timers cannot be shortened' }, async (scene) => {
  const records = await listening(scene, (srf) => srf.invite((req, res) => void srf.createUAS(req, res, { localSdp: SDP }).catch(() => undefined)))
  const phone = await scene.udp()
  phone.send(invite(phone, newCall()))
  phone.send(respond(phone, await phone.take('BYE'), 200, 'OK'))
  assert.deepEqual(await records.until(3), ['attempt network', 'start application uas', 'stop application system-initiated-termination'])
})

behaves('cdr: several applications that ask hear an event each, in turn', { embeddedOnly: 'the real server skips in its turn' }, async (scene) => {
  const first = await listening(scene, (srf) => srf.invite((_req, res) => res.send(486)))
  const second = await listening(scene, () => undefined)
  const phone = await scene.udp()
  for (let i = 0; i < 2; i++) {
    const call = newCall()
    phone.send(invite(phone, call))
    const refusal = await phone.take(new RegExp(`^SIP/2.0 486[^]*${call.callId}`))
    phone.send(ackFailure(phone, call, refusal))
    assert.equal(field(refusal.text, 'Call-ID'), call.callId)
  }
  await Promise.all([first.until(2), second.until(2)])
  assert.deepEqual([...first.told, ...second.told].map((one) => one.what.split(' ')[0]).toSorted(), ['attempt', 'attempt', 'stop', 'stop'])
})

behaves('cdr: an early re-INVITE or OPTIONS is no event', {}, async (scene) => {
  const records = await listening(scene, (srf) => {
    srf.options((_req, res) => res.send(200))
    srf.invite((req, res) => void srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => dialog.on('modify', (_req: SrfMessage, reply: { send(status: number, options: object): void }) => reply.send(200, { body: SDP }))))
  })
  const phone = await scene.udp()
  const call = newCall()
  phone.send(invite(phone, call))
  const { uri } = established(call, await phone.take('200'))
  phone.send(ack(phone, call, uri))
  const again = { ...call, cseq: 2, branch: `z9hG4bK${token()}` }
  phone.send(invite(phone, again, { uri }))
  await phone.take(/^SIP\/2\.0 200[^]*CSeq: 2 INVITE/)
  phone.send(ack(phone, again, uri))
  phone.send(request(phone, newCall(), 'OPTIONS'))
  await phone.take('200 OPTIONS')
  phone.send(request(phone, call, 'BYE', { uri, cseq: 3, branch: `z9hG4bK${token()}` }))
  await phone.take('200 BYE')
  assert.deepEqual(await records.until(3), ['attempt network', 'start application uas', 'stop network normal-release'])
})
