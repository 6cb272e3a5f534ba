/** An amount as people write it: prices of calls have more decimals than two. */
import { decimal } from './translate.ts'

export function price(amount: number, currency: string | null): string {
  return `${decimal(amount, 6, 2)} ${currency ?? ''}`.trim()
}
