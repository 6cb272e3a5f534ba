import type { Settings } from '../../config/settings/settings.ts'

/** SIP on loopback over UDP and TCP, on any free port, for tests that are about something else. */
export const plainSip: Settings['sip'] = {
  hosts: ['127.0.0.1'], port: 0, tlsPort: undefined, wsPort: undefined, wssPort: undefined,
  tls: { folder: '/nowhere', ca: undefined, clients: 'off', verifyServers: true, minVersion: 'TLSv1.2' },
  acme: undefined,
  connections: { all: 100, perAddress: 100 }, externalAddress: undefined, edges: [], dnsServers: [], handlers: [], handlersSecret: '', drachtio: undefined, secret: '', graceSeconds: 60,
}
