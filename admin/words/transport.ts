/** How transports of SIP are called in front of people. */
import { t } from './translate.ts'

const words: Record<string, string> = { udp: 'UDP', tcp: 'TCP', tls: 'TLS', ws: 'WebSocket', wss: t('Secure WebSocket') }

export function transportWords(name: string): string {
  return words[name] ?? name.toUpperCase()
}
