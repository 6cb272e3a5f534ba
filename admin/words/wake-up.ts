import type { WakeUp } from '../app/types.ts'
import { t } from './translate.ts'

const REPEATS: Readonly<Record<WakeUp['repeats'], string>> = { 'once': t('Once'), 'daily': t('Every day'), 'working-days': t('Monday to Friday') }

/** For a choice. */
export const REPEAT_CHOICES = Object.entries(REPEATS).map(([value, label]) => ({ value, label }))

export const repeatWords = (repeats: WakeUp['repeats']): string => REPEATS[repeats]

const RESULTS: Readonly<Record<NonNullable<WakeUp['last']>['result'], string>> = { 'answered': t('Answered'), 'not-answered': t('Nobody answered'), 'too-late': t('Not made in time') }

/** How it is with one now, and was the last time. */
export function wakeUpState({ state, last }: WakeUp): string {
  if (state === 'desk') return t('The desk is told that nobody answered')
  if (state === 'due') return t('Being rung')
  return last === null ? t('To come') : t('Last time: {{result}}', { result: RESULTS[last.result] })
}
