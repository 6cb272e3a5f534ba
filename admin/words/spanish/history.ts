import type { Translations } from '../translations.ts'

export const history: Translations = {
  'Any direction': 'Cualquier sentido',
  'Any result': 'Cualquier resultado',
  'Coming in': 'Entrante',
  'Every call that was made or tried, who ended it and why. Open one to see its messages.': 'Cada llamada hecha o intentada, quién la terminó y por qué. Abra una para ver sus mensajes.',
  'Export CSV': 'Exportar CSV',
  'Going out': 'Saliente',
  'Inside': 'Interna',
  'No call matches': 'Ninguna llamada coincide',
  'No calls yet': 'Todavía no hay llamadas',
  'No extension found': 'No se ha encontrado ninguna extensión',
  'Once two phones are registered, call one from the other. The call appears here when it ends.': 'Cuando haya dos teléfonos registrados, llame de uno al otro. La llamada aparece aquí al terminar.',
  'Quality': 'Calidad',
  'Recorded': 'Grabada',
  'Result': 'Resultado',
  'Still going on': 'En curso todavía',
  'Talked': 'Conversación',
}
