import { z } from 'zod'
import { line, readVersion, stamps } from '../http/fields.ts'

const action = z.enum(['decline', 'busy', 'not-in-service', 'voicemail', 'hold', 'allow']).meta({
  description: 'What such a caller hears; `voicemail`: whoever was called rings nothing and gets the message; `hold`: music, for BLOCKED_HOLD_SECONDS, and then the end; `allow`: it is put through all the same.',
})
const written = '+12025550123, +1900* for all that begin so, /^\\+1(900|976)/ for all that a regular expression (RE2) is found in, written with + and country code, or anonymous for who hides. The number itself counts before everything else, then an exception that is an expression, the longest beginning, and another expression.'
const number = z.string().meta({ description: written })
const callers = z.string().trim().min(1).max(110).meta({ description: written })
const name = z.string().meta({ description: 'Why.' })

export const BlockedCaller = z
  .object({ id: z.uuid(), number, name, action, enabled: z.boolean(), ...stamps })
  .meta({ id: 'BlockedCaller', description: 'A caller from outside who is not put through, or an exception.' })
export const BlockedCallerCreate = z.strictObject({ number: callers, name: line(100), action: action.optional(), enabled: z.boolean().optional() }).meta({ id: 'BlockedCallerCreate' })
export const BlockedCallerUpdate = z.strictObject({ number: callers.optional(), name: line(100).optional(), action: action.optional(), enabled: z.boolean().optional(), version: readVersion }).meta({ id: 'BlockedCallerUpdate' })

export const OwnBlockedCaller = z.object({ number, name, action }).meta({ id: 'OwnBlockedCaller', description: 'A caller from outside whom an extension does not want, or an exception.' })
export const OwnBlockedCallerInput = z.strictObject({ number: callers, name: line(100), action: action.default('decline') }).meta({ id: 'OwnBlockedCallerInput' })
/** The whole list of an extension. */
export const ownBlockedCallers = z.array(OwnBlockedCallerInput).max(200).meta({ description: 'All of them: those that are left out are gone. Of two rules that say as much of a number, that of the extension counts before that of the company.' })
