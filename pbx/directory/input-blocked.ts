import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { BlockedCallerInput, OwnBlockedCaller } from '../door.ts'
import { callerOfRule, callerTrouble } from './input-callers.ts'
import { checkName } from './input-lines.ts'

/** Of an extension. */
export const MOST_OWN = 200

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkBlockedCaller<T extends Partial<BlockedCallerInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkName(checked, details)
  if (checked.number !== undefined) {
    checked.number = callerOfRule(checked.number)
    const message = callerTrouble(checked.number)
    if (message !== undefined) details.push({ field: 'number', message })
  }
  refuseWrong(details)
  return checked
}

/** The list of an extension, each caller once. */
export function checkOwnBlockedCallers(given: readonly OwnBlockedCaller[], details: RefusalDetail[]): OwnBlockedCaller[] {
  const field = 'blockedCallers'
  const list = given.map(({ number, name, action }) => ({ number: callerOfRule(number), name: name.trim(), action }))
  if (list.length > MOST_OWN) details.push({ field, message: `An extension has at most ${MOST_OWN} rules of its own. What counts for everybody is kept under Blocked callers.` })
  const seen = new Set<string>()
  for (const rule of list) {
    const message = callerTrouble(rule.number)
    if (message !== undefined) details.push({ field, message: `${rule.number}: ${message}` })
    if (seen.has(rule.number)) details.push({ field, message: `${rule.number} is there twice.` })
    seen.add(rule.number)
    const wrong: RefusalDetail[] = []
    checkName(rule, wrong)
    for (const one of wrong) details.push({ field, message: `${rule.number}: ${one.message}` })
  }
  return list
}
