/** What a field that may be left empty holds. */
export const trimmedOrNull = (text: string): string | null => text.trim() || null

/** What a field for a number holds that may be empty. */
export function numberOrNull(value: number | string): number | null {
  return value === '' ? null : Number(value)
}
