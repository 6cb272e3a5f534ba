/** How transports of SIP are called in front of people. */
const words: Record<string, string> = { udp: 'UDP', tcp: 'TCP', tls: 'TLS', ws: 'WebSocket', wss: 'Secure WebSocket' }

export function transportWords(name: string): string {
  return words[name] ?? name.toUpperCase()
}
