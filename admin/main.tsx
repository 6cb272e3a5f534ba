import { loadTranslations } from './words/load.ts'

// Tables of words are made when their files are loaded: the language comes first.
await loadTranslations().catch((error: unknown) => window.reportError(error))
await import('./app/start.tsx')
