/** The numbers that a certificate speaks for (RFC 8226 §9). */
import { BaseBlock, Constructed, fromBER, IA5String, Integer, Sequence } from 'asn1js'

export const TN_AUTH_LIST = '1.3.6.1.5.5.7.1.26'

export interface TnAuthList {
  /** Codes of service providers (SPC), each for all numbers of that provider. */
  codes: readonly string[]
  ranges: readonly { first: string; count: number }[]
}

/** @param der the value of the extension. @throws Error when it is malformed */
export function readTnAuthList(der: ArrayBuffer): TnAuthList {
  const { result, offset } = fromBER(der)
  if (offset === -1 || !(result instanceof Sequence) || result.valueBlock.value.length === 0) throw new Error('its list of numbers is malformed')
  const codes: string[] = []
  const ranges: { first: string; count: number }[] = []
  for (const entry of result.valueBlock.value) {
    const value = insideOf(entry)
    switch (entry.idBlock.tagNumber) {
      case 0:
        codes.push(textOf(value))
        break
      case 1: {
        const [first, count] = value instanceof Sequence ? value.valueBlock.value : []
        if (!(count instanceof Integer)) throw new Error('its list of numbers is malformed')
        ranges.push({ first: numberOf(first), count: count.valueBlock.valueDec })
        break
      }
      case 2:
        ranges.push({ first: numberOf(value), count: 1 })
        break
      default:
        throw new Error('its list of numbers has an entry of an unknown kind')
    }
  }
  return { codes, ranges }
}

/**
 * Whether it speaks for a number. A code says nothing of numbers: whose they are is known to the administration that gave it out, so a list
 * with one is for every number (ATIS-1000080 §6.4).
 *
 * @param number E.164 without a +
 */
export function speaksFor({ codes, ranges }: TnAuthList, number: string): boolean {
  if (codes.length > 0) return true
  return ranges.some(({ first, count }) => {
    if (count === 1) return first === number
    if (!/^[0-9]+$/.test(number) || number.length !== first.length) return false
    const past = Number(number) - Number(first)
    return past >= 0 && past < count
  })
}

/** As people read it. */
export const numbersOf = ({ ranges }: TnAuthList): string[] => ranges.map(({ first, count }) => (count === 1 ? `+${first}` : `+${first} and the ${count - 1} that follow`))

/** RFC 8226 tags explicitly. */
function insideOf(entry: BaseBlock): BaseBlock | undefined {
  if (entry.idBlock.tagClass !== 3 || !(entry instanceof Constructed)) throw new Error('its list of numbers is malformed')
  return entry.valueBlock.value[0]
}

function textOf(value: BaseBlock | undefined): string {
  if (!(value instanceof IA5String)) throw new Error('its list of numbers is malformed')
  return value.valueBlock.value
}

function numberOf(value: BaseBlock | undefined): string {
  const number = textOf(value)
  if (!/^[0-9*#]{1,15}$/.test(number)) throw new Error('its list of numbers has one that is none')
  return number
}
