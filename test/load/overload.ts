/** `--overload`: what is finished when twice as much is asked for as can be carried. */
import type { Ground } from './ground.ts'
import { measured } from './measures.ts'
import { figure, type Section } from './table.ts'
import { settled } from './usage.ts'

const FIRST_RATE = 400
const GROWTH = 1.5
const STEPS_MOST = 8
const STEP_SECONDS = 3
/** Long enough that what is refused, and what comes of it, has settled. */
const SECONDS = 8
/** Below this share of what was asked for, the house is at its end. */
const KEPT_UP = 0.95

/** Registrations finished a second, at the most the house can do and at twice that rate. Failures are what is looked for and do not count. */
export async function measureOverload(ground: Ground, say: (text: string) => void): Promise<Section> {
  const run = async (rate: number, seconds: number): Promise<{ goodput: number; refused: number; answerMs: number }> => {
    const { report } = await measured(ground, { kind: 'registrations', algorithm: 'SHA-256', rate, warmUp: 1, seconds })
    const refused = Object.entries(report.failures).reduce((sum, [why, count]) => (why.startsWith('503') ? sum + count : sum), 0)
    say(`  ${rate}/s asked for: ${(report.done / seconds).toFixed(0)}/s finished, ${refused} refused with 503, ${report.failed - refused} failed otherwise`)
    await settled(ground.pid)
    return { goodput: report.done / seconds, refused, answerMs: report.times['wholeMs']?.p99 ?? NaN }
  }
  let most = 0
  for (let [step, rate] = [0, FIRST_RATE]; step < STEPS_MOST; step++, rate = Math.round(rate * GROWTH)) {
    const { goodput } = await run(rate, STEP_SECONDS)
    most = Math.max(most, goodput)
    if (goodput < KEPT_UP * rate) break
  }
  const capacity = Math.round(most)
  const [once, twice] = [await run(capacity, SECONDS), await run(2 * capacity, SECONDS)]
  const best = Math.max(most, once.goodput)
  return {
    title: 'Overload: registrations finished a second',
    notes: [`at twice the capacity ${(100 * twice.goodput / best).toFixed(0)} % of the most is finished; the goal is 80 %`],
    figures: [
      figure('most', best, '/s', 0), figure('at 1x the capacity', once.goodput, '/s', 0), figure('at 2x the capacity', twice.goodput, '/s', 0),
      figure('refused with 503 at 2x', twice.refused, '', 0), figure('p99 of those finished at 1x', once.answerMs, 'ms', 0), figure('p99 of those finished at 2x', twice.answerMs, 'ms', 0),
    ],
  }
}
