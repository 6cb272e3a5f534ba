import type { Trunk } from '../app/types.ts'
import type { Wording } from './call.ts'

/** How a trunk is now, in a word or two. */
export function trunkState({ registersHere, status: { state, registration, calls } }: Pick<Trunk, 'status' | 'registersHere'>): Wording {
  if (state === 'off') return { label: 'Turned off', tone: 'quiet' }
  if (state === 'down' && registersHere && registration?.state !== 'registered') return { label: 'Not registered', tone: 'bad' }
  if (state === 'down') return { label: registration?.state === 'refused' ? 'Refused' : 'Down', tone: 'bad' }
  if (state === 'failing') return { label: 'Calls fail', tone: 'bad' }
  if (state === 'unknown') return { label: 'Trying', tone: 'busy' }
  if (calls > 0) return { label: calls === 1 ? '1 call' : `${calls} calls`, tone: 'good' }
  return { label: registration === null ? 'Answers' : 'Registered', tone: 'good' }
}

export const formatChoices: { value: Trunk['format']; label: string }[] = [
  { value: 'plus', label: 'With + and country code: +12025550123' },
  { value: 'digits', label: 'With country code, without +: 12025550123' },
  { value: 'national', label: 'As within the country: 2025550123' },
  { value: 'dialled', label: 'As it was dialled' },
]

export const identityChoices: { value: Trunk['identity']; label: string }[] = [
  { value: 'pai', label: 'P-Asserted-Identity (most carriers)' },
  { value: 'rpid', label: 'Remote-Party-ID (older carriers)' },
  { value: 'none', label: 'From alone' },
]

/** Who proves to whom what. */
export type TrunkKind = 'register' | 'address' | 'peer'

export const kindChoices: { value: TrunkKind; label: string }[] = [
  { value: 'register', label: 'We register with the carrier' },
  { value: 'address', label: 'The carrier knows our address' },
  { value: 'peer', label: 'A PBX registers with us' },
]

export function trunkKind({ register, registersHere }: Pick<Trunk, 'register' | 'registersHere'>): TrunkKind {
  return registersHere ? 'peer' : register ? 'register' : 'address'
}

/** The carrier's address as people write it. */
export function carrierAddress({ host, port, transport, registersHere, status }: Pick<Trunk, 'host' | 'port' | 'transport' | 'registersHere' | 'status'>): string {
  if (registersHere) return status.peer === null ? 'Registers here' : `${status.peer.address} ${status.peer.transport.toUpperCase()}`
  return `${host.includes(':') ? `[${host}]` : host}${port === null ? '' : `:${port}`} ${transport.toUpperCase()}`
}

/** What the carrier said to a test, in a sentence. */
export function answerWords({ registersHere, status: { registration, roundTripMs, cause } }: Trunk): string {
  if (cause !== null) return cause
  const after = roundTripMs === null ? '' : ` It answered within ${roundTripMs} ms.`
  if (registersHere) return `The PBX is registered here.${after}`
  return registration === null ? `The carrier is there.${after}` : `We are registered with the carrier.${after}`
}
