import type { EmergencyNetwork, Located } from '../app/types.ts'
import { t } from './translate.ts'

const sources: Record<Located['source'], string> = {
  bssid: t('Access point'), 'switch-port': t('Switch port'), network: t('Network'), device: t('Fixed place'), confirmed: t('Said by its user'), default: t('Default'),
}
export const sourceWords = (source: Located['source']): string => sources[source]

export const networkKinds: { value: EmergencyNetwork['kind']; label: string; example: string }[] = [
  { value: 'network', label: t('Network or address'), example: '192.168.10.0/24' }, { value: 'bssid', label: t('Wi-Fi access point (BSSID)'), example: '00:11:22:33:44:*' }, { value: 'switch-port', label: t('Switch and port'), example: 'sw-3/gi1/0/7' },
]

/** As one would write it on a letter. */
export function addressWords({ site: { street, houseNumber, city, state, postalCode, country }, floor, room, details, name }: Pick<Located, 'site' | 'floor' | 'room' | 'details' | 'name'>): string {
  const street1 = country === 'US' ? `${houseNumber} ${street}` : `${street} ${houseNumber}`
  const place = [floor && t('floor {{floor}}', { floor }), room && t('room {{room}}', { room }), details].filter(Boolean).join(', ')
  return [[street1.trim(), city, `${state} ${postalCode}`.trim()].filter(Boolean).join(', '), place || name].filter(Boolean).join('; ')
}
