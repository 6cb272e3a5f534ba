/** What Prometheus gets of a whole house, and who gets it. */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { startHouse } from '../support/house.ts'

function get(url: string, token: string | undefined): Promise<{ status: number; type: string; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent: false, headers: token === undefined ? {} : { Authorization: `Bearer ${token}` } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', text }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('figures of calls, registrations, signalling, media, database and threads, for a token that holds the permission and nobody else', async () => {
  const house = await startHouse()
  try {
    const { alice, bob } = await house.pair('100', '101')
    const call = await alice.invite('101')
    const incoming = await bob.nextCall()
    incoming.ring()
    await incoming.answer()
    await call.answered()
    const url = `${house.dialplane.api.url}/metrics`
    const { token } = await house.api.post<{ token: string }>('/tokens', { name: 'Prometheus', permissions: ['metrics.read'] })
    const other = await house.api.post<{ token: string }>('/tokens', { name: 'Other', permissions: ['system.read', 'calls.read'] })
    assert.equal((await get(url, undefined)).status, 401)
    assert.equal((await get(url, other.token)).status, 403)
    const during = await get(url, token)
    assert.equal(during.status, 200)
    assert.match(during.type, /^text\/plain; version=0\.0\.4/)
    const value = (text: string, name: string): number => Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ')[1])
    assert.equal(value(during.text, 'dialplane_calls_active'), 1)
    assert.equal(value(during.text, 'dialplane_registrations'), 2)
    assert.equal((await call.bye()).status, 200)
    await house.idle()
    const { text } = await get(url, token)
    assert.equal(value(text, 'dialplane_calls_active'), 0)
    assert.equal(value(text, 'dialplane_calls_started_total'), 1)
    assert.equal(value(text, 'dialplane_calls_ended_total{result="answered"}'), 1)
    assert.equal(value(text, 'dialplane_talk_time_seconds_count'), 1)
    if (house.dialplane.signalling.status) {
      assert.equal(value(text, 'dialplane_sip_requests_total{method="REGISTER"}'), 4)
      assert.ok(value(text, 'dialplane_sip_responses_total{direction="out",method="REGISTER",class="2xx"}') === 2)
      assert.ok(value(text, 'dialplane_sip_responses_total{direction="in",method="INVITE",class="2xx"}') >= 1)
      assert.equal(value(text, 'dialplane_sip_overload'), 0)
      assert.equal(value(text, 'dialplane_sip_connections{transport="tcp"}'), 0)
      assert.ok(value(text, 'dialplane_event_loop_delay_seconds{thread="signalling",quantile="0.99"}') >= 0)
    }
    for (const name of ['dialplane_media_endpoints{worker="', 'dialplane_database_connections{state="free"}', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds', 'dialplane_event_loop_delay_seconds{thread="main"']) {
      assert.ok(text.includes(name), name)
    }
    // Nothing in it names a person, a number or an address.
    assert.doesNotMatch(text, /127\.0\.0\.1|"100"|"101"/)
    assert.doesNotMatch(during.text, /127\.0\.0\.1/)
  } finally {
    await house.close()
  }
})
