import type { Translations } from '../translations.ts'

export const live: Translations = {
  'Help comes to {{place}}.': 'La ayuda acude a {{place}}.',
  'It has made {{reason}}.': 'Ha hecho {{reason}}.',
  '{{name}} calls for help': '{{name}} pide auxilio',
  '{{number}} dialled {{dialled}}.': '{{number}} marcó {{dialled}}.',
  '{{number}} {{name}} is locked': '{{number}} {{name}} está bloqueada',
  'Try now': 'Intentar ahora',
  'Trying again in {{seconds}} s.': 'Nuevo intento en {{seconds}} s.',
  'Trying again now…': 'Intentándolo de nuevo…',
  'What you see may be out of date.': 'Lo que ve puede no estar al día.',
  'Where the phone is, is not known.': 'No se sabe dónde está el teléfono.',
}
