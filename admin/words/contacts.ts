/** What becomes of one phone more than an extension may have, in plain words. */
import type { Extension } from '../app/types.ts'

export type ContactsFull = NonNullable<Extension['contactsFull']>

const words: Record<ContactsFull, string> = { replace: 'The one that registered longest ago gives way', reject: 'It is refused' }

/** For a form; the empty value is the standard of the system. */
export const contactsFullChoices: { value: string; label: string }[] = [
  { value: '', label: 'Standard of this system' },
  ...Object.entries(words).map(([value, label]) => ({ value, label })),
]
