/** Signatures of calls (STIR/SHAKEN) in plain words. */
import type { Leg, Trunk } from '../app/types.ts'
import type { Wording } from './call.ts'
import { t } from './translate.ts'

export const verifyChoices: { value: Trunk['verifyCalls']; label: string }[] = [
  { value: 'off', label: t('Are not looked at') },
  { value: 'mark', label: t('Are verified and shown') },
  { value: 'refuse', label: t('Are refused when the signature is wrong') },
  { value: 'require', label: t('Are refused without a good signature') },
]

/** Of calls of the carrier, as the end of a sentence. */
export function verifyWords(policy: Trunk['verifyCalls']): string {
  switch (policy) {
    case 'off': return t('signatures of its calls are not looked at')
    case 'mark': return t('its calls are verified and shown')
    case 'refuse': return t('its calls are refused when their signature is wrong')
    case 'require': return t('its calls are refused without a good signature')
  }
}

/** Whether a caller is who the call says. */
export function identityWording({ verstat, attestation }: NonNullable<Leg['identity']>): Wording {
  if (verstat === 'TN-Validation-Failed') return { label: t('Wrong signature'), tone: 'bad' }
  if (verstat === 'No-TN-Validation') return { label: t('Not verified'), tone: 'quiet' }
  return attestation === 'A' ? { label: t('Verified (A)'), tone: 'good' } : { label: t('Signed, number not vouched for ({{attestation}})', { attestation: attestation ?? '–' }), tone: 'warning' }
}
