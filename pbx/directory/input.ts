import { Refusal, refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import type { ConferenceInput, ExtensionInput, RingGroupInput, RingGroupMember, RingGroupMemberInput } from '../door.ts'
import { checkOwnBlockedCallers } from './input-blocked.ts'
import { checkOwnSpeedDials } from './input-speed-dials.ts'

const LONGEST_NAME = 100
const MOST_LAMPS = 200
const MOST_VIPS = 50
const MOST_SUPERVISED = 200
const LONGEST_GREETING = 1_000
const MOST_MEMBERS = 100
const MOST_FOLLOWED = 10

/**
 * The input with its texts trimmed.
 *
 * @throws Refusal `unprocessable` that names every wrong field
 */
export function checkExtension<T extends Partial<ExtensionInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  checkRange(input.ringSeconds, 'ringSeconds', 'Ring time', 5, 300, details)
  checkRange(input.maxContacts, 'maxContacts', 'The number of contacts', 1, 100, details)
  checkRange(input.callLimit, 'callLimit', 'The number of calls at once', 1, 50, details)
  checkRange(input.outsideAtOnce, 'outsideAtOnce', 'The number of calls outside at once', 1, 50, details)
  checkRange(input.outsidePerMinute, 'outsidePerMinute', 'The number of calls outside within a minute', 1, 600, details)
  for (const field of ['forwardAlways', 'forwardBusy', 'forwardNoAnswer', 'forwardUnreachable'] as const) {
    const number = input[field]
    if (typeof number === 'string') checked[field] = checkTarget(number, field, details)
  }
  if (input.lampNumbers !== undefined) {
    checked.lampNumbers = [...new Set(input.lampNumbers.map((number) => number.trim()))]
    if (checked.lampNumbers.some((number) => !/^[*0-9][0-9]{0,14}$/.test(number))) details.push({ field: 'lampNumbers', message: 'A lamp is for a number inside, such as 102, or a code, such as *21.' })
    if (checked.lampNumbers.length > MOST_LAMPS) details.push({ field: 'lampNumbers', message: `A list has ${MOST_LAMPS} lamps at most.` })
  }
  if (input.vipNumbers !== undefined) {
    checked.vipNumbers = [...new Set(input.vipNumbers.map((number) => checkTarget(number, 'vipNumbers', details)))]
    if (checked.vipNumbers.length > MOST_VIPS) details.push({ field: 'vipNumbers', message: `There are at most ${MOST_VIPS} numbers that ring all the same.` })
  }
  if (input.speedDials !== undefined) checked.speedDials = checkOwnSpeedDials(input.speedDials, details)
  if (input.blockedCallers !== undefined) checked.blockedCallers = checkOwnBlockedCallers(input.blockedCallers, details)
  if (input.supervises !== undefined) {
    checked.supervises = [...new Set(input.supervises.map((number) => number.trim().toUpperCase()))]
    if (checked.supervises.some((number) => !/^(?=.)[0-9XNZ]{0,15}\.?$/.test(number))) details.push({ field: 'supervises', message: 'Whose calls it may listen to are numbers of extensions and ring groups, such as 102, or patterns, such as 2XX; a dot alone is everybody.' })
    if (checked.supervises.length > MOST_SUPERVISED) details.push({ field: 'supervises', message: `There are at most ${MOST_SUPERVISED} numbers and patterns.` })
  }
  if (typeof input.pickupGroup === 'string') {
    checked.pickupGroup = input.pickupGroup.trim()
    if (checked.pickupGroup === '' || checked.pickupGroup.length > 40 || /[\p{Cc}\p{Cs}]/u.test(checked.pickupGroup)) details.push({ field: 'pickupGroup', message: 'The name of a pickup group has 1 to 40 letters, digits and signs.' })
  }
  if (input.followMeTo !== undefined) {
    checked.followMeTo = input.followMeTo.map((each) => ({ ...each, target: checkTarget(each.target, 'followMeTo', details) }))
    if (input.followMeTo.length > MOST_FOLLOWED) details.push({ field: 'followMeTo', message: `Follow me rings at most ${MOST_FOLLOWED} numbers.` })
    if (new Set(checked.followMeTo.map(({ target }) => target)).size < input.followMeTo.length) details.push({ field: 'followMeTo', message: 'Each number is there once.' })
    for (const { delaySeconds, ringSeconds } of input.followMeTo) {
      checkRange(delaySeconds, 'followMeTo', 'The wait', 0, 120, details)
      checkRange(ringSeconds, 'followMeTo', 'The ring time', 5, 120, details)
    }
  }
  checkRange(input.recordingDays, 'recordingDays', 'The days recordings are kept', 1, 3650, details)
  refuseWrong(details)
  return checked
}

/**
 * The input with its texts trimmed.
 *
 * @throws Refusal `unprocessable` that names every wrong field
 */
export function checkConference<T extends Partial<ConferenceInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  for (const field of ['pin', 'moderatorPin'] as const) {
    const pin = input[field]
    if (typeof pin === 'string' && !/^[0-9]{4,12}$/.test(pin)) details.push({ field, message: 'A PIN has 4 to 12 digits and nothing else.' })
  }
  if (typeof input.pin === 'string' && input.pin === input.moderatorPin) details.push({ field: 'moderatorPin', message: 'Moderators need a PIN of their own.' })
  checkRange(input.maxParties, 'maxParties', 'The number of people', 2, 200, details)
  refuseWrong(details)
  return checked
}

/**
 * The input with its texts trimmed.
 *
 * @throws Refusal `unprocessable` that names every wrong field
 */
export function checkRingGroup<T extends Partial<RingGroupInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkNumberAndName(checked, details)
  checkRange(input.ringSeconds, 'ringSeconds', 'Ring time', 5, 600, details)
  checkRange(input.memberSeconds, 'memberSeconds', 'The time for each', 5, 120, details)
  checkRange(input.rounds ?? undefined, 'rounds', 'The number of rounds', 1, 20, details)
  const { members } = input
  if (members !== undefined) {
    if (members.length > MOST_MEMBERS) details.push({ field: 'members', message: `A ring group has at most ${MOST_MEMBERS} members.` })
    checked.members = members.map((member) => checkMember(member, details))
    if (new Set(checked.members.map(({ extensionId, number }) => extensionId ?? number)).size < members.length) details.push({ field: 'members', message: 'Each extension and each number is in a ring group once.' })
    for (const { delaySeconds, ringSeconds } of members) {
      checkRange(delaySeconds, 'members', 'The wait of a member', 0, 120, details)
      checkRange(ringSeconds ?? undefined, 'members', 'The time of a member', 5, 300, details)
    }
  }
  if (typeof input.noAnswer === 'string') checked.noAnswer = checkTarget(input.noAnswer, 'noAnswer', details)
  if (input.greeting !== undefined) checked.greeting = checkGreeting(input.greeting, 0, details)
  // Both are sent to phones in headers.
  for (const [field, most] of [['namePrefix', 20], ['alertInfo', 100]] as const) {
    const text = input[field]
    if (text !== undefined && (text.length > most || /[\p{Cc}\p{Cs}]/u.test(text))) details.push({ field, message: `At most ${most} letters, digits and signs on one line.` })
  }
  refuseWrong(details)
  return checked
}

/** An extension is never asked: its own phones have no mailbox that would answer. */
function checkMember({ extensionId = null, number = null, confirm = true, delaySeconds, ringSeconds = null }: RingGroupMemberInput, details: RefusalDetail[]): RingGroupMember {
  if ((extensionId === null) === (number === null)) details.push({ field: 'members', message: 'A member is an extension or a number outside.' })
  return { extensionId, number: number === null ? null : checkTarget(number, 'members', details), delaySeconds, ringSeconds, confirm: number !== null && confirm }
}

/** A number belongs to somebody else already. */
export function numberTaken(message: string): Refusal {
  return new Refusal('conflict', message, { details: [{ field: 'number', message }] })
}

/** Trims both where they are given. */
export function checkNumberAndName(checked: { number?: string; name?: string }, details: RefusalDetail[]): void {
  if (checked.number !== undefined) checked.number = checkNumber(checked.number, details)
  if (checked.name === undefined) return
  checked.name = checked.name.trim()
  checkName(checked.name, details)
}

function checkNumber(given: string, details: RefusalDetail[]): string {
  const number = given.trim()
  if (!/^[0-9]{2,15}$/.test(number)) details.push({ field: 'number', message: 'A number has 2 to 15 digits and nothing else.' })
  return number
}

/** A text to be spoken, trimmed. */
export function checkGreeting(given: string, least: number, details: RefusalDetail[]): string {
  const greeting = given.trim()
  if (greeting.length < least || greeting.length > LONGEST_GREETING) details.push({ field: 'greeting', message: `A greeting has ${least} to ${LONGEST_GREETING} characters.` })
  else if (/[\p{Cs}\u0000]/u.test(greeting)) details.push({ field: 'greeting', message: 'A greeting is made of letters, digits and signs.' })
  return greeting
}

/** A number that can be dialled, without what only helps the eye. */
export function checkTarget(given: string, field: string, details: RefusalDetail[]): string {
  const number = given.trim().replace(/[\s.()-]/g, '')
  if (!/^[+*]?[0-9]{2,20}$/.test(number)) details.push({ field, message: 'A number has 2 to 20 digits, with a + before them or not; *99102 is the mailbox of 102.' })
  return number
}

/** The `version` a change was made from is not the one in the database. */
export function outdated(): Refusal {
  return new Refusal('conflict', 'Somebody else changed this in the meantime. Load it again and repeat your change.')
}

/** A device's name, trimmed. */
export function checkDeviceName(name: string): string {
  const details: RefusalDetail[] = []
  checkName(name.trim(), details)
  refuseWrong(details)
  return name.trim()
}

function checkName(name: string, details: RefusalDetail[]): void {
  if (name === '') details.push({ field: 'name', message: 'A name is needed.' })
  else if (name.length > LONGEST_NAME) details.push({ field: 'name', message: `A name has at most ${LONGEST_NAME} characters.` })
  // It is sent to phones in From.
  else if (/[\p{Cc}\p{Cs}]/u.test(name)) details.push({ field: 'name', message: 'A name is made of letters, digits and signs on one line.' })
}

export function checkRange(value: number | null | undefined, field: string, what: string, min: number, max: number, details: RefusalDetail[]): void {
  if (value == null || (Number.isInteger(value) && value >= min && value <= max)) return
  details.push({ field, message: `${what} is a whole number from ${min} to ${max}.` })
}
