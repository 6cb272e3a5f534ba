/** `--overload`: what is finished when twice as much is asked for as can be carried. */
import type { Ground } from './ground.ts'
import { measured } from './measures.ts'
import type { Plan, Report } from './plan.ts'
import { figure, type Section } from './table.ts'
import { settled } from './usage.ts'

const GROWTH = 1.5
const STEPS_MOST = 9
const STEP_SECONDS = 4
/** Long enough that what is refused, and what comes of it, has settled. */
const SECONDS = 8
/** Below this share of what was asked for, the house is at its end. */
const KEPT_UP = 0.95
/** Whoever waits this long sends again (T1): what was carried then was not carried in time. */
const IN_TIME_MS = 500
/** A generator this busy or this late measures itself. */
const OWN_CPU = 0.9
const OWN_LATE_MS = 500

interface Kind {
  what: string
  from: number
  plan: (rate: number, warmUp: number, seconds: number) => Plan
  waits: readonly [key: string, what: string][]
}

const KINDS: readonly Kind[] = [
  { what: 'registrations', from: 400, plan: (rate, warmUp, seconds) => ({ kind: 'registrations', algorithm: 'SHA-256', rate, warmUp, seconds }), waits: [['wholeMs', 'both exchanges']] },
  { what: 'calls', from: 30, plan: (rate, warmUp, seconds) => ({ kind: 'calls', rate, warmUp, seconds, holdMs: 200 }), waits: [['tryingMs', 'INVITE → 100'], ['answerMs', 'INVITE → 200, both INVITEs']] },
]

interface Step {
  goodput: number
  refused: number
  otherwise: Record<string, number>
  report: Report
}

/** One section for each kind that is wanted. Failures are what is looked for and do not count. */
export async function measureOverload(ground: Ground, wanted: { registrations: boolean; calls: boolean }, say: (text: string) => void): Promise<Section[]> {
  const sections: Section[] = []
  for (const kind of KINDS) if (wanted[kind.what as keyof typeof wanted]) sections.push(await measureKind(ground, kind, say))
  return sections
}

async function measureKind(ground: Ground, { what, from, plan, waits }: Kind, say: (text: string) => void): Promise<Section> {
  const run = async (rate: number, seconds: number): Promise<Step> => {
    const { report } = await measured(ground, plan(rate, 1, seconds))
    const otherwise = Object.fromEntries(Object.entries(report.failures).filter(([why]) => !isRefusal(why)))
    const refused = Object.entries(report.failures).reduce((sum, [why, count]) => (isRefusal(why) ? sum + count : sum), 0)
    say(`  ${what}, ${rate}/s asked for: ${(report.within / seconds).toFixed(0)}/s finished in time, ${refused} refused with 503, otherwise failed: ${JSON.stringify(otherwise)}, generator ${(100 * report.ownCpu).toFixed(0)} % of a core`)
    await settled(ground.pid)
    return { goodput: report.within / seconds, refused, otherwise, report }
  }
  let most = 0
  let atItsEnd = ''
  for (let [step, rate] = [0, from]; step < STEPS_MOST; step++, rate = Math.round(rate * GROWTH)) {
    const { goodput, report } = await run(rate, STEP_SECONDS)
    const inTime = (report.times[waits[0]![0]]?.p99 ?? Infinity) < IN_TIME_MS
    if (inTime) most = Math.max(most, goodput)
    if (report.ownCpu > OWN_CPU || report.lateMs > OWN_LATE_MS) {
      atItsEnd = `the generator was at its end at ${rate}/s: the house can do more than this`
      break
    }
    if (goodput < KEPT_UP * rate || !inTime) break
  }
  const capacity = Math.round(most)
  const [once, twice] = [await run(capacity, SECONDS), await run(2 * capacity, SECONDS)]
  const best = Math.max(most, once.goodput)
  const p99 = ({ report }: Step, key: string): number => report.times[key]?.p99 ?? NaN
  return {
    title: `Overload: ${what} finished a second`,
    notes: [
      `at twice the capacity ${(100 * twice.goodput / best).toFixed(0)} % of the most is finished; the goal is 80 %`,
      ...(atItsEnd ? [atItsEnd] : []), ...Object.entries(twice.otherwise).map(([why, count]) => `at twice the capacity ${count} failed: ${why}`),
    ],
    figures: [
      figure('most', best, '/s', 0), figure('at 1x the capacity', once.goodput, '/s', 0), figure('at 2x the capacity', twice.goodput, '/s', 0), figure('refused with 503 and Retry-After at 2x', twice.refused, '', 0),
      ...waits.flatMap(([key, words]) => [figure(`${words}, p99 at 1x`, p99(once, key), 'ms', 0), figure(`${words}, p99 at 2x`, p99(twice, key), 'ms', 0)]),
    ],
  }
}

/** A 503 that says when to come again; one that does not is a failure like any other. */
function isRefusal(why: string): boolean {
  return why.startsWith('503') && !why.includes('without Retry-After')
}
