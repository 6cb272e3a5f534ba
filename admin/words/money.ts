/** An amount as people write it: prices of calls have more decimals than two. */
export function price(amount: number, currency: string | null): string {
  return `${amount.toFixed(6).replace(/(\.\d\d\d*?)0+$/, '$1')} ${currency ?? ''}`.trim()
}
