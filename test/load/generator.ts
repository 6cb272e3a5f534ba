/** The other end of the bench: a process of its own that plays every phone. Forked by generator-process.ts. */
import { once } from 'node:events'
import { answerCalls } from './callees.ts'
import { placeCall, type PlacedCall } from './caller.ts'
import { Line } from './line.ts'
import { keepPace, type Over } from './pace.ts'
import type { Plan, Report, Told } from './plan.ts'
import { register } from './register.ts'
import { TlsLine } from './tls-line.ts'

/** Nobody sends audio to it: signalling alone. */
const DISCARD_PORT = 9
/** How fast calls with media are set up, and phones registered that are to be called. */
const SET_UP_RATE = 20
const REGISTER_RATE = 100
/** The last BYE of a call goes to the other side a moment later than the caller's 200. */
const SETTLE_MS = 1_000

const told = (message: Told): void => void process.send?.(message)
const tell = (what: 'begin' | 'end'): void => told({ tell: what })

const [opening] = (await once(process, 'message')) as [Plan]
if (opening.kind !== 'open') throw new Error('the first plan opens')
const { house, phones, algorithm } = opening
const half = phones.length / 2
const line = await Line.open(house)
const audioPorts = new Map<string, number>()
const gone = new Set<string>()
const callees = answerCalls(line, (user) => audioPorts.get(user) ?? DISCARD_PORT, (callId) => gone.add(callId))
const secure: TlsLine[] = []
let connected: PlacedCall[] = []
let turn = 0

const repeats = (): number => line.repeats
const silent = (): void => {}

function registerAll(): Promise<Report> {
  let next = 0
  return keepPace({ rate: REGISTER_RATE, warmUp: 0, seconds: phones.length / REGISTER_RATE }, (over) => {
    register(line, phones[next++]!, algorithm, (result) => over(result.failure, {}))
  }, silent, repeats)
}

/** Hangs up and says when it is over; a call that the house has ended by itself has failed. */
function end(call: PlacedCall, over: Over): void {
  if (gone.delete(call.callId)) return over('ended by the house', {})
  call.hangUp((failure) => over(failure, { ...call.times }))
}

/** A leg that was never hung up is a failed call, however well its other side went. */
async function withLivingLegs(report: Report): Promise<Report> {
  const deadline = performance.now() + SETTLE_MS
  while (callees.living > 0 && performance.now() < deadline) await new Promise((resolve) => { setTimeout(resolve, 20) })
  const left = { 'called side never hung up': callees.living, ...Object.fromEntries(callees.failures) }
  callees.failures.clear()
  for (const [why, count] of Object.entries(left)) {
    if (count === 0) continue
    report.failed += count
    report.failures[why] = count
  }
  return report
}

async function carryOut(plan: Plan): Promise<Report> {
  switch (plan.kind) {
    case 'open':
      return plan.register ? registerAll() : keepPace({ rate: 1, warmUp: 0, seconds: 0 }, () => {}, silent, repeats)
    case 'registrations':
      return keepPace(plan, (over) => register(line, phones[turn++ % phones.length]!, plan.algorithm, ({ failure, ...times }) => over(failure, times)), tell, repeats)
    case 'calls': {
      const report = await keepPace(plan, (over) => {
        const pair = turn++ % half
        placeCall(line, house, phones[pair]!, phones[half + pair]!.number, DISCARD_PORT, algorithm, (outcome) => {
          if (typeof outcome === 'string') return over(outcome, {})
          setTimeout(end, plan.holdMs, outcome, over)
        })
      }, tell, repeats)
      return withLivingLegs(report)
    }
    case 'crowd': {
      const total = plan.phones.length * plan.each
      const seconds = total / plan.rate
      const began = performance.now()
      let next = 0
      let tookMs = NaN
      const [registrations, calls] = await Promise.all([
        keepPace({ rate: plan.rate, warmUp: 0, seconds }, (over) => {
          const at = next++
          const phone = plan.phones[Math.floor(at / plan.each)]!
          register(line, phone, 'SHA-256', ({ failure, ...times }) => {
            tookMs = performance.now() - began
            over(failure, times)
          }, `${phone.user}-${at % plan.each}`)
        }, silent, repeats),
        plan.calls === 0 ? undefined : carryOut({ kind: 'calls', rate: plan.calls, warmUp: 0, seconds, holdMs: 1_000 }),
      ])
      if (calls === undefined) return { ...registrations, tookMs }
      return {
        ...registrations, tookMs, calls: calls.done, failed: registrations.failed + calls.failed, failures: { ...registrations.failures, ...calls.failures },
        times: { ...calls.times, ...registrations.times },
      }
    }
    case 'tls-crowd': {
      let next = 0
      return keepPace({ rate: plan.rate, warmUp: 0, seconds: plan.phones.length * plan.each / plan.rate }, (over) => {
        const at = next++
        const phone = plan.phones[Math.floor(at / plan.each)]!
        TlsLine.open({ host: house.host, port: plan.port }).then((own) => {
          secure.push(own)
          register(own, phone, 'SHA-256', ({ failure, ...times }) => over(failure, times), `${phone.user}-${at % plan.each}`)
        }, (error: Error) => over(error.message, {}))
      }, silent, repeats)
    }
    case 'connect': {
      const ports = plan.audioPorts
      let next = 0
      connected = []
      const aims: number[] = []
      const report = await keepPace({ rate: SET_UP_RATE, warmUp: 0, seconds: ports.length / 2 / SET_UP_RATE }, (over) => {
        const pair = next++
        const [caller, callee] = [phones[pair]!, phones[half + pair]!]
        audioPorts.set(callee.user, ports[2 * pair + 1]!)
        placeCall(line, house, caller, callee.number, ports[2 * pair]!, 'SHA-256', (outcome) => {
          if (typeof outcome === 'string') return over(outcome, {})
          connected.push(outcome)
          aims[2 * pair] = outcome.audioPort
          aims[2 * pair + 1] = callees.audioPorts.get(callee.user) ?? 0
          over(undefined, {})
        })
      }, silent, repeats)
      return { ...report, audioPorts: aims }
    }
    case 'hang-up': {
      const calls = connected.splice(0)
      let next = 0
      const report = await keepPace({ rate: 5 * SET_UP_RATE, warmUp: 0, seconds: calls.length / (5 * SET_UP_RATE) }, (over) => end(calls[next++]!, over), silent, repeats)
      audioPorts.clear()
      return withLivingLegs(report)
    }
  }
}

process.on('message', (plan: Plan) => void carryOut(plan).then((report) => told({ tell: 'report', report })))
// Whoever forked us is gone: nobody waits for a report.
process.on('disconnect', () => process.exit(0))
told({ tell: 'report', report: await carryOut(opening) })
