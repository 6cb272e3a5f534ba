import { Anchor, Button, Loader, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { beginRequiredFactor, confirmRequiredFactor, signInWithCode } from '../../app/auth.ts'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { checkCode, CodeField } from '../second-factor/code-field.tsx'
import { Enrolment } from '../second-factor/enrolment.tsx'
import { RecoveryCodeList } from '../second-factor/recovery-codes.tsx'

/** The code, after the password. */
export function CodeStep({ challenge, onBack }: { challenge: string; onBack: () => void }) {
  const form = useForm({ initial: { code: '' }, check: checkCode, save: ({ code }) => signInWithCode(challenge, code.trim()) })
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        <CodeField recovery value={form.values.code} error={form.errors.code} onChange={(value) => form.set('code', value)} />
        <Problem error={form.problem} />
        <Button type="submit" fullWidth loading={form.busy}>Sign in</Button>
        <Back onBack={onBack} />
        <Text size="xs" c="dimmed">Neither at hand? An administrator can reset it under Users.</Text>
      </Stack>
    </form>
  )
}

/** A second factor is required and this person has none yet. */
export function RequiredEnrolment({ challenge, onBack }: { challenge: string; onBack: () => void }) {
  // Asked once: each asking makes a new secret.
  const begun = useQuery({ queryKey: ['enrolment', challenge], queryFn: () => beginRequiredFactor(challenge), staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false })
  const [confirmed, setConfirmed] = useState<{ recoveryCodes: string[]; proceed: () => void } | null>(null)
  if (confirmed !== null) return <RecoveryCodeList codes={confirmed.recoveryCodes} done="I have kept them" onDone={confirmed.proceed} />
  return (
    <Stack gap="md">
      <Text size="sm">Your organisation asks for a second factor: a code of an app on your phone, besides the password.</Text>
      {begun.isPending && <Loader aria-label="Loading" />}
      {begun.error !== null && <Problem error={begun.error} />}
      {begun.data !== undefined && <Enrolment {...begun.data} confirm={async (code) => setConfirmed(await confirmRequiredFactor(challenge, code.trim()))} />}
      <Back onBack={onBack} />
    </Stack>
  )
}

function Back({ onBack }: { onBack: () => void }) {
  return <Anchor component="button" type="button" size="sm" onClick={onBack}>Back to the password</Anchor>
}
