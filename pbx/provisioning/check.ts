import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import { parseNetwork, formatNetwork } from '../../config/network.ts'
import { isTimeZone } from '../directory/input-places.ts'
import type { PhoneKey, PhoneModel, ProvisionedPhoneInput } from '../door-phones.ts'
import { modelOf, vendorOf, type Vendor } from './vendors.ts'

const LANGUAGES: readonly string[] = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt']
const MOST_NETWORKS = 20

type Whole = Pick<Required<ProvisionedPhoneInput>, 'vendor' | 'model' | 'lines' | 'keys' | 'mac'>

/**
 * The input as it is kept.
 *
 * @param before what is there already; what the input says goes before it
 * @throws Refusal `unprocessable` that names every wrong field
 */
export function checkPhone<T extends Partial<ProvisionedPhoneInput>>(input: T, before: Partial<Whole>): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  const wrong = (field: string, message: string): void => void details.push({ field, message })
  if (input.name !== undefined) {
    checked.name = input.name.trim()
    if (checked.name === '' || checked.name.length > 60 || /[\p{Cc}\p{Cs}]/u.test(checked.name)) wrong('name', 'A name has 1 to 60 letters, digits and signs.')
  }
  const vendor = vendorOf(input.vendor ?? before.vendor ?? '')
  const model = vendor && modelOf(vendor, input.model ?? before.model ?? '')
  if (!vendor) wrong('vendor', 'Phones of this vendor cannot be set up from here.')
  else if (!model) wrong('model', `This is no model of ${vendor.name} that can be set up from here.`)
  checkMac(checked, vendor, input, before, wrong)
  const lines = input.lines ?? before.lines ?? []
  if (input.lines !== undefined) {
    if (lines.length === 0) wrong('lines', 'A phone needs a line: choose an extension.')
    if (new Set(lines).size < lines.length) wrong('lines', 'An extension can be a line of a phone once.')
  }
  if (model && lines.length > model.lines) wrong('lines', `This model has ${model.lines === 1 ? 'one line' : `${model.lines} lines`} at most.`)
  if (model) checkKeys(input.keys ?? before.keys ?? [], model, lines.length, wrong)
  if (input.keys !== undefined) checked.keys = input.keys.map((key) => ({ ...key, value: key.value.trim(), label: key.label.trim() }))
  if (typeof input.timeZone === 'string' && !isTimeZone(input.timeZone)) wrong('timeZone', `${input.timeZone} is no time zone, such as America/New_York or Europe/Berlin.`)
  if (input.language !== undefined && !LANGUAGES.includes(input.language)) wrong('language', `The language is one of ${LANGUAGES.join(', ')}.`)
  if (input.networks !== undefined) checked.networks = checkNetworks(input.networks, wrong)
  refuseWrong(details)
  return checked
}

/** Told of each wrong field. */
export type Wrong = (field: string, message: string) => void

function checkMac(checked: Partial<ProvisionedPhoneInput>, vendor: Vendor | undefined, input: Partial<ProvisionedPhoneInput>, before: Partial<Whole>, wrong: Wrong): void {
  const given = input.mac === undefined ? before.mac : input.mac
  const mac = given?.replace(/[\s:.-]/g, '').toLowerCase() ?? ''
  if (vendor?.soft === true) {
    if (mac !== '') wrong('mac', 'An app has no MAC address.')
  } else if (!/^[0-9a-f]{12}$/.test(mac) || mac === '000000000000') wrong('mac', 'The MAC address has twelve digits from 0 to 9 and a to f. It is on a label below the phone, such as 80:5e:c0:12:34:56.')
  if (input.mac !== undefined) checked.mac = mac === '' ? null : mac
}

/** Keys beyond those of the model, for lines that are not there, or with numbers that cannot be dialled. */
export function checkKeys(keys: readonly PhoneKey[], model: Pick<PhoneModel, 'keys'>, lines: number, wrong: Wrong): void {
  if (keys.length > model.keys) wrong('keys', `This model has ${model.keys} keys.`)
  for (const [index, { type, value, label }] of keys.entries()) {
    const n = `Key ${index + 1}`
    if (label.length > 40 || /[\p{Cc}\p{Cs}]/u.test(label)) wrong('keys', `${n}: a label has 40 letters, digits and signs at most.`)
    if (type === 'line' && !(/^[1-9][0-9]?$/.test(value) && Number(value) <= lines)) wrong('keys', `${n} is for line ${value || '?'}, which the phone does not have.`)
    else if (type !== 'line' && type !== 'empty' && !/^[+*#]?[0-9*#]{1,30}$/.test(value.trim())) wrong('keys', `${n} needs a number to dial.`)
  }
}

/** Networks as they are kept. */
export function checkNetworks(given: readonly string[], wrong: Wrong): string[] {
  if (given.length > MOST_NETWORKS) wrong('networks', `There are ${MOST_NETWORKS} networks at most.`)
  return [...new Set(given.map((text) => {
    try {
      return formatNetwork(parseNetwork(text))
    } catch {
      wrong('networks', `${text} is no address or network, such as 198.51.100.7 or 198.51.100.0/24.`)
      return text
    }
  }))]
}
