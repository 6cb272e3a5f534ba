import { z } from 'zod'
import { line, readVersion, stamps } from '../http/fields.ts'

const number = z.string().trim().regex(/^[0-9]{2,4}$/, 'must be two to four digits').meta({ description: 'Two to four digits, dialled behind the code of speed dials (*0).' })
const target = z.string().trim().min(2).max(30).meta({ description: 'What is dialled for it: an extension, a number outside as one would dial it, a code such as *99102. Every rule counts as if it had been dialled. Never another speed dial.' })
const name = z.string().meta({ description: 'Whom it reaches.' })

export const SpeedDial = z.object({ id: z.uuid(), number, name, target, ...stamps }).meta({ id: 'SpeedDial', description: 'A short number for everybody in the company.' })
export const SpeedDialCreate = z.strictObject({ number, name: line(100), target }).meta({ id: 'SpeedDialCreate' })
export const SpeedDialUpdate = z.strictObject({ number: number.optional(), name: line(100).optional(), target: target.optional(), version: readVersion }).meta({ id: 'SpeedDialUpdate' })

export const OwnSpeedDial = z.object({ number, name, target }).meta({ id: 'OwnSpeedDial', description: 'A short number for the phones of one extension.' })
const OwnSpeedDialInput = z.strictObject({ number, name: line(100), target }).meta({ id: 'OwnSpeedDialInput' })
/** The whole list of an extension. */
export const ownSpeedDials = z.array(OwnSpeedDialInput).max(100).meta({ description: 'All of them: those that are left out are gone. The same number in the list of the company is not dialled by these phones.' })
