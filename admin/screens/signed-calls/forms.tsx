import { Text, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { StirSettings } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { changeStirSettings } from './data.ts'
import { t } from '../../words/translate.ts'

interface FormProps {
  opened: boolean
  settings: StirSettings
  onClose: () => void
}

const pem = { autosize: true, minRows: 4, maxRows: 10, spellCheck: false, autoComplete: 'off', placeholder: '-----BEGIN CERTIFICATE-----', styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)' } } } as const

/** What calls are signed with. */
export function CertificateForm({ opened, settings, onClose }: FormProps) {
  return <FormDrawer opened={opened} onClose={onClose} title={t('Certificate for calls')}><CertificateFields current={settings} onClose={onClose} /></FormDrawer>
}

function CertificateFields({ current, onClose }: { current: StirSettings; onClose: () => void }) {
  const [before] = useState(current)
  const form = useForm<{ certificate: string; key: string; certificateUrl: string }>({
    initial: { certificate: '', key: '', certificateUrl: before.certificateUrl ?? '' },
    check: ({ certificate, key }): Record<string, string> => ({
      ...(before.certificate === null && certificate.trim() === '' && { certificate: t('Enter the certificate.') }),
      ...(certificate.trim() !== '' && key.trim() === '' && { key: 'Enter the key together with its certificate.' }),
    }),
    onSaved: onClose,
    save: async ({ certificate, key, certificateUrl }) => {
      await changeStirSettings({ certificateUrl: trimmedOrNull(certificateUrl), ...((certificate.trim() !== '' || key.trim() !== '') && { certificate: certificate.trim() || null, key: key.trim() || null }) })
      notify.done(t('The certificate is saved. Each trunk says whether its calls are signed.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">{t('An authority for signed calls (STI-CA) gives you a certificate that says for which provider or numbers it is. In most countries your carrier signs for you, and no certificate is needed here.')}</Text>
      <Textarea {...pem} label={t('Certificate')} description={before.certificate === null ? t('As PEM: the certificate for calls first, those of its authorities after it.') : t('One is stored. Empty: it stays as it is.')} data-autofocus value={values.certificate} error={errors['certificate']} onChange={(change) => set('certificate', change.currentTarget.value)} />
      <Textarea {...pem} label={t('Its key')} description={t('As PEM, without a passphrase. Kept encrypted, and never shown again.')} placeholder="-----BEGIN PRIVATE KEY-----" minRows={2} value={values.key} error={errors['key']} onChange={(change) => set('key', change.currentTarget.value)} />
      <TextInput label={t('Published elsewhere')} description={t('Empty: Dialplane publishes it under PUBLIC_URL, which must begin with https://.')} placeholder="https://certificates.example.com/calls.pem" spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.certificateUrl} error={errors['certificateUrl']} onChange={(change) => set('certificateUrl', change.currentTarget.value)} />
    </FormBody>
  )
}

/** Whose signatures are believed. */
export function AuthoritiesForm({ opened, settings, onClose }: FormProps) {
  return <FormDrawer opened={opened} onClose={onClose} title={t('Trusted authorities')}><AuthorityFields current={settings} onClose={onClose} /></FormDrawer>
}

function AuthorityFields({ current, onClose }: { current: StirSettings; onClose: () => void }) {
  const [before] = useState(current)
  const form = useForm<{ authorities: string }>({
    initial: { authorities: before.authorities ?? '' },
    onSaved: onClose,
    save: async ({ authorities }) => {
      await changeStirSettings({ authorities: trimmedOrNull(authorities) })
      notify.done(t('The trusted authorities are saved.'))
    },
  })
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">{t('The policy administrator of your country publishes the list of authorities that may issue certificates for calls (in the United States the STI-PA). Paste their certificates here.')}</Text>
      <Textarea {...pem} maxRows={20} label={t('Certificates of authorities')} description={t('As PEM, one after the other.')} data-autofocus value={form.values.authorities} error={form.errors['authorities']} onChange={(change) => form.set('authorities', change.currentTarget.value)} />
    </FormBody>
  )
}
