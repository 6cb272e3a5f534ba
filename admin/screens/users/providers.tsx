import { Button, Group, Menu, Stack, Switch, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Plug, Plus } from 'lucide-react'
import { useState } from 'react'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { rereading } from '../../app/query-client.ts'
import { useCan } from '../../app/session.tsx'
import { deleteSignInProvider, getSignInPolicy, listSignInProviders, testSignInProvider, updateSignInPolicy, type SignInProvider } from '../../client/index.ts'
import { Confirm } from '../../components/confirm.tsx'
import { Panel } from '../../components/panel.ts'
import { RowMenu } from '../../components/row-menu.tsx'
import { Problem } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { providersChanged } from './data.ts'
import { ProviderForm, type EditingProvider } from './provider-form.tsx'
import { inSense, plural, t } from '../../words/translate.ts'

const ruled = rereading(keys.signInPolicy)

/** Providers of OpenID Connect that people sign in with. */
export function ProvidersPanel() {
  const can = useCan()
  const list = useQuery({ queryKey: keys.signInProviders, queryFn: async () => (await listSignInProviders({ query: { limit: 100 }, throwOnError: true })).data.data })
  const [editing, setEditing] = useState<EditingProvider>(null)
  const [deleting, setDeleting] = useState<SignInProvider | null>(null)
  const mayWrite = can('users.write')
  const some = (list.data?.length ?? 0) > 0
  return (
    <Panel component="section" aria-labelledby="providers">
      <Group justify="space-between" align="flex-start" mb="sm">
        <div style={{ flex: '1 1 260px' }}>
          <Title order={2} id="providers">{t('Sign-in providers')}</Title>
          <Text size="sm" c="dimmed">{t('People sign in with the account they have elsewhere: Microsoft Entra, Google, Okta, Keycloak, whatever speaks OpenID Connect.')}</Text>
        </div>
        {mayWrite && <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New provider')}</Button>}
      </Group>
      <Problem error={list.error} />
      {list.data?.length === 0 && <Text size="sm">{t('None yet.')}</Text>}
      <Stack gap="xs">{list.data?.map((provider) => <Row key={provider.id} provider={provider} mayWrite={mayWrite} onEdit={() => setEditing({ kind: 'edit', provider })} onDelete={() => setDeleting(provider)} />)}</Stack>
      {some && <ProvidersOnly mayWrite={mayWrite} />}
      <ProviderForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete {{name}}?', { name: deleting?.name ?? '' })} confirm={t('Delete provider')} onConfirm={async () => (deleting === null ? undefined : providersChanged(deleteSignInProvider({ path: { id: deleting.id }, throwOnError: true })))} done={t('The provider is deleted.')}>
        {t('Those who came by it are signed out. They stay users; who has no password needs one from you.')}
      </Confirm>
    </Panel>
  )
}

function Row({ provider, mayWrite, onEdit, onDelete }: { provider: SignInProvider; mayWrite: boolean; onEdit: () => void; onDelete: () => void }) {
  const test = async (): Promise<void> => {
    const { error } = (await testSignInProvider({ path: { id: provider.id }, throwOnError: true })).data.data
    if (error === null) notify.done(t('{{name}} answers, its metadata and keys are in order.', { name: provider.name }))
    else notify.failed(new Error(error))
  }
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Group gap="xs"><Text size="sm" fw={600}>{provider.name}</Text><Text span size="sm"><StatusDot {...(provider.enabled ? { label: t('On'), tone: 'good' } : { label: t('Turned off'), tone: 'quiet' })} /></Text></Group>
        <Text size="xs" c="dimmed" className="break-anywhere">{provider.issuer}, {plural(provider.people, 'one person', '{{count}} people')}</Text>
      </div>
      {mayWrite && <RowMenu of={provider.name} onEdit={onEdit} onDelete={onDelete}><Menu.Item leftSection={<Plug size={16} aria-hidden />} onClick={() => void test().catch(notify.failed)}>{inSense('verb', 'Test')}</Menu.Item></RowMenu>}
    </Group>
  )
}

/** Whether there is another way in. */
function ProvidersOnly({ mayWrite }: { mayWrite: boolean }) {
  const policy = useQuery({ queryKey: keys.signInPolicy, queryFn: async () => (await getSignInPolicy({ throwOnError: true })).data.data })
  const [asked, setAsked] = useState<boolean | null>(null)
  if (policy.data === undefined) return null
  const { secondFactor, providersOnly = false } = policy.data
  return (
    <>
      <Switch mt="md" label={t('Only with a provider')} description={t('Passwords and passkeys open to administrators alone: they are the way in when the provider does not answer.')} disabled={!mayWrite} checked={providersOnly} onChange={() => setAsked(!providersOnly)} />
      <Confirm opened={asked !== null} onClose={() => setAsked(null)} danger={false} title={asked === true ? t('Sign in with a provider only?') : t('Allow passwords again?')} confirm={asked === true ? t('Only with a provider') : t('Allow passwords')} onConfirm={async () => (asked === null ? undefined : ruled(updateSignInPolicy({ body: { secondFactor, providersOnly: asked }, throwOnError: true })))} done={t('Saved.')}>
        {asked === true ? t('Who is no administrator can sign in with a provider only. Sign in with it once yourself before.') : t('Everybody may sign in with a password or a passkey again.')}
      </Confirm>
    </>
  )
}
