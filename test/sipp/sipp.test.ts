/** sipp, a SIP stack that is not ours, against the whole house. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { CallTrace } from '../../pbx/door.ts'
import { startChaos } from '../support/chaos.ts'
import { eventually } from '../support/eventually.ts'
import { startHouse, type House } from '../support/house.ts'
import type { Place } from '../support/phone.ts'
import type { Line } from '../support/desk.ts'
import { missing } from '../support/run/peers.ts'
import { runSipp, startSipp, type SippOptions, type SippResult } from '../support/sipp.ts'

suite('sipp', { skip: missing('sipp', 'sip-tester') }, () => {
  let house: House
  let caller: Line
  let callee: Line
  before(async () => {
    house = await startHouse({
      change({ registrar }) {
        // sipp takes an OPTIONS for the start of a call, so nobody is asked whether he is still there.
        registrar.qualifySeconds = 0
        // sipp reads the first challenge only, and knows MD5.
        registrar.digest = ['MD5', 'SHA-256']
      },
    })
    caller = await house.extension('100', { maxContacts: 50 })
    callee = await house.extension('101', { maxContacts: 50 })
  })
  after(() => house?.close())

  /** sipp fills its `[authentication]` in a field of the injection file only. */
  const row = (line: Pick<Line, 'user' | 'password'>): string[] => [line.user, `[authentication username=${line.user} password=${line.password}]`]
  const succeeded = (result: SippResult, calls: number): void => {
    assert.ok(result.ok && result.successful === calls && result.failed === 0, `${result.successful} of ${calls} ok, ${result.failed} failed: ${result.errors}`)
  }

  /** Registers the callee's extension at a sipp that plays `scenario`, alone. */
  async function waitingCallee(scenario: string, calls: number, transport: 'udp' | 'tcp' = 'udp') {
    for (const old of await house.registrations()) assert.equal((await house.api.send('DELETE', `/registrations/${old.id}`)).status, 200)
    const registration = await startSipp({ scenario: 'register', target: house.sip, transport, calls: 1, rows: [row(callee)] })
    succeeded(await registration.finished, 1)
    return startSipp({ scenario, target: house.sip, port: registration.port, transport, calls })
  }
  const calls = (options: Omit<SippOptions, 'target' | 'rows'> & { target?: Place }): Promise<SippResult> => runSipp({ target: house.sip, rows: [[...row(caller), '101']], ...options })

  for (const transport of ['udp', 'tcp'] as const) {
    test(`registers over ${transport}`, async () => {
      succeeded(await runSipp({ scenario: 'register', target: house.sip, transport, calls: 20, rows: [row(caller)] }), 20)
    })
  }

  test('a wrong password and an unknown user get the same answer', async () => {
    succeeded(await runSipp({ scenario: 'register-refused', target: house.sip, calls: 3, rows: [row({ user: caller.user, password: 'not-the-password' })] }), 3)
    succeeded(await runSipp({ scenario: 'register-refused', target: house.sip, calls: 3, rows: [row({ user: '999', password: 'whatever' })] }), 3)
  })

  test('20 calls are answered and hung up', async () => {
    const waiting = await waitingCallee('callee', 20)
    succeeded(await calls({ scenario: 'caller', calls: 20, rate: 10 }), 20)
    succeeded(await waiting.finished, 20)
    await house.idle()
  })

  test('callers insist on reliable answers, and called phones send their early sound so', async () => {
    const waiting = await waitingCallee('callee-prack', 5)
    succeeded(await calls({ scenario: 'caller-prack', calls: 5, rate: 5 }), 5)
    succeeded(await waiting.finished, 5)
    await house.idle()
  })

  test('the caller cancels', async () => {
    const waiting = await waitingCallee('callee-rings', 5)
    succeeded(await calls({ scenario: 'caller-cancels', calls: 5 }), 5)
    succeeded(await waiting.finished, 5)
    await house.idle()
  })

  test('a busy phone is busy for the caller', async () => {
    const waiting = await waitingCallee('callee-busy', 5)
    succeeded(await calls({ scenario: 'caller-refused', calls: 5, replace: { STATUS: 486 } }), 5)
    succeeded(await waiting.finished, 5)
    await house.idle()
  })

  test('when the network doubles every packet, every call still rings once', async (t) => {
    const chaos = startChaos({ server: house.sip, drop: 0, double: 1, reorder: 0, seed: 1 })
    t.after(() => chaos.close())
    const path = await chaos.path()
    const waiting = await waitingCallee('callee', 5)
    succeeded(await calls({ scenario: 'caller', target: path.entry, calls: 5, rate: 5 }), 5)
    succeeded(await waiting.finished, 5)
    assert.ok(chaos.figures.doubled >= 5 * 8, `${chaos.figures.doubled} packets were doubled`)
    await house.idle()
  })

  const untraced = process.env['DRACHTIO'] ? 'DRACHTIO is set: that server does not tell what it repeats' : false
  test('a 200 without ACK is sent again until the ACK comes', { skip: untraced }, async () => {
    const from = house.events.mark()
    const waiting = await waitingCallee('callee', 1)
    succeeded(await calls({ scenario: 'caller-slow-ack', calls: 1 }), 1)
    succeeded(await waiting.finished, 1)
    const { data } = await house.event('call.ended', undefined, { from })
    const messages = await eventually(async () => {
      const told = (await house.api.get<CallTrace>(`/calls/${data.call.id}/trace`)).messages
      return told.some((message) => message.method === 'BYE') && told
    }, 'the BYE in the trace')
    const repeats = messages.filter((message) => message.repeat && message.direction === 'out' && message.status === 200 && message.method === 'INVITE')
    // T1 is 0.5 s and doubles (RFC 3261 §13.3.1.4): the second and third 200 come before the ACK, which is 1.8 s late.
    assert.ok(repeats.length >= 1 && repeats.length <= 3, `${repeats.length} repeats of the 200`)
    await house.idle()
  })

  test('registrations come through when every fifth packet is lost', async (t) => {
    const chaos = startChaos({ server: house.sip, drop: 0.2, double: 0.05, reorder: 0.05, seed: 20 })
    t.after(() => chaos.close())
    const path = await chaos.path()
    const result = await runSipp({ scenario: 'register', target: path.entry, calls: 20, rate: 10, rows: [row(caller)], seconds: 90 })
    succeeded(result, 20)
    assert.ok(result.retransmissions > 0, 'something had to be sent again')
  })
})
