/** What FreeSWITCH counts of a channel's packets, as figures of the contract (RFC 3550; MOS by FreeSWITCH itself, scaled to G.107). */
import type { EndpointStats } from '../contract.ts'

/** Channel variables of mod_rtp's counters, in the order they are asked for. */
const VARIABLES = [
  'rtp_audio_in_media_packet_count', 'rtp_audio_out_media_packet_count', 'rtp_audio_in_media_bytes', 'rtp_audio_out_media_bytes',
  'rtp_audio_in_jitter_loss_rate', 'rtp_audio_in_jitter_max_variance', 'rtp_audio_in_mos', 'remote_media_ip', 'remote_media_port',
] as const

export type Counted = Omit<EndpointStats, 'codec' | 'local'>

export const NOTHING_COUNTED: Counted = {
  remote: undefined, packetsReceived: 0, packetsSent: 0, bytesReceived: 0, bytesSent: 0, packetsLost: 0, lossRate: 0,
  jitterMs: 0, roundTripMs: undefined, mos: undefined, strayPackets: 0, playout: undefined,
}

/** What `eval` shall print: there the variables of a channel go by their names in events. */
export const FIGURES_TEXT = VARIABLES.map((name) => `\${variable_${name}}`).join('|')

export function readFigures(text: string): Counted | undefined {
  const values = text.split('|')
  if (values.length !== VARIABLES.length) return undefined
  const number = (name: (typeof VARIABLES)[number]): number => Number(values[VARIABLES.indexOf(name)] || 0) || 0
  const received = number('rtp_audio_in_media_packet_count')
  // A share of 100; `skip` counts pauses too and tells nothing of loss.
  const lossRate = Math.min(1, number('rtp_audio_in_jitter_loss_rate') / 100)
  const lost = Math.round((received * lossRate) / (1 - Math.min(lossRate, 0.99)))
  const address = values[VARIABLES.indexOf('remote_media_ip')] ?? ''
  const mos = number('rtp_audio_in_mos')
  return {
    remote: address === '' ? undefined : { address, port: number('remote_media_port') },
    packetsReceived: received,
    packetsSent: number('rtp_audio_out_media_packet_count'),
    bytesReceived: number('rtp_audio_in_media_bytes'),
    bytesSent: number('rtp_audio_out_media_bytes'),
    packetsLost: lost,
    lossRate,
    jitterMs: Math.sqrt(Math.max(0, number('rtp_audio_in_jitter_max_variance'))),
    roundTripMs: undefined,
    mos: received === 0 || mos === 0 ? undefined : Math.min(4.4, Math.max(1, mos)),
    strayPackets: 0,
    playout: undefined,
  }
}
