/** SIP signalling: the embedded engine, or a drachtio-server of the operator's. Either way an address that drachtio-srf connects to. */
import type { Logger } from '../../config/logger.ts'
import type { Settings } from '../../config/settings/settings.ts'
import { startEmbedded } from './embedded.ts'
import { useExternal } from './external.ts'
import type { Signalling } from './signalling.ts'

export type { Signalling, TraceRecord } from './signalling.ts'

/** Resolves when phones can be served. Rejects with a Refusal that says which port or address is the trouble and what to set. */
export function startSignalling(options: { settings: Pick<Settings, 'sip' | 'session'>; logger: Logger }): Promise<Signalling> {
  const { sip, session } = options.settings
  const timing = { sessionMin: session.min * 1000 }
  return sip.drachtio === undefined ? startEmbedded({ sip: { hosts: sip.hosts, port: sip.port, externalAddress: sip.externalAddress }, timing }, options.logger) : useExternal(sip.drachtio)
}
