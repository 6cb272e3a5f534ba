/** How much the house takes: the rate goes up in steps until more than one in a thousand fails or p99 is beyond half a second. */
import type { Ground } from './ground.ts'
import { measured, measureCalls, othersOf } from './measures.ts'
import type { Plan, Report } from './plan.ts'
import { figure, type Section } from './table.ts'
import { settled } from './usage.ts'

const STEP_SECONDS = 5
const STEPS_MOST = 10
const GROWTH = 1.4
const FAILED_SHARE = 0.001
const P99_MS = 500

interface Climb {
  title: string
  unit: string
  from: number
  reference: string
  /** The waits at a good part of the ceiling are looked at as well. */
  working: boolean
  /** Which wait is held against the limit. */
  wait: string
  plan: (rate: number) => Plan
}

/** The share of the ceiling at which the waits are looked at, and for how long. */
const WORKING_SHARE = 0.7
const WORKING_SECONDS = 15

async function climb(ground: Ground, { title, unit, from, reference, wait, plan }: Climb, say: (text: string) => void): Promise<{ section: Section; best: number }> {
  let rate = from
  let [best, p99, cpu] = [NaN, NaN, NaN]
  let why = `not reached in ${STEPS_MOST} steps`
  let again = false
  for (let step = 0; step < STEPS_MOST; step++) {
    const { report, used } = await measured(ground, plan(rate))
    const slowest = report.times[wait]?.p99 ?? NaN
    const others = othersOf(report, used)
    say(`  ${rate} ${unit}: p99 ${slowest.toFixed(0)} ms, ${report.failed} failed, others ${others.toFixed(1)} cores`)
    const verdict = verdictOn(report, slowest)
    if (verdict === undefined) {
      ;[best, p99, cpu] = [rate, slowest, used.cpu.whole / (rate * STEP_SECONDS)]
      rate = Math.round(rate * GROWTH)
      again = false
    } else if (again) {
      why = `at ${rate} ${unit} ${verdict}, twice; others kept ${others.toFixed(1)} cores busy meanwhile`
      break
    } else {
      // One slow step may be the neighbours' doing.
      again = true
      await settled(ground.pid)
    }
  }
  const figures = [figure('highest good rate', best, unit, 0, reference), figure('p99 at that rate', p99, 'ms', 0), figure('CPU each at that rate', cpu, 'ms', 2)]
  return { section: { title, figures, notes: [`stopped: ${why}`] }, best }
}

function verdictOn(report: Report, p99: number): string | undefined {
  if (report.done === 0) return 'nothing came through'
  if (report.failed > FAILED_SHARE * (report.done + report.failed)) return `${report.failed} of ${report.done + report.failed} failed (${Object.keys(report.failures).join(', ')})`
  if (!(p99 <= P99_MS)) return `p99 was ${p99.toFixed(0)} ms`
  // The generator shares the cores; where it is what cannot keep up, nothing is known about the house.
  if (report.lateMs > P99_MS || report.ownCpu > 0.9) return `the generator itself was at its end (${(100 * report.ownCpu).toFixed(0)} % of a core, ${report.lateMs.toFixed(0)} ms late)`
  return undefined
}

/** One climb for each kind that was asked for. Failures here are what was looked for, and do not count. */
export async function findCeilings(
  ground: Ground,
  options: { registrations: boolean; calls: boolean; rate: number; callRate: number },
  say: (text: string) => void,
): Promise<Section[]> {
  const climbs: Climb[] = []
  if (options.registrations) {
    climbs.push({
      title: 'Ceiling of registrations, SHA-256', unit: '/s', from: 2 * options.rate, reference: 'about 800 /s', working: false, wait: 'wholeMs',
      plan: (rate) => ({ kind: 'registrations', algorithm: 'SHA-256', rate, warmUp: 1, seconds: STEP_SECONDS }),
    })
  }
  if (options.calls) {
    climbs.push({
      title: 'Ceiling of calls, held 1 s', unit: '/s', from: 2 * options.callRate, reference: '190–290 /s (bypass media)', working: true, wait: 'answerMs',
      plan: (rate) => ({ kind: 'calls', rate, warmUp: 1, seconds: STEP_SECONDS, holdMs: 1_000 }),
    })
  }
  const sections: Section[] = []
  for (const one of climbs) {
    const { section, best } = await climb(ground, one, say)
    sections.push(section)
    // What the last step left behind is not the next climb's.
    await settled(ground.pid)
    if (!one.working || Number.isNaN(best)) continue
    const { section: working } = await measureCalls(ground, Math.round(best * WORKING_SHARE), WORKING_SECONDS)
    sections.push({ ...working, title: `At 70 % of it. ${working.title}` })
    await settled(ground.pid)
  }
  return sections
}
