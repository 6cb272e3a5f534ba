import type { BlockedCaller } from '../app/types.ts'
import { t } from './translate.ts'

type Action = BlockedCaller['action']

const WORDS: Readonly<Record<Action, string>> = {
  'decline': t('The call is declined'),
  'busy': t('The caller hears that it is busy'),
  'not-in-service': t('The caller is told that the number is not in service'),
  'voicemail': t('Nothing rings, and the caller may leave a message'),
  'hold': t('The caller waits with music, and is let go after a while'),
  'allow': t('The call is put through: an exception'),
}

/** For a choice, the usual first. */
export const ACTIONS = Object.entries(WORDS).map(([value, label]) => ({ value, label }))

export const actionWords = (action: Action): string => WORDS[action]

export const isAction = (value: string | null): value is Action => value !== null && value in WORDS

/** A rule about whoever hides the number, or about numbers. */
export const callerWords = (number: string): string => (number === 'anonymous' ? t('Whoever hides the number') : number)

export const CALLER_HINT = t('A number with its country code; +1900* for all that begin so; +* for every number; anonymous for whoever hides it; a regular expression (RE2) between slashes, such as /^\\+1(900|976)/, looked for in the number with + and country code.')
