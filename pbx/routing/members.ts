import type { DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import { helpBehindPrefix, helpNumber } from './help.ts'
import { normaliseDialled } from './number-format.ts'
import { wayOut } from './outside.ts'
import type { OutsideStep } from './plan.ts'

/** How a number outside is rung beside others; or why it is not, and whether that passes with time. Nobody is sent to the emergency services so. */
export function outsideMember(tenantId: string, target: string, payer: SnapshotExtension | undefined, snapshot: DirectorySnapshot, at: number): { outside: OutsideStep } | { why: string; passing: boolean } {
  const number = normaliseDialled(target)
  const out = wayOut(tenantId, number, payer, snapshot, at, 'nobody who calls here would know one')
  const sent = out && out.route.prepend + number.slice(out.route.strip)
  if (helpBehindPrefix(snapshot, tenantId, number) !== undefined || (sent !== undefined && helpNumber(snapshot, tenantId, sent) !== undefined)) return { why: `${number} calls the emergency services, where nothing that is set up may lead`, passing: false }
  const [step] = out?.steps ?? []
  if (step?.kind === 'outside') return { outside: step }
  return { why: step?.reason ?? `No outbound route takes ${number}`, passing: step?.kind === 'refuse' && step.refusal === 'route-closed' }
}
