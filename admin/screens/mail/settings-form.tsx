import { NumberInput, PasswordInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { MailSettings } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { saveSettings } from './data.ts'
import { t } from '../../words/translate.ts'

type Security = MailSettings['security']

const securities: { value: Security; label: string }[] = [
  { value: 'starttls', label: t('STARTTLS (usually port 587)') }, { value: 'tls', label: t('TLS from the start (usually port 465)') }, { value: 'none', label: t('None, a relay on your own network (port 25)') },
]
const usualPort: Record<Security, number> = { starttls: 587, tls: 465, none: 25 }

/** Which server takes mail. */
export function MailServerForm({ opened, settings, onClose }: { opened: boolean; settings: MailSettings | null; onClose: () => void }) {
  return <FormDrawer opened={opened} onClose={onClose} title={t('Mail server')}><Fields current={settings} onClose={onClose} /></FormDrawer>
}

function Fields({ current, onClose }: { current: MailSettings | null; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [before] = useState(current)
  const form = useForm<{ host: string; port: number | string; security: Security; username: string; password: string; sender: string; senderName: string }>({
    initial: {
      host: before?.host ?? '', port: before?.port ?? 587, security: before?.security ?? 'starttls', username: before?.username ?? '', password: '', sender: before?.sender ?? '', senderName: before?.senderName ?? '',
    },
    check: ({ host, port, security, username, password, sender }): Record<string, string> => ({
      ...(host.trim() === '' && { host: t('Enter the name of the server, such as smtp.example.com.') }),
      ...(port === '' && { port: t('Most servers take 587 or 465.') }),
      ...(username.trim() !== '' && security === 'none' && { security: t('A user name and password are only sent encrypted: choose TLS or STARTTLS.') }),
      ...(username.trim() !== '' && password === '' && before?.hasPassword !== true && { password: t('Signing in needs a password too.') }),
      ...(!/^\S+@\S+$/.test(sender.trim()) && { sender: t('Enter an e-mail address, such as phones@example.com.') }),
    }),
    onSaved: onClose,
    save: async ({ host, port, security, username, password, sender, senderName }) => {
      await saveSettings({
        host: host.trim(), port: Number(port), security, username: trimmedOrNull(username), ...(password !== '' && { password }), sender: sender.trim(), senderName: senderName.trim(),
        version: before?.version ?? 0,
      })
      notify.done(t('The mail server is saved. Send a test to see whether it takes mail.'))
    },
  })
  const { values, errors, set } = form
  const secure = (security: Security): void => {
    // The usual port goes along, one that was chosen stays.
    if (Number(values.port) === usualPort[values.security]) set('port', usualPort[security])
    set('security', security)
  }
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Server')} description={t('Your provider calls it the outgoing or SMTP server.')} placeholder="smtp.example.com" withAsterisk required data-autofocus spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.host} error={errors.host} onChange={(change) => set('host', change.currentTarget.value)} />
      <Select label={t('Encryption')} data={securities} allowDeselect={false} value={values.security} error={errors.security} onChange={(value) => secure((value ?? 'starttls') as Security)} />
      <NumberInput label={t('Port')} min={1} max={65_535} allowDecimal={false} thousandSeparator="" value={values.port} error={errors.port} onChange={(value) => set('port', value)} />
      <TextInput label={t('User name')} description={t('Empty where the server takes mail without signing in.')} spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.username} error={errors.username} onChange={(change) => set('username', change.currentTarget.value)} />
      <PasswordInput label={t('Password')} description={before?.hasPassword ? t('Stored, and never shown again. Empty: it stays as it is.') : t('Kept encrypted, and never shown again. Many providers want one made for a single program.')} autoComplete="new-password" value={values.password} error={errors.password} onChange={(change) => set('password', change.currentTarget.value)} />
      <TextInput label={t('Mail is from')} description={t('An address the server lets you send as.')} placeholder="phones@example.com" withAsterisk required inputMode="email" spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.sender} error={errors.sender} onChange={(change) => set('sender', change.currentTarget.value)} />
      <TextInput label={t('Name beside it')} placeholder={t('Example telephones')} autoComplete="off" value={values.senderName} error={errors.senderName} onChange={(change) => set('senderName', change.currentTarget.value)} />
    </FormBody>
  )
}
