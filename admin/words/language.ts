/** The language of the panel: of the browser at first, then the one that was chosen here. */

export const languages = [{ value: 'en', name: 'English' }, { value: 'es', name: 'Español' }] as const

export type Language = (typeof languages)[number]['value']

const KEPT = 'dialplane.language'

const known = (tag: string | null | undefined): Language | undefined => languages.find(({ value }) => value === tag?.toLowerCase().split('-')[0])?.value

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT)
  } catch {
    // Storage is turned off: follow the browser.
    return null
  }
}

/** Only a page has a reader. */
const wanted: readonly string[] = 'document' in globalThis ? navigator.languages : []

/** Decided once, before anything is drawn. */
export const language: Language = known(kept()) ?? wanted.map(known).find((one) => one !== undefined) ?? 'en'

/** What dates and numbers are written by (BCP 47): the browser's own kind of the language, such as `es-MX`. */
export const locale: string = wanted.find((tag) => known(tag) === language) ?? language

/** Keeps the choice in this browser. It counts when the page is loaded anew. */
export function keepLanguage(chosen: Language): void {
  localStorage.setItem(KEPT, chosen)
}
