/** A sentence, or the two forms of one that counts: of one thing, and of others. */
export type Translations = Readonly<Record<string, string | readonly [one: string, other: string]>>
