/** Every sentence of the panel goes through here. The English sentence is its own key; see README.md. */
import { language, locale } from './language.ts'
import type { Translations } from './translations.ts'

type Value = string | number

/** The names between `{{` and `}}`. */
export type Names<Sentence extends string> = Sentence extends `${string}{{${infer Name}}}${infer Rest}` ? Name | Names<Rest> : never

type Values<Name extends string, Kind> = [Name] extends [never] ? [] : [values: Readonly<Record<Name, Kind>>]

interface Options {
  /** The number that the sentence turns on, and its form for one. */
  count?: number
  defaultValue_one?: string
  replace?: Readonly<Record<string, Value>>
  /** Leaves the placeholders as they are. */
  skipInterpolation?: boolean
  context?: string
}

type Say = (sentence: string, options: Options) => string

/** English needs no library: the sentence is there, and it has one form for one and another for the rest. */
const english: Say = (sentence, { count, defaultValue_one: one = sentence, replace = {}, skipInterpolation = false }) => {
  const form = count === 1 ? one : sentence
  return skipInterpolation ? form : form.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => String(replace[name] ?? whole))
}

/** A sentence with its placeholders, or with more of what i18next takes. */
export let say: Say = english

/** Takes a language into use, with its plural forms; English without translations. Before anything is drawn. */
export async function takeTranslations(tongue: string, translations: Translations): Promise<void> {
  if (tongue === 'en') return void (say = english)
  const { default: i18next } = await import('i18next')
  const words = i18next.createInstance()
  await words.init({
    lng: tongue, fallbackLng: false, resources: { [tongue]: { translation: formsOf(translations) } },
    // Sentences hold dots and colons, and React escapes what it shows.
    keySeparator: false, nsSeparator: false, interpolation: { escapeValue: false },
  })
  say = (sentence, options) => words.t(sentence, options.defaultValue_one === undefined ? { ...options } : { ...options, defaultValue_other: sentence })
}

function formsOf(translations: Translations): Record<string, string> {
  return Object.fromEntries(Object.entries(translations).flatMap(([sentence, to]): [string, string][] =>
    // In Spanish, French and Italian a million has a form of its own, which here reads as the other does.
    (typeof to === 'string' ? [[sentence, to]] : [[`${sentence}_one`, to[0]], [`${sentence}_many`, to[1]], [`${sentence}_other`, to[1]]])))
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
  return say(other, { count, defaultValue_one: one, replace: { ...values, count: figure(count) } })
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

// Whoever says anything imports this file, so that nothing is made of words before they are there. A file that cannot be loaded leaves the panel in English.
if (language === 'es') {
  await import('./spanish/index.ts').then(({ spanish }) => takeTranslations('es', spanish)).catch((error: unknown) => queueMicrotask(() => { throw error }))
}
