import type { Database } from '../config/database/index.ts'
import type { MediaServer } from '../media/contract.ts'
import type { Drain, HealthPart } from './door.ts'
import type { Directory } from './directory/types.ts'
import { certificateHealth, trunkCertificateHealth, type CertificateKeeper } from './certificates.ts'
import type { EngineStatus } from './metrics/engine.ts'
import { mediaServersHealth } from './media-servers.ts'
import type { Shield } from './shield/shield.ts'
import type { SipServer } from './sip/types.ts'
import { signingHealth } from './stir/trouble.ts'

/** How the parts that a call needs are now, each in a sentence. */
export async function healthOf(parts: { directory: Pick<Directory, 'snapshot'>; publicUrl: string; database: Database; media: MediaServer; sip: SipServer; certificates: CertificateKeeper | undefined; stuckCalls: number; draining: Drain | undefined; pendingRows: number; unstoredRecordings: number; engine: (() => Promise<EngineStatus>) | undefined; shield: Pick<Shield, 'figures'> }): Promise<HealthPart[]> {
  const { database, media, sip, certificates, stuckCalls, draining, pendingRows } = parts
  const load = await media.load().catch(() => undefined)
  const late = Math.max(0, ...(load?.workers.map((worker) => worker.worstLatenessMs) ?? []))
  const servers = mediaServersHealth(media.servers)
  const secure = certificateHealth(certificates, Date.now())
  const lines = trunkCertificateHealth(parts.directory.snapshot(), Date.now())
  const signing = signingHealth(parts.directory.snapshot(), parts.publicUrl, Date.now())
  const { unstoredRecordings: unstored } = parts
  const { bans } = parts.shield.figures()
  return [
    {
      name: 'signalling',
      ok: sip.connected,
      message: sip.connected ? `Phones reach SIP at ${reachedAt(sip.listening)}.` : 'The signalling engine is not connected; phones cannot register or call.',
    },
    ...(secure ? [secure] : []),
    ...(lines ? [lines] : []),
    ...(signing ? [signing] : []),
    {
      name: 'media',
      ok: media.available && load !== undefined && (servers?.ok ?? true),
      message: !media.available
        ? `The media engine does not answer. Phones that are not behind NAT can still call each other; there are no announcements, no recording and no hold.${servers ? ` ${servers.message}` : ''}`
        : servers?.message ?? (load
        ? `The ${media.capabilities.engine} engine carries ${load.endpoints} audio connections; sound was at most ${Math.round(late)} ms late since the start.`
        : 'The media engine does not answer; calls have no audio.'),
    },
    {
      name: 'database',
      ok: database.available,
      message: database.available
        ? pendingRows > 0 ? `PostgreSQL answers; ${pendingRows} call records are on their way.` : 'PostgreSQL answers.'
        : `PostgreSQL does not answer. Calls go on from memory; ${pendingRows} call records wait and will be written when it is back.`,
    },
    loadOf(await parts.engine?.().catch(() => undefined)),
    {
      name: 'shield',
      ok: true,
      message: bans === 0 ? 'No address is banned.' : bans === 1 ? 'One address is banned.' : `${bans} addresses are banned.`,
    },
    {
      name: 'calls',
      ok: stuckCalls === 0,
      message: stuckCalls === 0 ? 'No call is stuck.' : `${stuckCalls} calls did not end by themselves since the start and were dropped by the watchdog. The log names them.`,
    },
    ...(unstored === 0 ? [] : [{ name: 'recordings', ok: false, message: `${unstored} recordings could not be stored and stay as plain WAV for now; check the free space of the data folder. They are tried again every minute.` }]),
    ...(draining === undefined ? [] : [{ name: 'drain', ok: true, message: `No new calls are taken${draining.thenStop ? `; Dialplane stops when the last of ${draining.callsLeft} calls is over` : ''}.` }]),
  ]
}

/** `udp/192.0.2.1:5060`, one a transport and address, in one breath. */
function reachedAt(listening: readonly string[]): string {
  const parts = listening.map((text) => /^(\w+)\/(.+):\d+$/.exec(text))
  const unique = (at: number) => [...new Set(parts.map((part) => part?.[at] ?? ''))].join(', ')
  return `${unique(2)} over ${unique(1)}`
}

function loadOf(status: EngineStatus | undefined): HealthPart {
  if (!status?.load.refusing) return { name: 'load', ok: true, message: 'New calls and registrations are taken as they come.' }
  const share = Math.round(100 * status.load.share)
  return { name: 'load', ok: false, message: `Overloaded, ${Math.round(status.load.lateMs)} ms late: ${share} % of the new calls and registrations are refused for a while. Calls that go on are not touched.` }
}
