import { Radio, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { useCan } from '../../app/session.tsx'
import { getSignInPolicy, updateSignInPolicy, type SignInPolicy } from '../../client/index.ts'
import { Confirm } from '../../components/confirm.tsx'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { t } from '../../words/translate.ts'

type Who = SignInPolicy['secondFactor']

const choices: { value: Who; label: string; hint: string }[] = [
  { value: 'optional', label: t('Nobody'), hint: t('Everyone may set one up under My account.') },
  { value: 'administrators', label: t('Administrators'), hint: t('Whoever has the role Administrator.') },
  { value: 'everybody', label: t('Everybody'), hint: t('All who sign in to this panel. Phones and API tokens are not concerned.') },
]

const changed = rereading(keys.signInPolicy)

/** Who must have a second factor. */
export function SignInPolicyPanel() {
  const query = useQuery({ queryKey: keys.signInPolicy, queryFn: async () => (await getSignInPolicy({ throwOnError: true })).data.data })
  const can = useCan()
  const [asked, setAsked] = useState<Who | null>(null)
  return (
    <Panel component="section" aria-labelledby="sign-in-policy">
      <Title order={2} id="sign-in-policy">{t('Who needs a second factor')}</Title>
      <Text size="sm" c="dimmed" mb="sm">{t('A code of an app on the phone or a passkey, besides the password.')}</Text>
      {query.error !== null && <Problem error={query.error} />}
      {query.data !== undefined && (
        <Radio.Group aria-labelledby="sign-in-policy" value={query.data.secondFactor} onChange={(value) => setAsked(choices.find((choice) => choice.value === value)?.value ?? null)}>
          <Stack gap="xs">{choices.map(({ value, label, hint }) => <Radio key={value} value={value} label={label} description={hint} disabled={!can('users.write')} />)}</Stack>
        </Radio.Group>
      )}
      <Confirm
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === 'optional' ? t('No longer require a second factor?') : t('Require a second factor?')}
        confirm={asked === 'optional' ? t('No longer require it') : t('Require it')}
        danger={false}
        onConfirm={async () => (asked === null ? undefined : changed(updateSignInPolicy({ body: { secondFactor: asked }, throwOnError: true })))}
        done={t('Saved.')}
      >
        {asked === 'optional' ? t('Those who have one keep it, and may turn it off.') : t('Those who have none are signed out now, and set one up when they sign in again.')}
      </Confirm>
    </Panel>
  )
}
