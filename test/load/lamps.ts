/**
 * Lamps: how long after a phone rings those who watch it know. `node test/load/lamps.ts [watchers]` (100, then 1,000).
 * The watchers are test phones in the same process, which takes part of the time.
 */
import { startHouse } from '../support/house.ts'
import { headerOf, type Phone } from '../support/phone.ts'

const CALLS = 20
/** A phone takes so many subscriptions. */
const EACH = 50
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const wanted = process.argv[2] === undefined ? [100, 1_000] : [Number(process.argv[2])]
const house = await startHouse({ change: ({ registrar }) => void (registrar.qualifySeconds = 0) })
try {
  const [caller, called] = [await house.registered(await house.extension('101')), await house.registered(await house.extension('102'))]
  const watchers: Phone[] = []
  for (const count of wanted) {
    while (watchers.length * EACH < count) {
      const phone = await house.registered(await house.extension(String(1_000 + watchers.length)))
      for (let each = 0; each < EACH; each += 1) {
        const answer = await phone.subscribe('dialog', { expires: 3_600, uri: `sip:102@${house.sip.host}:${house.sip.port}` })
        if (answer.status !== 200) throw new Error(`SUBSCRIBE: ${answer.status} ${headerOf(answer, 'Warning') ?? ''}`)
      }
      watchers.push(phone)
    }
    const delays: number[] = []
    const cpu = process.cpuUsage()
    for (let round = 0; round < CALLS; round += 1) {
      const mark = called.incoming.mark()
      const call = await caller.invite('102')
      const ringing = await called.nextCall({ from: mark })
      const marks = watchers.map(({ received }) => received.mark())
      const began = performance.now()
      ringing.ring()
      await Promise.all(watchers.map(async ({ received }, at) => {
        let from = marks[at]!
        for (let each = 0; each < EACH; each += 1) {
          await received.until((message) => message.method === 'NOTIFY' && message.body.includes('<state>early'), 'a NOTIFY', { from, ms: 30_000 })
          from += 1
        }
        delays.push(performance.now() - began)
      }))
      ringing.reject(486)
      await call.ended()
      await house.idle()
    }
    const { user, system } = process.cpuUsage(cpu)
    const sorted = delays.toSorted((a, b) => a - b)
    const at = (share: number): string => `${(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0)} ms`
    say(`${count} watchers, ${CALLS} calls: all lamps of a phone blink after p50 ${at(0.5)}, p95 ${at(0.95)}, ${((user + system) / 1000 / (CALLS * count * 2)).toFixed(2)} ms CPU a NOTIFY, phones included`)
  }
} finally {
  await house.close()
}
