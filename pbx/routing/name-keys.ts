import type { SnapshotExtension } from '../directory/types.ts'

/** The letters on the keys of a phone (ITU-T E.161). */
const KEYS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ 2: 'abc', 3: 'def', 4: 'ghi', 5: 'jkl', 6: 'mno', 7: 'pqrs', 8: 'tuv', 9: 'wxyz' }).flatMap(([key, letters]) => [...letters].map((letter) => [letter, key])),
)
/** Letters that are no letter with an accent. */
const FOLDED: Readonly<Record<string, string>> = { 'ß': 'ss', 'æ': 'ae', 'œ': 'oe', 'ø': 'o', 'ł': 'l', 'đ': 'd', 'ð': 'd', 'þ': 'th', 'ı': 'i' }
const SPELLED_OUT: Readonly<Record<string, string>> = { 'ä': 'ae', 'ö': 'oe', 'ü': 'ue', 'ø': 'oe', 'å': 'aa' }

const keysOf = (word: string): string =>
  [...word.normalize('NFD')].map((letter) => [...(FOLDED[letter] ?? letter)].map((one) => KEYS[one] ?? (/[0-9]/.test(one) ? one : '')).join('')).join('')

/** What may be typed for a name: from any of its words on, and around to the first again. Müller is 685537 and 6835537. */
export function typedForms(name: string): string[] {
  const lower = name.toLowerCase().normalize('NFC')
  const spelled = [...lower].map((letter) => SPELLED_OUT[letter] ?? letter).join('')
  return [...new Set([lower, spelled])].flatMap((text) => {
    // A name is one word with an apostrophe in it, and two with a hyphen.
    const words = text.replaceAll(/['’]/g, '').split(/[^\p{L}\p{M}\p{N}]+/u).map(keysOf).filter((keys) => keys !== '')
    return words.map((_, first) => [...words.slice(first), ...words.slice(0, first)].join(''))
  })
}

/** The listed extensions whose last or first name begins with these keys, by name. */
export function findByKeys<T extends Pick<SnapshotExtension, 'name' | 'enabled' | 'listed'>>(extensions: readonly T[], typed: string): T[] {
  if (typed === '') return []
  return extensions
    .filter(({ name, enabled, listed }) => enabled && listed && typedForms(name).some((form) => form.startsWith(typed)))
    .toSorted((one, other) => one.name.localeCompare(other.name))
}
