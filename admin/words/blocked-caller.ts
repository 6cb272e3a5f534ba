import type { BlockedCaller } from '../app/types.ts'

type Action = BlockedCaller['action']

const WORDS: Readonly<Record<Action, string>> = {
  'decline': 'The call is declined',
  'busy': 'The caller hears that it is busy',
  'not-in-service': 'The caller is told that the number is not in service',
  'voicemail': 'Nothing rings, and the caller may leave a message',
  'allow': 'The call is put through: an exception',
}

/** For a choice, the usual first. */
export const ACTIONS = Object.entries(WORDS).map(([value, label]) => ({ value, label }))

export const actionWords = (action: Action): string => WORDS[action]

export const isAction = (value: string | null): value is Action => value !== null && value in WORDS
