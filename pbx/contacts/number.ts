/**
 * What a phone number means that somebody wrote into an address book, a CRM or a carrier's From: the same for both sides
 * of a match (E.164), whatever stands between the digits.
 */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max'

export interface ReadNumber {
  /** With +; null: it is no whole number, such as one without its area code or an extension. */
  e164: string | null
  /** What is dialled, with the country code where it is known. */
  digits: string
}

/** One of two numbers in a match without its country or area code is taken for the other when it has as many digits. */
export const FEWEST_DIGITS = 6

// What comes after a number to be dialled once it is answered.
const EXTENSION = /(?:[;,]?\s*\b(?:ext|extn|extension|int|poste|anexo|ramal|interno|durchwahl|dw|app|toestel)\b\s*[.:=]?|;\s*(?:ext|isub)=|(?<=\d)\s*(?:x|ext|extn)\.?|#|[,;]+p?)\s*\(?\d{1,7}\)?\s*$/iu
const KEYPAD: Readonly<Record<string, string>> = { A: '2', B: '2', C: '2', D: '3', E: '3', F: '3', G: '4', H: '4', I: '4', J: '5', K: '5', L: '5', M: '6', N: '6', O: '6', P: '7', Q: '7', R: '7', S: '7', T: '8', U: '8', V: '8', W: '9', X: '9', Y: '9', Z: '9' }

/**
 * @param country ISO 3166, of numbers that name none
 * @returns undefined for what has no digits
 */
export function readNumber(written: string, country: string): ReadNumber | undefined {
  if (written.length > 300) return undefined
  const text = tidy(written)
  const digits = text.replace(/\D/g, '')
  if (digits === '' || digits.length > 40) return undefined
  const e164 = wholeNumber(text, digits, country)
  return { e164, digits: e164?.slice(1) ?? digits }
}

/**
 * The ways in which people write a number, for those who search texts and not numbers.
 *
 * @returns without its country first, then what programs and people make of it
 */
export function waysToWrite(e164: string): { national: string; written: string[] } {
  const number = parsePhoneNumberFromString(e164)
  if (!number) return { national: e164.slice(1), written: [e164] }
  const { nationalNumber: national } = number
  return { national, written: [...new Set([e164, e164.slice(1), national, number.formatInternational(), number.formatNational(), number.formatNational().replace(/\D/g, '')])] }
}

function wholeNumber(text: string, digits: string, country: string): string | null {
  const international = /^[\s(]*\+/.test(text)
  // Written for people at home and abroad at once: the zero is dialled at home only, but in Italy.
  const withoutZero = text.replace(/[([]\s*0\s*[)\]]/, ' ')
  const ways = [
    ...(international && withoutZero !== text && !/^[\s(]*\+\s*(?:39|378|379)/.test(text) ? [withoutZero] : []), text, withoutZero,
    ...(international ? [] : [...(digits.startsWith('00') ? [`+${digits.slice(2)}`] : []), ...(digits.startsWith('011') ? [`+${digits.slice(3)}`] : []), ...(digits.length > 9 && !digits.startsWith('0') ? [`+${digits}`] : [])]),
  ]
  const found = ways.map((way) => parsePhoneNumberFromString(way, { defaultCountry: country as CountryCode, extract: false }))
  return (found.find((one) => one?.isValid()) ?? found.find((one) => one?.isPossible()))?.number ?? null
}

/** Without what is no part of the number: its scheme, its label, an extension behind it, a second number, a comment. */
function tidy(written: string): string {
  const plain = decoded(written).normalize('NFKC').replace(/[\p{Cf}\u180e]/gu, '').replace(/\p{Nd}/gu, digitOf).replace(/\s+/g, ' ').trim()
  const [uri, context] = plain.replace(/^(?:tel|sips?|callto|fax|sms|wtai|phone)\s*:\s*(?:\/\/)?/i, '').split(/;phone-context=/i)
  const global = context !== undefined && /^\+\d+/.test(context) ? `${/^\+\d+/.exec(context)?.[0] ?? ''}${uri ?? ''}` : (uri ?? '')
  const user = global.replace(/@.*$/, '')
  // Two numbers in one field: the first.
  const [first = ''] = user.split(/(?<=\d(?:\D*\d){4}\)?)\s*(?:[|\n\r]|\s\/\s(?=[+0(](?:\D*\d){6})|[,;]\s*(?=[+0(]\D*\d(?:\D*\d){3})|\b(?:or|oder|ou|und|and|o)\b)\s*/iu)
  const bare = first.replace(EXTENSION, '').replace(/[([][^\d()[\]]*[)\]]/g, ' ').replace(/;.*$/, '')
  return letters(bare.replace(/^[^\d+(\[]*?(?=[+(\[\d])/u, '').replace(/^\(?\++\s*(?:\(?\++)*/, (sign) => (sign.includes('(') ? '(+' : '+')).replace(/^(\(?\+)\s*00\s*/, '$1').replace(/^\s*00\s*\+/, '+'))
    .replace(/^\(\s*\+\s*([\d ]+)\s*\)/, '+$1 ').replace(/[/\\_|~*'"·•=:<>,;]/g, ' ').trim()
}

/** Words on a keypad are capitals, as in 1-800-FLOWERS; what else has letters is a comment. */
function letters(text: string): string {
  const at = text.search(/\p{L}/u)
  if (at === -1) return text
  const rest = text.slice(at)
  if (/^[A-Z0-9 .-]+$/.test(rest) && (text.replace(/[^A-Z0-9]/g, '').length >= 10)) return text.replace(/[A-Z]/g, (letter) => KEYPAD[letter] ?? '')
  return text.slice(0, at)
}

function decoded(text: string): string {
  if (!/%[0-9a-f]{2}/i.test(text)) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Unicode puts the ten digits of a script in a row that begins at a multiple of 16, or at six after one. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0
  const low = code & 15
  return String(low < 10 && /\p{Nd}/u.test(String.fromCodePoint(code - low)) ? low : low - 6)
}
