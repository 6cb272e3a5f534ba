import type { CallRow } from '../../migrations/tables.ts'
import type { CallView, Cost, LegView, PlanView, Sought, Termination } from '../events/catalogue.ts'
import { missedBy } from './missed.ts'

/** What the history keeps of a call, as JSON that PostgreSQL turns into a row of `calls`. */
export interface CallRecord {
  id: string
  tenant_id: string
  root_id: string
  /** Seconds since the epoch. */
  started_at: number
  answered_at: number | null
  ended_at: number
  direction: string
  from_number: string
  from_name: string | null
  to_number: string
  to_name: string | null
  caller_extension_id: string | null
  callee_extension_id: string | null
  result: string
  reason: string
  explanation: string
  hung_up_by: string
  sip_status: number | null
  plan: PlanView
  legs: LegView[]
  cost: number | null
  cost_currency: string | null
  /** Whom it was for, when nobody answered. */
  sought: Sought[]
}

const seconds = (ms: number): number => ms / 1000

export function recordOf(call: CallView, sought: readonly Sought[] = []): CallRecord {
  const { termination } = call
  const cost = costOfCall(call.legs)
  return {
    id: call.id,
    tenant_id: call.tenantId,
    root_id: call.rootId,
    started_at: seconds(call.startedAt),
    answered_at: call.answeredAt === null ? null : seconds(call.answeredAt),
    ended_at: seconds(call.endedAt ?? Date.now()),
    direction: call.direction,
    from_number: call.from.number,
    from_name: call.from.name,
    to_number: call.to.number,
    to_name: call.to.name,
    caller_extension_id: call.from.extensionId,
    callee_extension_id: call.to.extensionId,
    result: termination?.result ?? 'failed',
    reason: termination?.reason ?? 'internal-error',
    explanation: termination?.explanation ?? '',
    hung_up_by: termination?.by ?? 'system',
    sip_status: termination?.sipStatus ?? null,
    plan: call.plan,
    legs: call.legs,
    cost: cost?.amount ?? null,
    cost_currency: cost?.currency ?? null,
    sought: missedBy(call, sought),
  }
}

/** What its lines cost together; null: nothing is known. */
export function costOfCall(legs: readonly LegView[]): Cost | null {
  const costs = legs.flatMap(({ cost }) => cost ?? [])
  const [first] = costs
  return first ? { amount: Math.round(costs.reduce((sum, { amount }) => sum + amount, 0) * 1e6) / 1e6, currency: first.currency } : null
}

/** The other way round: the view of a call that is over. */
export function viewOf(row: CallRow): CallView {
  const plan = row.plan as CallRecord['plan']
  const termination: Termination = {
    result: row.result as Termination['result'],
    reason: row.reason,
    by: row.hung_up_by,
    sipStatus: row.sip_status,
    explanation: row.explanation,
  }
  return {
    id: row.id,
    tenantId: row.tenant_id,
    rootId: row.root_id,
    state: 'ended',
    direction: row.direction,
    from: { number: row.from_number, name: row.from_name, extensionId: row.caller_extension_id },
    to: { number: row.to_number, name: row.to_name, extensionId: row.callee_extension_id },
    startedAt: row.started_at.getTime(),
    answeredAt: row.answered_at?.getTime() ?? null,
    endedAt: row.ended_at.getTime(),
    onHold: false,
    direct: false,
    recording: 'off',
    plan: { ...(plan.pin !== undefined && { pin: plan.pin }), steps: plan.steps },
    legs: row.legs as LegView[],
    termination,
  }
}
