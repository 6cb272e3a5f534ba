import type { CallWorld } from '../calls/world.ts'
import { decide } from '../routing/decide.ts'
import type { Plan } from '../routing/plan.ts'
import type { CallRequest } from '../routing/request.ts'

/** What is to happen to a call at this moment. */
export function decideNow(world: CallWorld, request: CallRequest): Plan {
  return decide(request, world.directory.snapshot(), { ringSeconds: world.settings.calls.ringSeconds, at: Date.now() })
}
