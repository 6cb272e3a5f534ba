import type { Translations } from '../translations.ts'

export const live: Translations = {
  'Help comes to {{place}}.': 'La ayuda acude a {{place}}.',
  'It has made {{reason}}.': 'Ha hecho {{reason}}.',
  'The place {{name}} has failed its test': 'La ubicación {{name}} no ha superado su prueba',
  '{{count}} places have had no good test for too long': ['{{count}} ubicación lleva demasiado tiempo sin una prueba superada', '{{count}} ubicaciones llevan demasiado tiempo sin una prueba superada'],
  '{{name}} calls for help': '{{name}} pide auxilio',
  '{{number}} dialled {{dialled}}.': '{{number}} marcó {{dialled}}.',
  '{{number}} {{name}} is locked': '{{number}} {{name}} está bloqueada',
  'Try now': 'Intentar ahora',
  'Trying again in {{seconds}} s.': 'Nuevo intento en {{seconds}} s.',
  'Trying again now…': 'Intentándolo de nuevo…',
  'What you see may be out of date.': 'Lo que ve puede no estar al día.',
  'Where the phone is, is not known.': 'No se sabe dónde está el teléfono.',
}
