import { isHelpSomewhere, numbersIn } from './countries.ts'

export { isHelpSomewhere }

/** Numbers that call for help wherever one is: 911 with and without the outside-line 9 (47 U.S.C. §623, Kari's Law), and 112 (3GPP TS 22.101). */
const EVERYWHERE: readonly string[] = ['911', '9911', '112']
const EMERGENCY = new Set(EVERYWHERE)

/** Whether what was dialled asks for the emergency services, wherever it is dialled. */
export function isEmergency(dialled: string): boolean {
  return EMERGENCY.has(dialled)
}

/**
 * The number of the emergency services that was dialled; undefined: none. Recognised before every other rule.
 *
 * @param countries where a company has its phones
 * @param prefixes what may be dialled before it for an outside line
 */
export function helpDialled(dialled: string, countries: Iterable<string>, prefixes: readonly string[] = []): string | undefined {
  if (dialled === '9911') return '911'
  const all = [...countries]
  const known = (number: string): boolean => EMERGENCY.has(number) || all.some((country) => numbersIn(country).includes(number))
  if (known(dialled)) return dialled
  const prefix = prefixes.find((one) => one !== '' && dialled.startsWith(one) && known(dialled.slice(one.length)))
  return prefix === undefined ? undefined : dialled.slice(prefix.length)
}

/** What is called where the caller is: a number of that country, or its general one for a number known everywhere; undefined: it means nothing there. */
export function helpIn(country: string, number: string): string | undefined {
  const there = numbersIn(country)
  if (there.includes(number)) return number
  return EMERGENCY.has(number) ? there[0] : undefined
}

/** Everything that calls for help in these countries, as it is dialled: also behind the digits for an outside line. */
export function helpForms(countries: Iterable<string>, prefixes: readonly string[]): string[] {
  const numbers = new Set([...EVERYWHERE, ...[...countries].flatMap(numbersIn)])
  return [...numbers, ...prefixes.flatMap((prefix) => [...numbers].map((number) => prefix + number))]
}
