/** Who called, for people: `Anna (101)`. */
export function callerInWords(name: string | null, number: string): string {
  return name === null || name === '' ? number || 'an unknown caller' : `${name} (${number})`
}
