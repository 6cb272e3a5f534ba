/** What short numbers are right. */
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { OwnSpeedDial, SpeedDialInput } from '../door.ts'
import { checkName } from './input-lines.ts'

/** Of an extension. */
export const MOST_OWN_DIALS = 100

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkSpeedDial<T extends Partial<SpeedDialInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkName(checked, details)
  if (checked.number !== undefined) {
    checked.number = checked.number.trim()
    if (!/^[0-9]{2,4}$/.test(checked.number)) details.push({ field: 'number', message: 'A short number has two to four digits, such as 01; the code is dialled before it.' })
  }
  if (checked.target !== undefined) {
    checked.target = checked.target.trim().replace(/[\s.()-]/g, '')
    if (!/^(?:\+|\*{1,2})?[0-9]{2,24}$/.test(checked.target)) details.push({ field: 'target', message: 'Enter what one would dial: 2 to 24 digits, with a + or a code such as *99 before them or not.' })
  }
  refuseWrong(details)
  return checked
}

/** The list of an extension, each number once. */
export function checkOwnSpeedDials(given: readonly OwnSpeedDial[], details: RefusalDetail[]): OwnSpeedDial[] {
  const field = 'speedDials'
  if (given.length > MOST_OWN_DIALS) details.push({ field, message: `An extension has at most ${MOST_OWN_DIALS} speed dials of its own. Those for everybody are kept under Speed dials.` })
  const seen = new Set<string>()
  return given.map(({ number, name, target }) => {
    const wrong: RefusalDetail[] = []
    const one = { number: number.trim(), name, target }
    try {
      Object.assign(one, checkSpeedDial(one))
    } catch (error) {
      wrong.push(...detailsOf(error))
    }
    if (seen.has(one.number)) wrong.push({ field, message: 'is there twice.' })
    seen.add(one.number)
    for (const { message } of wrong) details.push({ field, message: `${one.number}: ${message}` })
    return one
  })
}

function detailsOf(error: unknown): readonly RefusalDetail[] {
  if (error instanceof Error && 'details' in error && Array.isArray(error.details)) return error.details as RefusalDetail[]
  throw error
}
