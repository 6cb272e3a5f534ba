import type { ChangedCodes } from '../directory/types.ts'
import { featureWords, type FeatureAction } from './plan.ts'

/** The customary codes. A code that takes a number has it dialled behind: *72102. */
const CUSTOMARY: readonly Omit<FeatureCode, 'customary' | 'enabled'>[] = [
  { code: '*72', action: 'forward-always-on', takesNumber: true },
  { code: '*73', action: 'forward-always-off', takesNumber: false },
  { code: '*90', action: 'forward-busy-on', takesNumber: true },
  { code: '*91', action: 'forward-busy-off', takesNumber: false },
  { code: '*92', action: 'forward-no-answer-on', takesNumber: true },
  { code: '*93', action: 'forward-no-answer-off', takesNumber: false },
  { code: '*94', action: 'forward-unreachable-on', takesNumber: true },
  { code: '*95', action: 'forward-unreachable-off', takesNumber: false },
  { code: '*77', action: 'do-not-disturb-toggle', takesNumber: false },
  { code: '*78', action: 'do-not-disturb-on', takesNumber: false },
  { code: '*79', action: 'do-not-disturb-off', takesNumber: false },
  { code: '*21', action: 'follow-me-toggle', takesNumber: false },
  { code: '*67', action: 'withhold-number', takesNumber: true },
  { code: '*80', action: 'intercom', takesNumber: true },
  { code: '*8', action: 'pick-up-group', takesNumber: false },
  { code: '**', action: 'pick-up-extension', takesNumber: true },
  { code: '*28', action: 'schedule-override', takesNumber: true },
  { code: '*97', action: 'voicemail-own', takesNumber: false },
  { code: '*98', action: 'voicemail-any', takesNumber: false },
  { code: '*99', action: 'voicemail-leave', takesNumber: true },
]

export interface FeatureCode {
  code: string
  action: FeatureAction
  takesNumber: boolean
  /** What it is where nobody has changed it. */
  customary: string
  enabled: boolean
}

const known = new WeakMap<ChangedCodes, readonly FeatureCode[]>()

/** Every code of a tenant, switched off ones too. */
export function featureCodes(changed: ChangedCodes): readonly FeatureCode[] {
  const before = known.get(changed)
  if (before) return before
  const codes = CUSTOMARY.map((one) => ({ ...one, customary: one.code, enabled: true, ...changed[one.action] }))
  known.set(changed, codes)
  return codes
}

/** The code that was dialled and what came behind it; the longest code that fits. */
export function findFeatureCode(changed: ChangedCodes, dialled: string): { code: FeatureCode; argument: string } | undefined {
  let found: FeatureCode | undefined
  for (const one of featureCodes(changed)) {
    if (!one.enabled || one.code.length <= (found?.code.length ?? 0)) continue
    if (one.takesNumber ? dialled.startsWith(one.code) : dialled === one.code) found = one
  }
  return found && { code: found, argument: dialled.slice(found.code.length) }
}

/** What is dialled for this; undefined when it is switched off. */
export function codeFor(changed: ChangedCodes, action: FeatureAction): string | undefined {
  const found = featureCodes(changed).find((one) => one.action === action)
  return found?.enabled ? found.code : undefined
}

/** What speaks against such a table, in words, by action; nothing does when it is empty. Numbers of the house have no *, so codes can only meet codes. */
export function wrongCodes(changed: ChangedCodes): Readonly<Partial<Record<FeatureAction, string>>> {
  const wrong: Partial<Record<FeatureAction, string>> = {}
  const codes = featureCodes(changed)
  for (const { action, code, enabled, customary, takesNumber } of codes) {
    if (code !== customary && !/^\*[0-9]{1,4}$/.test(code)) wrong[action] = 'A code is a * and one to four digits, such as *78.'
    if (!enabled || wrong[action] !== undefined) continue
    for (const other of codes) {
      if (other.action === action || !other.enabled) continue
      if (other.code === code) wrong[action] = `${code} means something else already: ${featureWords[other.action]}.`
      else if (takesNumber && other.code.startsWith(code)) wrong[action] = `${code} and a number behind it could be taken for ${other.code}: ${featureWords[other.action]}.`
      else if (other.takesNumber && code.startsWith(other.code)) wrong[action] = `${code} could be taken for ${other.code} and a number behind it: ${featureWords[other.action]}.`
    }
  }
  return wrong
}
