/** Every sentence of the panel goes through here. The English sentence is its own key; see README.md. */
import i18next from 'i18next'
import { locale } from './language.ts'

/** A sentence, or the two forms of one that counts: of one thing, and of others. */
export type Translations = Readonly<Record<string, string | readonly [one: string, other: string]>>

type Value = string | number

/** The names between `{{` and `}}`. */
export type Names<Sentence extends string> = Sentence extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Names<Rest> : never

type Values<Name extends string, Kind> = [Name] extends [never] ? [] : [values: Readonly<Record<Name, Kind>>]

const words = i18next.createInstance()

/** A sentence with its placeholders, or with more of what i18next takes. Its own types read every sentence as a path; ours read the placeholders. */
export const say = (sentence: string, options: Readonly<Record<string, unknown>>): string => words.t(sentence, options)

void words.init({
  lng: 'en', fallbackLng: false, initAsync: false, resources: { en: { translation: {} } },
  // Sentences hold dots and colons, and React escapes what it shows.
  keySeparator: false, nsSeparator: false, interpolation: { escapeValue: false },
})

/** Takes a language into use; before anything is drawn. */
export function takeTranslations(tongue: string, translations: Translations): void {
  const forms = Object.entries(translations).flatMap(([sentence, to]): [string, string][] =>
    // In Spanish, French and Italian a million has a form of its own, which here reads as the other does.
    (typeof to === 'string' ? [[sentence, to]] : [[`${sentence}_one`, to[0]], [`${sentence}_many`, to[1]], [`${sentence}_other`, to[1]]]))
  words.addResourceBundle(tongue, 'translation', Object.fromEntries(forms), false, true)
  void words.changeLanguage(tongue)
}

/** A sentence in the language of the panel. */
export function t<const Sentence extends string>(sentence: Sentence, ...[values]: Values<Names<Sentence>, Value>): string {
  return say(sentence, { replace: values ?? {} })
}

/** A word that other languages say in different ways, with the sense in which it is meant: `Open`, as of a door or as on a button. */
export function inSense(sense: string, word: string): string {
  return say(word, { context: sense })
}

/** A sentence that counts. `{{count}}` is written as the language writes numbers. */
export function plural<const One extends string, const Other extends string>(count: number, one: One, other: Other, ...[values]: Values<Exclude<Names<One> | Names<Other>, 'count'>, Value>): string {
  return say(other, { count, defaultValue_one: one, defaultValue_other: other, replace: { ...values, count: figure(count) } })
}

/** Whole sentences one after the other; what is not there is left out. */
export const sentences = (...each: readonly (string | false | null | undefined)[]): string => each.filter((one) => typeof one === 'string' && one !== '').join(' ')

const numbers = new Intl.NumberFormat(locale)

/** `1,234` or `1.234`. */
export function figure(value: number): string {
  return numbers.format(value)
}

/** With so many decimals: `4.13` or `4,13`. */
export function decimal(value: number, digits: number, fewest = digits): string {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: fewest, maximumFractionDigits: digits, useGrouping: false }).format(value)
}

const lists = { and: new Intl.ListFormat(locale, { type: 'conjunction' }), or: new Intl.ListFormat(locale, { type: 'disjunction' }) }

/** `a, b and c`. */
export const listWords = (items: Iterable<string>, kind: keyof typeof lists = 'and'): string => lists[kind].format(items)
