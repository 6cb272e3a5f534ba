import type { Actor } from '../config/actor.ts'
import { Refusal, wrongField } from '../config/errors.ts'
import type { ChangedCodes, Directory, DirectorySnapshot } from './directory/types.ts'
import type { Pbx } from './door.ts'
import type { Registrar } from './registrar/types.ts'
import type { Charges } from './calls/charges.ts'
import type { CallRegistry } from './calls/registry.ts'
import type { CallRequest } from './routing/request.ts'
import { ANONYMOUS } from './routing/blocked.ts'
import { decide, type RoutingDefaults } from './routing/decide.ts'
import { refuseUsers } from './numbered.ts'
import { normaliseDialled } from './routing/number-format.ts'
import { featureCodes, wrongCodes, type FeatureCode } from './routing/feature-codes.ts'
import { forwardedByCode } from './routing/handling.ts'
import { findInboundNumber } from './routing/outside.ts'
import { callsFor } from './steps/number-full.ts'
import { overCaps } from './steps/toll.ts'
import { featureWords } from './routing/feature-actions.ts'
import { explainSteps, type Expand } from './routing/plan.ts'

/** What would happen to a call, asked without placing one, and the feature codes there are. */
export function createRoutingDoor(world: { directory: Directory; registrar: Registrar; registry: CallRegistry; charges: Pick<Charges, 'outside' | 'withinMinute'>; defaults: Omit<RoutingDefaults, 'at'> }): Pbx['routing'] {
  const { directory, registrar, registry, charges, defaults } = world

  /** How the phones of an extension are at this moment. */
  const nowOf = (actor: Actor, id: string): string => {
    const contacts = registrar.contactsOf(id)
    const reachable = contacts.filter(({ reachable: answers }) => answers !== 'no').length
    const calls = registry.list(actor.tenantId).filter((call) => call.legs.some((leg) => leg.origin.extensionId === id && !leg.over)).length
    const phones = contacts.length === 0 ? 'no phone is registered' : `${reachable} of ${contacts.length} registered phones can be reached`
    return `Now ${phones}${calls > 0 ? `, and ${calls === 1 ? 'one call is' : `${calls} calls are`} going on` : ''}.`
  }

  /** Why a call outside of this extension would be refused at this moment. */
  const capsNow = (payerId: string): string | null => {
    const extension = directory.snapshot().extension(payerId)
    const over = extension && overCaps(charges, extension)
    return over === undefined ? null : `Now it would be refused: ${over}.`
  }
  /** How many calls for an inbound number go on, of as many as may. */
  const numberNow = (actor: Actor, id: string | undefined): string | null => {
    const found = id === undefined ? undefined : directory.snapshot().inboundNumbersOf(actor.tenantId).find((one) => one.id === id)
    if (!found || found.maxCalls === null) return null
    const calls = callsFor(registry, actor.tenantId, found.id).length
    return `Now ${calls} of ${found.maxCalls} calls at once for ${found.number} (${found.name}) go on${calls < found.maxCalls ? '' : ': this one would hear that it is busy'}.`
  }

  /** The codes with one of them changed, when nothing speaks against it. */
  const withChange = (actor: Actor, before: ChangedCodes, action: string, change: { code?: string; enabled?: boolean } | undefined): ChangedCodes => {
    const code = featureCodes(before).find((one) => one.action === action)
    if (!code) throw new Refusal('not-found', 'There is no such feature code.')
    const { [action]: _one, ...others } = before
    const next = { code: code.code, enabled: code.enabled, ...change }
    const isCustomary = change === undefined || (next.code === code.customary && next.enabled)
    const changed = isCustomary ? others : { ...others, [action]: next }
    const after = featureCodes(changed).find((one) => one.action === action) ?? code
    if (!code.inCall && (after.code !== code.code || !after.enabled)) refuseUsers(code.code, forwardedByCode(directory.snapshot(), actor.tenantId, code.action))
    return changed
  }
  /** @throws Refusal `unprocessable` where one of these means something else already */
  const checked = (changed: ChangedCodes, actions: readonly string[]): ChangedCodes => {
    const wrong: Partial<Record<string, string>> = wrongCodes(changed)
    const action = actions.find((one) => wrong[one] !== undefined)
    if (action !== undefined) throw wrongField('code', wrong[action] ?? '')
    return changed
  }

  return {
    featureCodes: (actor) => featureCodes(directory.snapshot().changedCodesOf(actor.tenantId)).map(shown),
    async changeFeatureCode(actor, action, change) {
      await directory.featureCodes.change(actor, (before) => checked(withChange(actor, before, action, change), [action]))
      const after = featureCodes(directory.snapshot().changedCodesOf(actor.tenantId)).find((one) => one.action === action)
      if (!after) throw new Error('A change that was made has a result.')
      return shown(after)
    },
    async changeFeatureCodes(actor, changes) {
      // Two that change places are right only when both have.
      await directory.featureCodes.change(actor, (before) => checked(Object.entries(changes).reduce((codes, [action, change]) => withChange(actor, codes, action, change ?? undefined), before), Object.keys(changes)))
    },
    explain(actor, { from, to, at = Date.now() }) {
      const snapshot = directory.snapshot()
      const caller = from === undefined || isOutside(from) ? undefined : snapshot.extensionByNumber(actor.tenantId, from)
      if (from !== undefined && !isOutside(from) && !caller) throw wrongField('from', `There is no extension ${from}.`)
      const request: CallRequest = {
        tenantId: actor.tenantId, caller: { extensionId: caller?.id ?? '', deviceId: '', number: caller?.number ?? from ?? '', name: caller?.name ?? null }, dialled: to,
        ...(from !== undefined && isOutside(from) && { inbound: { trunkId: trunkFor(actor.tenantId, to, snapshot), number: to } }),
      }
      const rules = { ...defaults, at }
      const plan = decide(request, snapshot, rules)
      return {
        number: plan.number, name: plan.name, direction: plan.direction,
        steps: [...(plan.before ? [{ ...plan.before, when: null, depth: 0, now: null, subject: null }] : []), ...explainSteps(plan.steps, expansion(request, snapshot, rules)).map(({ extensionId, payerId, ...step }, index) => ({ ...step, now: joined(index === 0 && numberNow(actor, plan.inboundNumberId), extensionId !== null && nowOf(actor, extensionId), payerId !== undefined && capsNow(payerId)) }))],
      }
    },
  }
}

/** Somebody from outside, with a number or hiding it. */
const isOutside = (from: string): boolean => from === ANONYMOUS || from.startsWith('+')

/** The trunk over which a call for this number would come. */
function trunkFor(tenantId: string, number: string, snapshot: DirectorySnapshot): string {
  const trunks = snapshot.trunksOf(tenantId)
  const trunk = trunks.find((one) => findInboundNumber(snapshot, one, number)) ?? trunks[0]
  if (!trunk) throw wrongField('from', 'There is no trunk over which somebody from outside could call.')
  return trunk.id
}

const shown = (code: FeatureCode): ReturnType<Pbx['routing']['featureCodes']>[number] => ({ ...code, does: featureWords[code.action] })

/** What callers may choose, and where opening hours lead at other times. Each is opened once: menus lead back to one another. */
function expansion({ inbound: _inbound, ...request }: CallRequest, snapshot: DirectorySnapshot, rules: RoutingDefaults): Expand {
  const seen = new Set<string>()
  const goesTo = (target: string, by: string) => decide({ ...request, dialled: normaliseDialled(target), onBehalfOf: { extensionId: '', number: by } }, snapshot, rules).steps
  return (step) => {
    if (step.kind === 'attendant') {
      const attendant = snapshot.attendant(step.attendantId)
      if (!attendant || seen.has(attendant.id)) return []
      seen.add(attendant.id)
      const { number } = attendant
      return [
        ...step.keys.map(({ key, target }) => ({ when: `When the caller presses ${key}: ${target}`, steps: goesTo(target, number) })),
        ...(step.noInput === null ? [] : [{ when: `${step.keys.length === 0 && !attendant.directDial ? 'After it' : 'When nothing is chosen'}: ${step.noInput}`, steps: goesTo(step.noInput, number) }]),
      ]
    }
    if (step.kind === 'application') {
      const application = snapshot.application(step.applicationId)
      if (!application || seen.has(application.id)) return []
      seen.add(application.id)
      return [{ when: `When the program does not answer, or nonsense: ${application.fallback}`, steps: goesTo(application.fallback, application.number) }]
    }
    if (step.kind !== 'schedule') return []
    const schedule = snapshot.schedule(step.scheduleId)
    if (!schedule || seen.has(schedule.id)) return []
    seen.add(schedule.id)
    const others = [['open', 'While open', schedule.open], ['closed', 'While closed', schedule.closed], ['holiday', 'On a holiday', schedule.holiday]] as const
    return others.flatMap(([is, when, target]) => (is === step.is || target === null ? [] : [{ when: `${when}: ${target}`, steps: goesTo(target, schedule.number) }]))
  }
}

function joined(...parts: readonly (string | false | null)[]): string | null {
  const said = parts.filter((part) => typeof part === 'string')
  return said.length === 0 ? null : said.join(' ')
}
