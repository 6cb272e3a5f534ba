import type { Translations } from '../translations.ts'

export const doctor: Translations = {
  'Address and NAT': 'Dirección y NAT',
  '{{count}} things are wrong': ['Hay una cosa mal', 'Hay {{count}} cosas mal'],
  'Disk, database, clock, names, ports, addresses, certificates, mail, backups and trunks; and a call between two phones of our own, whose sound is measured both ways.': 'Disco, base de datos, reloj, nombres, puertos, direcciones, certificados, correo, copias de seguridad y troncales; y una llamada entre dos teléfonos propios, cuyo sonido se mide en ambos sentidos.',
  'Findings': 'Resultados',
  'It takes some seconds. Carriers and the mail server are asked; nobody is called and nothing is changed.': 'Tarda unos segundos. Se pregunta a los operadores y al servidor de correo; no se llama a nadie ni se cambia nada.',
  'Look at everything': 'Examinarlo todo',
  'Look here': 'Mire aquí',
  'Looked at {{time}}': 'Examinado {{time}}',
  'Names (DNS)': 'Nombres (DNS)',
  'Not tested': 'Sin probar',
  'Nothing is wrong': 'No hay nada mal',
  'Nothing was looked at yet': 'Todavía no se ha examinado nada',
  'Ports for audio': 'Puertos de audio',
  'Sound between two phones': 'Sonido entre dos teléfonos',
  'Text for support': 'Texto para soporte',
  'Wrong': 'Mal',
}
