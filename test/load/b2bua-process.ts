/**
 * A plain B2BUA in a process of its own, for b2bua.ts: drachtio-srf's own `createB2BUA`, nothing else. Told by its arguments
 * whether the engine is one of ours in this process (`within`), or at a control address: `host port secret`.
 */
import Srf from 'drachtio-srf'
import { openLink } from '../../pbx/sip/link.ts'
import type { Srf as OurSrf } from '../../pbx/sip/srf-types.ts'
import { startEmbedded } from '../../pbx/signalling/embedded.ts'
import { createLogger } from '../../config/logger.ts'

const [where = 'within', port = '', secret = ''] = process.argv.slice(2)
const srf = new (Srf as unknown as new () => OurSrf)()
const engine = where === 'within' ? await startEmbedded({ sip: { hosts: ['127.0.0.1'], port: 0, externalAddress: undefined } }, createLogger('silent')) : undefined
const link = engine && openLink(srf, engine, ['invite'])
srf.on('connect', (error) => {
  if (error) throw error
  link?.accepted()
  // Without it answers wait for Nagle's timer.
  for (const socket of srf.app.client.mapServer.keys()) socket.setNoDelay(true)
  process.send?.({ ready: true, port: engine?.ports.udp ?? 0 })
})
srf.on('error', () => {})

interface Dialog {
  other: { destroy(): Promise<unknown> }
  on(event: 'destroy', listener: () => void): void
  destroy(): Promise<unknown>
}
const b2bua = srf as unknown as {
  invite(handler: (req: { uri: string; source_address: string; source_port: string }, res: unknown) => void): void
  createB2BUA(req: unknown, res: unknown, uri: string, options: object): Promise<{ uas: Dialog; uac: Dialog }>
}
b2bua.invite((req, res) => {
  // Everybody is where the caller is: the generator plays both sides.
  const user = /^sips?:([^@]*)@/.exec(req.uri)?.[1] ?? ''
  b2bua.createB2BUA(req, res, `sip:${user}@${req.source_address}:${req.source_port}`, {}).then(({ uas, uac }) => {
    uas.on('destroy', () => void uac.destroy().catch(() => undefined))
    uac.on('destroy', () => void uas.destroy().catch(() => undefined))
  }, () => undefined)
})
if (!engine) srf.connect({ host: where, port: Number(port), secret, reconnect: { retryMaxDelay: 2000 } })
// Whoever forked us is gone.
process.on('disconnect', () => process.exit(0))
