import type { DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import { isEmergency } from '../emergency/recognise.ts'
import { normaliseDialled } from './number-format.ts'
import { wayOut } from './outside.ts'
import type { OutsideStep } from './plan.ts'

/** How a number outside is rung beside others; or why it is not. Nobody is sent to the emergency services so. */
export function outsideMember(tenantId: string, target: string, payer: SnapshotExtension | undefined, snapshot: DirectorySnapshot): { outside: OutsideStep } | { why: string } {
  const number = normaliseDialled(target)
  const out = wayOut(tenantId, number, payer, snapshot)
  const sent = out && out.route.prepend + number.slice(out.route.strip)
  if (isEmergency(number) || (sent !== undefined && isEmergency(sent))) return { why: `${number} calls the emergency services, where nothing that is set up may lead` }
  const [step] = out?.steps ?? []
  if (step?.kind === 'outside') return { outside: step }
  return { why: step?.reason ?? `No outbound route takes ${number}` }
}
