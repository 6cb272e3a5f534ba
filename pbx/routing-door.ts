import type { Actor } from '../config/actor.ts'
import { Refusal } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { Pbx } from './door.ts'
import type { Registrar } from './registrar/types.ts'
import type { CallRegistry } from './calls/registry.ts'
import { decide, type RoutingDefaults } from './routing/decide.ts'
import { featureCodes } from './routing/feature-codes.ts'
import { explainSteps, featureWords } from './routing/plan.ts'

/** What would happen to a call, asked without placing one, and the feature codes there are. */
export function createRoutingDoor(world: { directory: Directory; registrar: Registrar; registry: CallRegistry; defaults: RoutingDefaults }): Pbx['routing'] {
  const { directory, registrar, registry, defaults } = world

  /** How the phones of an extension are at this moment. */
  const nowOf = (actor: Actor, id: string): string => {
    const contacts = registrar.contactsOf(id)
    const reachable = contacts.filter(({ reachable: answers }) => answers !== 'no').length
    const calls = registry.list(actor.tenantId).filter((call) => call.legs.some((leg) => leg.origin.extensionId === id && !leg.over)).length
    const phones = contacts.length === 0 ? 'no phone is registered' : `${reachable} of ${contacts.length} registered phones can be reached`
    return `Now ${phones}${calls > 0 ? `, and ${calls === 1 ? 'one call is' : `${calls} calls are`} going on` : ''}.`
  }

  return {
    featureCodes: () => featureCodes().map((code) => ({ ...code, does: featureWords[code.action] })),
    explain(actor, { from, to }) {
      const snapshot = directory.snapshot()
      const caller = from === undefined ? undefined : snapshot.extensionByNumber(actor.tenantId, from)
      if (from !== undefined && !caller) throw new Refusal('unprocessable', `There is no extension ${from}.`, { details: [{ field: 'from', message: `There is no extension ${from}.` }] })
      const request = { tenantId: actor.tenantId, caller: { extensionId: caller?.id ?? '', deviceId: '', number: caller?.number ?? '', name: caller?.name ?? null }, dialled: to }
      const plan = decide(request, snapshot, defaults)
      return {
        number: plan.number, name: plan.name, direction: plan.direction,
        steps: explainSteps(plan.steps).map(({ extensionId, ...step }) => ({ ...step, now: extensionId === null ? null : nowOf(actor, extensionId) })),
      }
    },
  }
}
