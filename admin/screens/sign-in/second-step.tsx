import { Anchor, Button, Divider, Loader, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { useState } from 'react'
import { beginRequiredFactor, confirmRequiredFactor, enter, signInWithCode } from '../../app/auth.ts'
import { addRequiredPasskey, beginPasskeyStep, beginRequiredPasskey, verifyPasskeyStep, type SignInStep } from '../../client/index.ts'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { checkCode, CodeField } from '../second-factor/code-field.tsx'
import { Enrolment } from '../second-factor/enrolment.tsx'
import { RecoveryCodeList } from '../second-factor/recovery-codes.tsx'
import { askPasskey, makePasskey } from '../second-factor/webauthn.ts'
import { t } from '../../words/translate.ts'

interface Props {
  step: SignInStep
  onBack: () => void
}

/** The passkey or the code, after the password. */
export function CodeStep({ step: { challenge, ways }, onBack }: Props) {
  const form = useForm({ initial: { code: '' }, check: checkCode, save: ({ code }) => signInWithCode(challenge, code.trim()) })
  const key = useMutation({
    mutationFn: async () => {
      const passkey = await askPasskey((await beginPasskeyStep({ body: { challenge }, throwOnError: true })).data.data)
      enter((await verifyPasskeyStep({ body: { challenge, passkey }, throwOnError: true })).data.data)
    },
  })
  const byKey = ways.includes('passkey')
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        {byKey && (
          <>
            <Button fullWidth leftSection={<Fingerprint size={18} aria-hidden />} loading={key.isPending} onClick={() => key.mutate()}>{t('Use your passkey')}</Button>
            <Problem error={key.error} />
            <Divider label={t('or')} />
          </>
        )}
        <CodeField recovery={ways.includes('app') ? 'too' : 'only'} autoFocus={!byKey} value={form.values.code} error={form.errors.code} onChange={(value) => form.set('code', value)} />
        <Problem error={form.problem} />
        <Button type="submit" fullWidth {...(byKey && { variant: 'default' })} loading={form.busy}>{t('Sign in')}</Button>
        <Back onBack={onBack} />
        <Text size="xs" c="dimmed">{t('None at hand? An administrator can reset it under Users.')}</Text>
      </Stack>
    </form>
  )
}

type Confirmed = { recoveryCodes: string[]; proceed: () => void }

/** A second factor is required and this person has none yet. */
export function RequiredEnrolment({ step: { challenge, ways }, onBack }: Props) {
  const [way, setWay] = useState<'app' | 'passkey'>('app')
  const [confirmed, setConfirmed] = useState<Confirmed | null>(null)
  if (confirmed !== null) return <RecoveryCodeList codes={confirmed.recoveryCodes} done={t('I have kept them')} onDone={confirmed.proceed} />
  return (
    <Stack gap="md">
      <Text size="sm">{t('Your organisation asks for a second factor besides the password.')}</Text>
      {ways.includes('passkey') && (
        <SegmentedControl aria-label={t('Kind of second factor')} fullWidth value={way} onChange={(value) => setWay(value === 'passkey' ? 'passkey' : 'app')} data={[{ value: 'app', label: t('Authenticator app') }, { value: 'passkey', label: t('Passkey') }]} />
      )}
      {way === 'app' ? <RequiredApp challenge={challenge} onConfirmed={setConfirmed} /> : <RequiredPasskey challenge={challenge} onConfirmed={setConfirmed} />}
      <Back onBack={onBack} />
    </Stack>
  )
}

function RequiredApp({ challenge, onConfirmed }: { challenge: string; onConfirmed: (confirmed: Confirmed) => void }) {
  // Asked once: each asking makes a new secret.
  const begun = useQuery({ queryKey: ['enrolment', challenge], queryFn: () => beginRequiredFactor(challenge), staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false })
  return (
    <>
      {begun.isPending && <Loader aria-label={t('Loading')} />}
      {begun.error !== null && <Problem error={begun.error} />}
      {begun.data !== undefined && <Enrolment {...begun.data} confirm={async (code) => onConfirmed(await confirmRequiredFactor(challenge, code.trim()))} />}
    </>
  )
}

function RequiredPasskey({ challenge, onConfirmed }: { challenge: string; onConfirmed: (confirmed: Confirmed) => void }) {
  const form = useForm({
    initial: { name: t('My passkey') },
    check: ({ name }): Record<string, string> => (name.trim() === '' ? { name: t('Give it a name.') } : {}),
    save: async ({ name }) => {
      const passkey = await makePasskey((await beginRequiredPasskey({ body: { challenge }, throwOnError: true })).data.data)
      const { session, recoveryCodes } = (await addRequiredPasskey({ body: { challenge, name: name.trim(), passkey }, throwOnError: true })).data.data
      onConfirmed({ recoveryCodes, proceed: () => enter(session) })
    },
  })
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">{t('Kept by this device, your phone, your password manager or a security key.')}</Text>
        <TextInput label={t('Name')} description={t('By which you know it again.')} maxLength={60} value={form.values.name} error={form.errors.name} onChange={(change) => form.set('name', change.currentTarget.value)} />
        <Problem error={form.problem} />
        <Button type="submit" leftSection={<Fingerprint size={18} aria-hidden />} loading={form.busy}>{t('Add passkey')}</Button>
      </Stack>
    </form>
  )
}

function Back({ onBack }: { onBack: () => void }) {
  return <Anchor component="button" type="button" size="sm" onClick={onBack}>{t('Back to the password')}</Anchor>
}
