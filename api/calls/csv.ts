import type { PastCall } from '../../pbx/index.ts'
import { CSV_BEGINNING, csvOf, type Cell } from '../http/csv.ts'

const COLUMNS = [
  'Started', 'Answered', 'Ended', 'Direction', 'From', 'From name', 'To', 'To name', 'Result', 'Ended by', 'Reason', 'Explanation', 'SIP status', 'Ring seconds', 'Talk seconds', 'Cost', 'Currency', 'PIN', 'Call', 'Chain',
] as const

const inSeconds = (ms: number): number => Math.round(ms / 1000)
const time = (ms: number | null): Cell => (ms === null ? null : new Date(ms))

/** A line a call. All times of a call are of one clock, so ringing and talking add up. */
export async function* callsAsCsv(first: IteratorResult<PastCall[], unknown>, rest: AsyncIterable<PastCall[]>): AsyncGenerator<Uint8Array> {
  yield Buffer.from(CSV_BEGINNING + csvOf([COLUMNS]))
  if (first.done === true) return
  yield Buffer.from(csvOf(first.value.map(lineOf)))
  for await (const batch of rest) yield Buffer.from(csvOf(batch.map(lineOf)))
}

function lineOf({ startedAt, answeredAt, endedAt, direction, from, to, termination, id, rootId, legs, plan }: PastCall): Cell[] {
  const costs = legs.flatMap(({ cost }) => cost ?? [])
  const end = endedAt ?? startedAt
  return [
    time(startedAt), time(answeredAt), time(endedAt), direction, from.number, from.name, to.number, to.name, termination?.result ?? null, termination?.by ?? null,
    termination?.reason ?? null, termination?.explanation ?? null, termination?.sipStatus ?? null, inSeconds((answeredAt ?? end) - startedAt), answeredAt === null ? 0 : inSeconds(end - answeredAt), costs.length === 0 ? null : Math.round(costs.reduce((sum, { amount }) => sum + amount, 0) * 1e6) / 1e6, costs[0]?.currency ?? null, plan.pin ?? null, id, rootId,
  ]
}
