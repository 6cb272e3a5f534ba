/** Callers as people write them in rules. */
import { RE2JS } from 're2js'

export const CALLERS = /^(?:anonymous|\+[0-9]{2,20}|\+[0-9]{0,19}\*)$/
export const CALLERS_WANTED = 'Enter the number with its country code, such as +12025550123, a beginning such as +1900*, or anonymous for whoever hides it.'

const LONGEST_EXPRESSION = 100

/** Without what people put between digits. */
export const plainly = (text: string): string => text.trim().toLowerCase().replace(/[\s.()-]/g, '')

/** As it is kept; an expression stands between slashes and stays as it is. */
export const callerOfRule = (given: string): string => (given.trim().startsWith('/') ? given.trim() : plainly(given))

/** What is wrong with the caller of a rule as it is kept, as a sentence with the cure; undefined: nothing. */
export function callerTrouble(caller: string): string | undefined {
  if (!caller.startsWith('/')) return CALLERS.test(caller) ? undefined : `${CALLERS_WANTED} An expression stands between slashes: /^\\+1(900|976)/.`
  if (caller.length < 3 || !caller.endsWith('/')) return 'An expression stands between slashes, such as /^\\+1(900|976)/.'
  if (caller.length > LONGEST_EXPRESSION + 2) return `An expression has at most ${LONGEST_EXPRESSION} characters.`
  try {
    // Otherwise it would be found in every number.
    return RE2JS.compile(caller.slice(1, -1)).matcher('').find() ? 'This expression is found in every number. For all of them there is +*.' : undefined
  } catch (error) {
    return `${caller} is no regular expression of RE2 (${error instanceof Error ? error.message : String(error)}). It knows no look-around and no back references, which can take forever.`
  }
}
