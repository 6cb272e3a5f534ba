import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { signIn } from '../../app/auth.ts'
import { Doorway } from '../../components/doorway.tsx'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'

/** Sign-in. On success the gate leads back to where one was. */
export default function SignIn() {
  const form = useForm({
    initial: { email: '', password: '' },
    check: ({ email, password }) => {
      const errors: Record<string, string> = {}
      if (email.trim() === '') errors.email = 'Enter your e-mail address.'
      if (password === '') errors.password = 'Enter your password.'
      return errors
    },
    save: ({ email, password }) => signIn(email.trim(), password),
  })
  const { values, errors, set } = form
  return (
    <Doorway title="Sign in">
      <form
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          form.submit()
        }}
      >
        <Stack gap="md">
          <TextInput label="E-mail" type="email" autoComplete="username" autoFocus value={values.email} error={errors.email} onChange={(change) => set('email', change.currentTarget.value)} />
          <PasswordInput label="Password" autoComplete="current-password" value={values.password} error={errors.password} onChange={(change) => set('password', change.currentTarget.value)} />
          <Problem error={form.problem} />
          <Button type="submit" fullWidth loading={form.busy}>Sign in</Button>
        </Stack>
      </form>
    </Doorway>
  )
}
