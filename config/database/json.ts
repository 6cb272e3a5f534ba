/**
 * JSON that PostgreSQL's jsonb takes whatever is in its strings: it refuses U+0000 and halves of
 * surrogate pairs, and phones send both. They become U+FFFD, so that no name or reason a phone
 * makes up keeps a row out of the database.
 */
export function toJsonb(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'string' ? storable(each) : each))
}

function storable(text: string): string {
  return text.includes('\u0000') ? text.replaceAll('\u0000', '\uFFFD').toWellFormed() : text.toWellFormed()
}
