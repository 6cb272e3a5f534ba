/** What becomes of one phone more than an extension may have, in plain words. */
import type { Extension } from '../app/types.ts'
import { t } from './translate.ts'

export type ContactsFull = NonNullable<Extension['contactsFull']>

const words: Record<ContactsFull, string> = { replace: t('The one that registered longest ago gives way'), reject: t('It is refused') }

/** For a form; the empty value is the standard of the system. */
export const contactsFullChoices: { value: string; label: string }[] = [
  { value: '', label: t('Standard of this system') },
  ...Object.entries(words).map(([value, label]) => ({ value, label })),
]
