import { Button, Group, Modal, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { rereading } from '../../app/query-client.ts'
import { useSession } from '../../app/session.tsx'
import { beginPasskeyProof, confirmAuthenticator, disableSecondFactor, getSecondFactor, renewRecoveryCodes, setUpAuthenticator, type AuthenticatorSecret } from '../../client/index.ts'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useForm } from '../../components/use-form.ts'
import { CodeField } from '../second-factor/code-field.tsx'
import { Enrolment } from '../second-factor/enrolment.tsx'
import { askPasskey } from '../second-factor/webauthn.ts'
import { RecoveryCodeList } from '../second-factor/recovery-codes.tsx'
import { richPlural } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const changed = rereading(keys.secondFactor)

type Doing = 'enrol' | 'renew' | 'disable'

const titles: Record<Doing, string> = { enrol: t('Set up an authenticator app'), renew: t('New recovery codes'), disable: t('Turn the second factor off') }

/** One's own second factor: set up, recovery codes, off. */
export function SecondFactorPanel() {
  const query = useQuery({ queryKey: keys.secondFactor, queryFn: async () => (await getSecondFactor({ throwOnError: true })).data.data })
  const [doing, setDoing] = useState<Doing | null>(null)
  const factor = query.data
  return (
    <Panel component="section" aria-labelledby="second-factor">
      <Title order={2} id="second-factor">{t('Authenticator app')}</Title>
      <Text size="sm" c="dimmed" mb="sm">{t('A code of an app on your phone at each sign-in, so that your password alone opens nothing.')}</Text>
      {query.error !== null && <Problem error={query.error} />}
      {factor !== undefined && (
        <Stack gap="sm">
          <Group gap="sm">
            <StatusDot {...(factor.authenticator ? { label: t('Authenticator app'), tone: 'good' } : { label: t('None'), tone: 'quiet' })} />
            {(factor.authenticator || factor.passkeys > 0) && <Text size="sm" c="dimmed">{factor.since !== null ? richPlural(factor.recoveryCodesLeft, 'since {{time}}, {{count}} recovery codes left', 'since {{time}}, {{count}} recovery codes left', { time: <Time at={factor.since} /> }) : plural(factor.recoveryCodesLeft, 'Your passkeys are the second factor, {{count}} recovery codes left', 'Your passkeys are the second factor, {{count}} recovery codes left')}</Text>}
          </Group>
          <Group gap="xs">
            {!factor.authenticator && <Button onClick={() => setDoing('enrol')}>{t('Set up')}</Button>}
            {(factor.authenticator || factor.passkeys > 0) && <Button variant="default" onClick={() => setDoing('renew')}>{t('New recovery codes')}</Button>}
            {factor.authenticator && (!factor.required || factor.passkeys > 0) && <Button variant="default" onClick={() => setDoing('disable')}>{t('Turn off')}</Button>}
          </Group>
          {factor.required && <Text size="xs" c="dimmed">{t('Your organisation requires it.')}</Text>}
        </Stack>
      )}
      <Modal opened={doing !== null} onClose={() => setDoing(null)} title={<Text span fw={650} fz="lg">{doing && titles[doing]}</Text>}>
        {doing !== null && <Steps doing={doing} byPasskey={(factor?.passkeys ?? 0) > 0} byApp={factor?.authenticator === true} onClose={() => setDoing(null)} />}
      </Modal>
    </Panel>
  )
}

function Steps({ doing, byPasskey, byApp, onClose }: { doing: Doing; byPasskey: boolean; byApp: boolean; onClose: () => void }) {
  const [begun, setBegun] = useState<AuthenticatorSecret | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  if (codes !== null) return <RecoveryCodeList codes={codes} done={t('I have kept them')} onDone={onClose} />
  if (begun !== null) {
    return <Enrolment {...begun} onCancel={onClose} confirm={async (code) => setCodes((await changed(confirmAuthenticator({ body: { code: code.trim() }, throwOnError: true }))).data.data.recoveryCodes)} />
  }
  const save = async ({ password, code }: { password: string; code: string }): Promise<void> => {
    if (doing === 'enrol') {
      setBegun((await setUpAuthenticator({ body: { password }, throwOnError: true })).data.data)
      return
    }
    const body = { password, ...(code !== '' ? { code } : { passkey: await askPasskey((await beginPasskeyProof({ throwOnError: true })).data.data) }) }
    if (doing === 'renew') setCodes((await changed(renewRecoveryCodes({ body, throwOnError: true }))).data.data.recoveryCodes)
    else {
      await changed(disableSecondFactor({ body, throwOnError: true }))
      notify.done(t('The second factor is off.'))
      onClose()
    }
  }
  return <Proof code={doing === 'enrol' ? 'none' : byPasskey ? 'or-passkey' : 'needed'} byApp={byApp} verb={doing === 'disable' ? t('Turn off') : doing === 'renew' ? t('Make new codes') : t('Continue')} save={save} />
}

/** The password again, and where there is a factor already, a code. */
function Proof({ code, byApp, verb, save }: { code: 'none' | 'needed' | 'or-passkey'; byApp: boolean; verb: string; save: (proof: { password: string; code: string }) => Promise<void> }) {
  const { hasPassword } = useSession().user
  const form = useForm({
    initial: { password: '', code: '' },
    check: (values) => ({ ...(hasPassword && values.password === '' && { password: t('Enter your password.') }), ...(code === 'needed' && values.code.trim().length < 6 && { code: t('Enter the code.') }) }),
    save: (values) => save({ password: values.password, code: values.code.trim() }),
  })
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        {hasPassword && <PasswordInput label={t('Your password')} autoComplete="current-password" data-autofocus value={form.values.password} error={form.errors.password} onChange={(change) => form.set('password', change.currentTarget.value)} />}
        {code !== 'none' && <CodeField recovery={byApp ? 'too' : 'only'} autoFocus={false} {...(code === 'or-passkey' && { hint: t('Leave it empty to use a passkey.') })} value={form.values.code} error={form.errors.code} onChange={(value) => form.set('code', value)} />}
        <Problem error={form.problem} />
        <Group><Button type="submit" loading={form.busy}>{verb}</Button></Group>
      </Stack>
    </form>
  )
}
