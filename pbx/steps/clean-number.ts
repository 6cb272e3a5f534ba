import { normaliseDialled } from '../routing/number-format.ts'

/** What can be dialled of a number as somebody wrote or clicked it, `tel:` included (RFC 3966); undefined when it is none. */
export function cleanNumber(text: string): string | undefined {
  const number = normaliseDialled(text.replace(/^tel:/i, '').replace(/;.*$/, '').replaceAll(/[^0-9+*#]/g, ''))
  return /^[+*#]?[0-9*#]{1,30}$/.test(number) ? number : undefined
}
