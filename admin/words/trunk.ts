import type { Trunk } from '../app/types.ts'
import type { Wording } from './call.ts'
import { plural, sentences, t } from './translate.ts'

/** How a trunk is now, in a word or two. */
export function trunkState({ registersHere, status: { state, registration, calls } }: Pick<Trunk, 'status' | 'registersHere'>): Wording {
  if (state === 'off') return { label: t('Turned off'), tone: 'quiet' }
  if (state === 'down' && registersHere && registration?.state !== 'registered') return { label: t('Not registered'), tone: 'bad' }
  if (state === 'down') return { label: registration?.state === 'refused' ? t('Refused') : t('Down'), tone: 'bad' }
  if (state === 'failing') return { label: t('Calls fail'), tone: 'bad' }
  if (state === 'unknown') return { label: t('Trying'), tone: 'busy' }
  if (calls > 0) return { label: plural(calls, '{{count}} call', '{{count}} calls'), tone: 'good' }
  return { label: registration === null ? t('Answers') : t('Registered'), tone: 'good' }
}

export const formatChoices: { value: Trunk['format']; label: string }[] = [
  { value: 'plus', label: t('With + and country code: +12025550123') },
  { value: 'digits', label: t('With country code, without +: 12025550123') },
  { value: 'national', label: t('As within the country: 2025550123') },
  { value: 'dialled', label: t('As it was dialled') },
]

export const identityChoices: { value: Trunk['identity']; label: string }[] = [
  { value: 'pai', label: t('P-Asserted-Identity (most carriers)') },
  { value: 'rpid', label: t('Remote-Party-ID (older carriers)') },
  { value: 'none', label: t('From alone') },
]

export const codecChoices: { value: Trunk['codecs'][number]; label: string }[] = [
  { value: 'PCMU', label: 'G.711 µ-law (PCMU)' },
  { value: 'PCMA', label: 'G.711 A-law (PCMA)' },
  { value: 'G722', label: t('G.722, wide band') },
  { value: 'opus', label: t('Opus, wide band') },
]

export const dtmfChoices: { value: Trunk['dtmf']; label: string }[] = [
  { value: 'auto', label: t('As the carrier can: as events, else in the sound') },
  { value: 'rfc4733', label: t('As events (RFC 4733, also called RFC 2833)') },
  { value: 'inband', label: t('As tones in the sound') },
  { value: 'info', label: t('By SIP INFO') },
]

export const packetChoices = [{ value: '', label: t('As the carrier would like') }, ...[10, 20, 30, 40, 60].map((ms) => ({ value: String(ms), label: t('{{ms}} ms', { ms }) }))]

/** What a trunk to a known carrier has of codecs and keys, in a sentence. */
export function soundWords({ codecs, dtmf }: Pick<Trunk, 'codecs' | 'dtmf'>): string {
  const names = codecs.map((codec) => codecChoices.find(({ value }) => value === codec)?.label ?? codec)
  const sound = names.length === 0 ? t('all codecs that we have') : names.join(', ')
  return t('Sound: {{sound}}. Keys: {{keys}}. Both can be changed later under All settings.', { sound, keys: dtmfChoices.find(({ value }) => value === dtmf)?.label ?? dtmf })
}

/** Who proves to whom what. */
export type TrunkKind = 'register' | 'address' | 'peer'

export const kindChoices: { value: TrunkKind; label: string }[] = [
  { value: 'register', label: t('We register with the carrier') },
  { value: 'address', label: t('The carrier knows our address') },
  { value: 'peer', label: t('A PBX registers with us') },
]

export function trunkKind({ register, registersHere }: Pick<Trunk, 'register' | 'registersHere'>): TrunkKind {
  return registersHere ? 'peer' : register ? 'register' : 'address'
}

/** The carrier's address as people write it. */
export function carrierAddress({ host, port, transport, registersHere, status }: Pick<Trunk, 'host' | 'port' | 'transport' | 'registersHere' | 'status'>): string {
  if (registersHere) return status.peer === null ? t('Registers here') : `${status.peer.address} ${status.peer.transport.toUpperCase()}`
  return `${host.includes(':') ? `[${host}]` : host}${port === null ? '' : `:${port}`} ${transport.toUpperCase()}`
}

/** What the carrier said to a test, in a sentence. */
export function answerWords({ registersHere, status: { registration, roundTripMs, cause } }: Trunk): string {
  if (cause !== null) return cause
  const after = roundTripMs !== null && t('It answered within {{ms}} ms.', { ms: roundTripMs })
  if (registersHere) return sentences(t('The PBX is registered here.'), after)
  return sentences(registration === null ? t('The carrier is there.') : t('We are registered with the carrier.'), after)
}
