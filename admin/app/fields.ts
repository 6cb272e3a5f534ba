/** What a field that may be left empty holds. */
export const trimmedOrNull = (text: string): string | null => text.trim() || null
