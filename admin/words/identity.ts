/** Signatures of calls (STIR/SHAKEN) in plain words. */
import type { Leg, Trunk } from '../app/types.ts'
import type { Wording } from './call.ts'

export const verifyChoices: { value: Trunk['verifyCalls']; label: string }[] = [
  { value: 'off', label: 'Are not looked at' },
  { value: 'mark', label: 'Are verified and shown' },
  { value: 'refuse', label: 'Are refused when the signature is wrong' },
  { value: 'require', label: 'Are refused without a good signature' },
]

/** Of calls of the carrier, as the end of a sentence. */
export function verifyWords(policy: Trunk['verifyCalls']): string {
  switch (policy) {
    case 'off': return 'signatures of its calls are not looked at'
    case 'mark': return 'its calls are verified and shown'
    case 'refuse': return 'its calls are refused when their signature is wrong'
    case 'require': return 'its calls are refused without a good signature'
  }
}

/** Whether a caller is who the call says. */
export function identityWording({ verstat, attestation }: NonNullable<Leg['identity']>): Wording {
  if (verstat === 'TN-Validation-Failed') return { label: 'Wrong signature', tone: 'bad' }
  if (verstat === 'No-TN-Validation') return { label: 'Not verified', tone: 'quiet' }
  return attestation === 'A' ? { label: 'Verified (A)', tone: 'good' } : { label: `Signed, number not vouched for (${attestation ?? '–'})`, tone: 'warning' }
}
