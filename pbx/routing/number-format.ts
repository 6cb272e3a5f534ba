/**
 * What a person dialled, without what only helps the eye: spaces, dots, dashes, brackets
 * (RFC 3966 §5.1.1 visual separators). Letters, `*`, `#` and a leading `+` stay.
 */
export function normaliseDialled(dialled: string): string {
  return dialled.trim().replace(/[\s.()-]/g, '')
}
