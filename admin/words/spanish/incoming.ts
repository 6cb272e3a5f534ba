import type { Translations } from '../translations.ts'

export const incoming: Translations = {
  'for {{dialled}}': 'para {{dialled}}',
  'Hidden number': 'Número oculto',
  'Incoming calls': 'Llamadas entrantes',
  'Nobody in the contacts has this number.': 'Nadie de los contactos tiene este número.',
  'One of these has this number:': 'Uno de estos tiene este número:',
  'perhaps': 'quizás',
  'Put away': 'Apartar',
  'You are talking': 'Está hablando',
}
