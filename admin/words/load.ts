import { language } from './language.ts'
import { takeTranslations } from './translate.ts'

/** Loads the words of the panel's language; English needs none. A file that cannot be loaded leaves the panel in English. */
export async function loadTranslations(): Promise<void> {
  if (language === 'es') takeTranslations('es', (await import('./spanish/index.ts')).spanish)
  document.documentElement.lang = language
}
