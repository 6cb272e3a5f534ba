import { Checkbox, Textarea, TextInput } from '@mantine/core'
import { trimmedOrNull } from '../../app/fields.ts'
import type { Trunk } from '../../app/types.ts'
import { t } from '../../words/translate.ts'

/** PEM texts. */
export interface CertificateValues {
  clientCertificate: string
  clientKey: string
  forgetCertificate: boolean
  peerAuthority: string
  peerName: string
}

/** What is to be saved of them: nothing of a pair that stays, and none at all without TLS. */
export function certificatesOf(tls: boolean, { clientCertificate, clientKey, forgetCertificate, peerAuthority, peerName }: CertificateValues, trunk: Trunk | undefined) {
  if (!tls) return trunk?.clientCertificate == null && trunk?.peerAuthority == null && trunk?.peerName == null ? {} : { clientCertificate: null, peerAuthority: null, peerName: null }
  return {
    peerAuthority: trimmedOrNull(peerAuthority), peerName: trimmedOrNull(peerName),
    ...(forgetCertificate ? { clientCertificate: null } : (clientCertificate.trim() !== '' || clientKey.trim() !== '') && { clientCertificate: clientCertificate.trim(), clientKey: clientKey.trim() }),
  }
}

interface FieldsProps {
  values: CertificateValues
  errors: Partial<Record<string, string>>
  set: (field: keyof CertificateValues, value: string | boolean) => void
  /** A pair is stored. */
  kept: boolean
}

const pem = { autosize: true, minRows: 2, maxRows: 6, spellCheck: false, autoComplete: 'off', placeholder: '-----BEGIN CERTIFICATE-----' } as const

/** Mutual TLS: what we show to the carrier, and whom we believe to be it. */
export function CertificateFields({ values, errors, set, kept }: FieldsProps) {
  return (
    <>
      <Textarea {...pem} label={t('Our certificate for the carrier')} description={kept ? t('Stored. Empty: it stays as it is.') : t('For mutual TLS, as PEM with its chain. Empty where the carrier asks for none.')} value={values.clientCertificate} error={errors.clientCertificate} onChange={(change) => set('clientCertificate', change.currentTarget.value)} />
      <Textarea {...pem} label={t('Its key')} description={t('As PEM, without a passphrase. Kept encrypted, and never shown again.')} placeholder="-----BEGIN PRIVATE KEY-----" value={values.clientKey} error={errors.clientKey} onChange={(change) => set('clientKey', change.currentTarget.value)} />
      {kept && <Checkbox label={t('Forget the stored certificate')} checked={values.forgetCertificate} onChange={(change) => set('forgetCertificate', change.currentTarget.checked)} />}
      <Textarea {...pem} label={t('The carrier’s certificate or authority')} description={t('Only this one, or whom it has issued a certificate, is believed to be the carrier. Empty: every public authority is.')} value={values.peerAuthority} error={errors.peerAuthority} onChange={(change) => set('peerAuthority', change.currentTarget.value)} />
      <TextInput label={t('Name in its certificate')} description={t('Where it is another than the SIP server above.')} spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.peerName} error={errors.peerName} onChange={(change) => set('peerName', change.currentTarget.value)} />
    </>
  )
}
