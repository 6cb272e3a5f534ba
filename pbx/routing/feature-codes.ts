import type { ChangedCodes } from '../directory/types.ts'
import { featureWords, type FeatureAction, type InCallAction } from './feature-actions.ts'

/** The customary codes. A code that takes a number has it dialled behind: *72102. */
const CUSTOMARY: readonly Usual<FeatureAction>[] = [
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
  { code: '*69', action: 'call-last-caller', takesNumber: false },
  { code: '*30', action: 'block-last-caller', takesNumber: false },
  { code: '*66', action: 'complete-call', takesNumber: false },
  { code: '*86', action: 'complete-call-cancel', takesNumber: false },
  { code: '*80', action: 'intercom', takesNumber: true },
  { code: '*8', action: 'pick-up-group', takesNumber: false },
  { code: '**', action: 'pick-up-extension', takesNumber: true },
  { code: '*28', action: 'schedule-override', takesNumber: true },
  { code: '*97', action: 'voicemail-own', takesNumber: false },
  { code: '*98', action: 'voicemail-any', takesNumber: false },
  { code: '*99', action: 'voicemail-leave', takesNumber: true },
  { code: '*411', action: 'directory-by-name', takesNumber: false },
  { code: '*870', action: 'redial', takesNumber: false },
  { code: '*60', action: 'tell-time', takesNumber: false },
  // Last: what a tenant has put on the same code before it was there comes first.
  { code: '*33', action: 'supervise', takesNumber: true },
  { code: '*32', action: 'block-last-caller-own', takesNumber: false },
  { code: '*0', action: 'speed-dial', takesNumber: true },
  { code: '*68', action: 'wake-up', takesNumber: false },
  { code: '*11', action: 'desk-log-in', takesNumber: true },
  { code: '*12', action: 'desk-log-out', takesNumber: false },
  { code: '*9196', action: 'echo-test', takesNumber: false },
  { code: '*9195', action: 'echo-test-delayed', takesNumber: false },
  { code: '*9197', action: 'tone-test', takesNumber: false },
  { code: '*9664', action: 'music-test', takesNumber: false },
]

/** The customary codes of phones that talk. A number is typed behind the code and ends with # or a pause. */
const IN_CALL: readonly Usual<InCallAction>[] = [
  { code: '*1', action: 'call-record', takesNumber: false },
  { code: '##', action: 'call-transfer', takesNumber: true },
  { code: '*2', action: 'call-consult', takesNumber: true },
  { code: '*0', action: 'call-return', takesNumber: false },
]

interface Usual<Action> {
  code: string
  action: Action
  takesNumber: boolean
}

interface Code<Action> extends Usual<Action> {
  /** What it is where nobody has changed it. */
  customary: string
  enabled: boolean
}

/** `inCall`: it is typed while the phone talks, and dialled otherwise. */
export type FeatureCode = (Code<FeatureAction> & { inCall: false }) | (Code<InCallAction> & { inCall: true })

const known = new WeakMap<ChangedCodes, readonly FeatureCode[]>()

/** Every code of a tenant, switched off ones too. */
export function featureCodes(changed: ChangedCodes): readonly FeatureCode[] {
  const before = known.get(changed)
  if (before) return before
  const codes: FeatureCode[] = [
    ...CUSTOMARY.map((one) => ({ ...one, customary: one.code, enabled: true, inCall: false as const, ...changed[one.action] })),
    ...IN_CALL.map((one) => ({ ...one, customary: one.code, enabled: true, inCall: true as const, ...changed[one.action] })),
  ]
  known.set(changed, codes)
  return codes
}

/** What a phone that talks has typed, by the last keys. Not logged anywhere. */
export function findInCallCode(changed: ChangedCodes, typed: string): InCallAction | undefined {
  for (const one of featureCodes(changed)) if (one.inCall && one.enabled && typed.endsWith(one.code)) return one.action
  return undefined
}

/** The code that was dialled and what came behind it; the longest code that fits. */
export function findFeatureCode(changed: ChangedCodes, dialled: string): { code: Code<FeatureAction>; argument: string } | undefined {
  let found: Code<FeatureAction> | undefined
  for (const one of featureCodes(changed)) {
    if (one.inCall || !one.enabled || one.code.length <= (found?.code.length ?? 0)) continue
    if (one.takesNumber ? dialled.startsWith(one.code) : dialled === one.code) found = one
  }
  return found && { code: found, argument: dialled.slice(found.code.length) }
}

/** What is dialled for this; undefined when it is switched off. */
export function codeFor(changed: ChangedCodes, action: FeatureAction): string | undefined {
  const found = featureCodes(changed).find((one) => one.action === action)
  return found?.enabled ? found.code : undefined
}

/** What speaks against such a table, in words, by action; nothing does when it is empty. Numbers of the house have no *, so codes can only meet codes of their kind. */
export function wrongCodes(changed: ChangedCodes): Readonly<Partial<Record<FeatureCode['action'], string>>> {
  const wrong: Partial<Record<FeatureCode['action'], string>> = {}
  const codes = featureCodes(changed)
  for (const one of codes) {
    const { action, code, enabled, customary, inCall } = one
    if (code !== customary && !(inCall ? IN_CALL_FORM : DIALLED_FORM).test(code)) wrong[action] = inCall ? 'A code in calls is a * or # and one to three of the keys 0-9, * and #, such as *2.' : 'A code is a * and one to four digits, such as *78.'
    if (!enabled || wrong[action] !== undefined) continue
    for (const other of codes) {
      if (other.action === action || !other.enabled || other.inCall !== inCall) continue
      const why = inCall ? metInCall(one, other) : metDialled(one, other)
      if (why !== undefined) wrong[action] = why
    }
  }
  return wrong
}

const DIALLED_FORM = /^\*[0-9]{1,4}$/
/** A plain digit is pressed in every menu of the other side. */
const IN_CALL_FORM = /^[*#][0-9*#]{1,3}$/

function metDialled({ code, takesNumber }: FeatureCode, other: FeatureCode): string | undefined {
  if (other.code === code) return `${code} means something else already: ${featureWords[other.action]}.`
  if (takesNumber && other.code.startsWith(code)) return `${code} and a number behind it could be taken for ${other.code}: ${featureWords[other.action]}.`
  return other.takesNumber && code.startsWith(other.code) ? `${code} could be taken for ${other.code} and a number behind it: ${featureWords[other.action]}.` : undefined
}

/** They are heard key by key, so neither may be typed on the way to the other. */
function metInCall({ code }: FeatureCode, other: FeatureCode): string | undefined {
  if (other.code === code) return `${code} means something else already: ${featureWords[other.action]}.`
  return code.includes(other.code) || other.code.includes(code) ? `${code} and ${other.code} hold one another, and the shorter would always be heard first: ${featureWords[other.action]}.` : undefined
}
