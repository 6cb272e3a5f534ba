import { t } from './translate.ts'

/** `a, b, c and 2 more`, where no more than so many are named. */
export function moreWords(items: readonly string[], most: number): string {
  const named = items.slice(0, most).join(', ')
  return items.length > most ? t('{{named}} and {{count}} more', { named, count: items.length - most }) : named
}
