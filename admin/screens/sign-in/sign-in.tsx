import { Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { signIn } from '../../app/auth.ts'
import type { SignInStep } from '../../client/index.ts'
import { Doorway } from '../../components/doorway.tsx'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { t } from '../../words/translate.ts'

const CodeStep = lazy(async () => ({ default: (await import('./second-step.tsx')).CodeStep }))
const OtherWays = lazy(() => import('./other-ways.tsx'))
const RequiredEnrolment = lazy(async () => ({ default: (await import('./second-step.tsx')).RequiredEnrolment }))

/** Sign-in. On success the gate leads back to where one was. */
export default function SignIn() {
  const [step, setStep] = useState<SignInStep | null>(null)
  const form = useForm({
    initial: { email: '', password: '' },
    check: ({ email, password }) => {
      const errors: Record<string, string> = {}
      if (email.trim() === '') errors.email = t('Enter your e-mail address.')
      if (password === '') errors.password = t('Enter your password.')
      return errors
    },
    save: async ({ email, password }) => setStep((await signIn(email.trim(), password)) ?? null),
  })
  const { values, errors, set } = form
  if (step !== null) {
    const Step = step.next === 'code' ? CodeStep : RequiredEnrolment
    const back = () => {
      setStep(null)
      form.reset({ email: values.email, password: '' })
    }
    return <Doorway title={step.next === 'enrolment' ? t('A second factor') : step.ways.includes('passkey') ? t('Your second factor') : t('Your code')}><Suspense><Step step={step} onBack={back} /></Suspense></Doorway>
  }
  return (
    <Doorway title={t('Sign in')}>
      <form
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          form.submit()
        }}
      >
        <Stack gap="md">
          <TextInput label={t('E-mail')} type="email" autoComplete="username" autoFocus value={values.email} error={errors.email} onChange={(change) => set('email', change.currentTarget.value)} />
          <PasswordInput label={t('Password')} autoComplete="current-password" value={values.password} error={errors.password} onChange={(change) => set('password', change.currentTarget.value)} />
          <Problem error={form.problem} />
          <Button type="submit" fullWidth loading={form.busy}>{t('Sign in')}</Button>
        </Stack>
      </form>
      <Suspense><OtherWays /></Suspense>
    </Doorway>
  )
}
