/**
 * Calls for help beside other calls: how long from the first INVITE of a phone, its 407 included, until the carrier has the call
 * with the place. Without mail, with a mail server that takes it, and with one that never says anything.
 * `node test/load/emergency.ts [other calls a second]` (60). The caller and the carrier are test phones in this process, which takes part of the time.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { startChildHouse } from '../support/child-house.ts'
import { startMailServer } from '../support/mail-server.ts'
import { openPhone } from '../support/phone.ts'
import { rtpRange } from '../support/ports.ts'
import { Generator } from './generator-process.ts'
import type { Phone } from './sip-text.ts'

const CALLS = 80
const EVERY_MS = 250
const PHONES = 40
const FIRST_NUMBER = 2000
const SECONDS = (CALLS * EVERY_MS) / 1000
/** The bench of calls warms up as long. */
const WARM_UP = 10
const rate = Number(process.argv[2] ?? 60)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const { first, last } = rtpRange(4_000)
const house = await startChildHouse({ env: { RTP_PORTS: `${first}-${last}`, REQUEST_RATE: '100000', REQUEST_BURST: '1000000' } })
const heard = new Map<string, number>()
const deaf: Socket[] = []
const blackHole = createServer((socket) => void deaf.push(socket))
const mails = await startMailServer()
const carrier = await openPhone({ server: house.sip, user: 'carrier', password: '' })
let generator: Generator | undefined
try {
  if (house.setupLink === undefined) throw new Error('the house offers no set-up')
  await house.api.setUp(house.setupLink)
  const phones: Phone[] = []
  for (let at = 0; at < PHONES; at += 1) phones.push(await house.extension(String(FIRST_NUMBER + at)))
  await new Promise<void>((resolve) => blackHole.listen(0, '127.0.0.1', resolve))
  await house.api.post('/trunks', { name: 'Carrier', host: '127.0.0.1', port: carrier.local.port, callerId: '+15550001000', emergency: true, sendLocation: true })
  const { id: siteId } = await house.api.post<{ id: string }>('/emergency/sites', { name: 'HQ', state: 'IL', city: 'Springfield', postalCode: '62701', street: 'Main Street', houseNumber: '12' })
  const { id: locationId } = await house.api.post<{ id: string }>('/emergency/locations', { siteId, name: 'Hall', floor: '1' })
  const caller = await house.registered(await house.extension('101'))
  generator = await Generator.open(house.sip, phones)

  for (const [name, port] of [['nobody told by mail', null], ['a mail server', mails.port], ['a mail server that never answers', (blackHole.address() as AddressInfo).port]] as const) {
    if (port !== null) await house.api.send('PUT', '/mail/settings', { host: '127.0.0.1', port, security: 'none', username: null, sender: 'phones@example.com', senderName: '' })
    await house.api.send('PATCH', '/emergency/settings', { locationId, mailTo: port === null ? [] : ['security@example.com'] })
    const measuring = Promise.withResolvers<void>()
    const load = generator.run({ kind: 'calls', rate, warmUp: WARM_UP, seconds: SECONDS, holdMs: 1_000 }, { begin: () => measuring.resolve() })
    await Promise.race([measuring.promise, load])
    const times: number[] = []
    for (let at = 0; at < CALLS; at += 1) {
      const pause = wait(EVERY_MS)
      const mark = carrier.incoming.mark()
      carrier.onCall = ({ callId }) => void heard.set(callId, performance.now())
      const began = performance.now()
      const call = await caller.invite('911')
      const there = await carrier.nextCall({ from: mark })
      if (!there.invite.body.includes('<ca:FLR>1<')) throw new Error('the place did not go along')
      times.push(heard.get(there.callId)! - began)
      there.reject(404)
      await call.ended()
      await pause
    }
    const { done, failed, lateMs } = await load
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share: number): string => `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)} ms`
    say(`${name}: p50 ${at(0.5)}, p99 ${at(0.99)} of ${CALLS} calls for help, beside ${rate} other calls a second (${done} done, ${failed} failed${lateMs > 100 ? `; ! the generator was late by ${lateMs.toFixed(0)} ms` : ''})`)
  }
} finally {
  await generator?.close()
  await carrier.close()
  await mails.close()
  for (const socket of deaf) socket.destroy()
  blackHole.close()
  await house.closePhones()
  await house.close()
}
