import { Button, Code, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { createFirstAdministrator } from '../../app/auth.ts'
import { Doorway } from '../../components/doorway.tsx'
import { NewPasswordField, PASSWORD_MIN } from '../../components/password-field.tsx'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

/** The token is behind the `#` so that it reaches no server log and no referrer. */
function tokenFromAddress(): string {
  return new URLSearchParams(window.location.hash.slice(1)).get('token') ?? ''
}

/** First run: makes the first administrator and goes straight on into the panel. */
export default function Setup() {
  const [token] = useState(tokenFromAddress)
  if (token === '') {
    return (
      <Doorway title={t('Almost there')} lead={t('Dialplane runs, but has no administrator yet.')}>
        <Stack gap="sm">
          <Text size="sm">{rich('When it started, Dialplane printed a link that ends in {{code}}. Open that link in this browser to choose your password.', { code: <Code>/admin/setup#token=…</Code> })}</Text>
          <Text size="sm" c="dimmed">{t('If you no longer have it, start Dialplane again: a new link is printed, and the old one stops working.')}</Text>
        </Stack>
      </Doorway>
    )
  }
  return <FirstAdministrator token={token} />
}

function FirstAdministrator({ token }: { token: string }) {
  const form = useForm({
    initial: { name: '', email: '', password: '' },
    check: ({ name, email, password }) => {
      const errors: Record<string, string> = {}
      if (name.trim() === '') errors.name = t('Enter your name.')
      if (!/^\S+@\S+$/.test(email.trim())) errors.email = t('Enter your e-mail address; you sign in with it.')
      if (password.length < PASSWORD_MIN) errors.password = t('Use at least {{PASSWORD_MIN}} characters.', { PASSWORD_MIN })
      return errors
    },
    save: ({ name, email, password }) => createFirstAdministrator({ token, name: name.trim(), email: email.trim(), password }),
  })
  const { values, errors, set } = form
  return (
    <Doorway title={t('Welcome to Dialplane')} lead={t('Create the first administrator. You can add more people later.')}>
      <form
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          form.submit()
        }}
      >
        <Stack gap="md">
          <TextInput label={t('Your name')} withAsterisk required autoComplete="name" autoFocus value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
          <TextInput label={t('E-mail')} description={t('You sign in with it. Nothing is sent to it.')} type="email" withAsterisk required autoComplete="username" value={values.email} error={errors.email} onChange={(change) => set('email', change.currentTarget.value)} />
          <NewPasswordField label={t('Password')} value={values.password} error={errors.password} person={values} onChange={(value) => set('password', value)} />
          <Problem error={form.problem} />
          <Button type="submit" fullWidth loading={form.busy}>{t('Create administrator')}</Button>
        </Stack>
      </form>
    </Doorway>
  )
}
