import { parseNumber } from '../routing/outside.ts'

/**
 * A number as signatures have it (RFC 8224 §8.3): E.164 without its +. Undefined for what is no whole number, such as a short code or a name.
 *
 * @param country of numbers without a country code, ISO 3166
 */
export function canonicalNumber(text: string, country: string): string | undefined {
  return parseNumber(text, country)?.e164.slice(1)
}

/** All that a number may mean: many carriers leave its + away. */
export function meanings(text: string, country: string): string[] {
  const bare = /^[1-9][0-9]{6,14}$/.test(text) ? canonicalNumber(`+${text}`, country) : undefined
  return [...new Set([canonicalNumber(text, country), bare].flatMap((one) => one ?? []))]
}
