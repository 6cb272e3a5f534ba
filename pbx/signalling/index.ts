/** SIP signalling: the embedded engine, or a drachtio-server of the operator's. Either way an address that drachtio-srf connects to. */
import { randomBytes } from 'node:crypto'
import type { Logger } from '../../config/logger.ts'
import type { Settings } from '../../config/settings/settings.ts'
import { startEmbedded, type EmbeddedOptions, type EmbeddedSignalling } from './embedded.ts'
import { defaultLimits, type SipOptions } from './engine/options.ts'
import { useExternal } from './external.ts'
import type { Signalling } from './signalling.ts'
import { openCertificateStore, type CertificateStore } from './tls/store.ts'

export type { Signalling, TraceRecord } from './signalling.ts'

export interface SignallingOptions {
  settings: Pick<Settings, 'home' | 'sip' | 'session'> & Partial<Pick<Settings, 'hep'>>
  logger: Logger
  /** Hex; the same after every restart, so that calls that are forwarded outlive one. */
  routeKey?: string
  /** The module of a guest in the engine's thread (`engine/lane.ts`), a file URL. */
  lane?: string
  /** The same after every restart and known to nobody else: what we prove with that calls are ours. */
  identity?: string
}

/** Resolves when phones can be served. Rejects with a Refusal that says which port or address is the trouble and what to set. */
export function startSignalling(options: SignallingOptions): Promise<Signalling> {
  const { drachtio } = options.settings.sip
  return drachtio === undefined ? startOurs(options).then(({ signalling }) => signalling) : useExternal(drachtio, options.identity ?? randomBytes(32).toString('hex'), options.logger)
}

export interface Ours {
  signalling: Signalling
  engine: EmbeddedSignalling
  certificates: CertificateStore | undefined
}

/** @param wire the control port for applications of other processes */
export async function startOurs({ settings, logger, routeKey, lane }: SignallingOptions, wire: Pick<EmbeddedOptions, 'control' | 'aside'> = {}): Promise<Ours> {
  const { hosts, port, tlsPort, wsPort, wssPort, externalAddress, connections } = settings.sip
  const certificates = tlsPort === undefined && wssPort === undefined ? undefined : await openCertificateStore({ settings, logger })
  const sip: SipOptions = { hosts, port, tlsPort, wsPort, wssPort, externalAddress, tls: certificates?.tls }
  try {
    const engine = await startEmbedded({
      ...wire,
      sip,
      handlers: settings.sip.handlers.map((handler) => ({ ...handler, verify: settings.sip.tls.verifyServers })),
      handlerSecret: settings.sip.handlersSecret,
      ...(routeKey === undefined ? {} : { routeKey }),
      ...(lane === undefined ? {} : { lane }),
      traceAll: settings.hep !== undefined,
      dns: { servers: settings.sip.dnsServers },
      timing: { sessionMin: settings.session.min * 1000, grace: settings.sip.graceSeconds * 1000 },
      limits: { ...defaultLimits, connections: connections.all, connectionsPerAddress: connections.perAddress },
    }, logger)
    certificates?.onChange((tls) => engine.replaceCertificates(tls))
    const close = (): Promise<void> => {
      certificates?.close()
      return engine.close()
    }
    return { engine, certificates, signalling: { ...engine, lane: lane === undefined ? undefined : engine.lane, certificates, close } }
  } catch (error) {
    certificates?.close()
    throw error
  }
}
