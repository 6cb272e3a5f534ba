import type { FeatureAction } from './plan.ts'

/** The customary codes. A code that takes a number has it dialled behind: *72102. */
const CODES: readonly { code: string; action: FeatureAction; takesNumber: boolean }[] = [
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
}

/** Every code there is. */
export function featureCodes(): readonly FeatureCode[] {
  return CODES
}

/** The code that was dialled and what came behind it; the longest code that fits. */
export function findFeatureCode(dialled: string): { code: FeatureCode; argument: string } | undefined {
  const fits = CODES.filter(({ code, takesNumber }) => (takesNumber ? dialled.startsWith(code) : dialled === code))
  const code = fits.sort((a, b) => b.code.length - a.code.length)[0]
  return code && { code, argument: dialled.slice(code.code.length) }
}
