import { language } from './language.ts'

/** Loads the words of the panel's language; English needs none. */
export async function loadTranslations(): Promise<void> {
  document.documentElement.lang = language
}
