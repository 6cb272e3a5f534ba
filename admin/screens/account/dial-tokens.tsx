import { ActionIcon, Alert, Button, Group, Modal, Select, Stack, Text, TextInput, Title, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { KeyRound, Plus, Puzzle, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { useCan, useSession } from '../../app/session.tsx'
import type { ApiToken, NewApiToken } from '../../app/types.ts'
import { createDialToken, deleteDialToken, getDialScript, listDialTokens } from '../../client/index.ts'
import { Confirm } from '../../components/confirm.tsx'
import { CopyField } from '../../components/copy.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useForm } from '../../components/use-form.ts'
import { useLastOpen } from '../../components/use-last-open.ts'
import { now } from '../../live/clock.ts'
import { instant } from '../../words/time.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const DAY = 86_400_000
const lifetimes = [{ value: '30', label: t('30 days') }, { value: '90', label: t('90 days') }, { value: '365', label: t('One year') }]
const changed = rereading(keys.tokens)

/** Tokens with which other programs call with one's own phone. */
export function DialTokens() {
  const can = useCan()
  const { user } = useSession()
  const tokens = useQuery({ queryKey: [...keys.tokens, 'own'], queryFn: async () => (await listDialTokens({ query: { limit: 100 }, throwOnError: true })).data.data })
  const [adding, setAdding] = useState(false)
  const [made, setMade] = useState<NewApiToken | null>(null)
  const [revoking, setRevoking] = useState<ApiToken | null>(null)
  const shown = useLastOpen(made !== null, made)
  if (!can('calls.own')) return null
  return (
    <Panel component="section" aria-labelledby="dial-tokens">
      <Group justify="space-between" align="flex-start" mb="sm">
        <div>
          <Title order={2} id="dial-tokens">{t('Tokens for calling')}</Title>
          <Text size="sm" c="dimmed">{t('With one, your CRM calls with your phone, and sees and ends your calls. It can do nothing else.')}</Text>
        </div>
        <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>{t('New token for calling')}</Button>
      </Group>
      {user.extensionId === null && <Alert color="orange" mb="sm">{t('No extension is yours yet, so a token cannot call. An administrator says which it is, under Users.')}</Alert>}
      <Problem error={tokens.error} />
      <Stack gap="xs">
        {tokens.data?.map((token) => (
          <Group key={token.id} justify="space-between" wrap="nowrap">
            <Text size="sm"><b>{token.name}</b>, {token.prefix}…, {token.lastUsedAt === null ? t('never used') : rich('used {{time}}', { time: <Time at={token.lastUsedAt} ago /> })}, {token.expiresAt !== null && (instant(token.expiresAt) < now() ? <StatusDot label={t('expired')} tone="bad" /> : rich('until {{time}}', { time: <Time at={token.expiresAt} /> }))}</Text>
            <Tooltip label={t('Revoke')}><ActionIcon aria-label={t('Revoke {{name}}', { name: token.name })} onClick={() => setRevoking(token)}><Trash2 size={16} aria-hidden /></ActionIcon></Tooltip>
          </Group>
        ))}
      </Stack>
      <Stack gap="xs" align="flex-start" mt="md">
        <Text size="sm" c="dimmed">{t('With the extension for Chrome and Edge, numbers on all web pages are called with your phone. Unpack it, choose its folder under Extensions with developer mode on, and give it a token with its button beside the address bar.')}</Text>
        <Button component="a" href="/dial/dialplane-extension.zip" download variant="default" leftSection={<Puzzle size={16} aria-hidden />}>{t('Download extension')}</Button>
      </Stack>
      <FormDrawer opened={adding} onClose={() => setAdding(false)} title={t('New token for calling')}><Fields onClose={() => setAdding(false)} onMade={setMade} /></FormDrawer>
      <Modal opened={made !== null} onClose={() => setMade(null)} closeOnClickOutside={false} title={<Text span fw={650} fz="lg">{rich('Token {{name}}', { name: shown?.apiToken.name })}</Text>}>
        <Stack gap="md">
          <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">{t('The token is shown only now. If it is lost, revoke it and make another.')}</Alert>
          {shown !== null && <CopyField label={t('Token')} value={shown.token} />}
          {shown !== null && <ScriptLine token={shown.token} />}
          <Text size="sm">{t('POST /api/v1/own/calls calls, GET shows what becomes of it, POST /own/calls/…/hang-up ends it.')}</Text>
          <Button ml="auto" onClick={() => setMade(null)}>{t('Done')}</Button>
        </Stack>
      </Modal>
      <Confirm opened={revoking !== null} onClose={() => setRevoking(null)} title={t('Revoke {{name}}?', { name: revoking?.name ?? '' })} confirm={t('Revoke token')} onConfirm={async () => { if (revoking !== null) await changed(deleteDialToken({ path: { id: revoking.id }, throwOnError: true })) }} done={t('The token is revoked.')}>
        {t('What uses it is refused from now on. This cannot be undone.')}
      </Confirm>
    </Panel>
  )
}

/** The line that makes the numbers of a web page callable with this token. */
function ScriptLine({ token }: { token: string }) {
  const script = useQuery({ queryKey: [...keys.tokens, 'script'], queryFn: async () => (await getDialScript({ throwOnError: true })).data.data })
  if (script.error) return <Problem error={script.error} />
  if (script.data === undefined) return null
  const { integrity, origins, url } = script.data
  return (
    <>
      <CopyField label={t('Line for a web page that only you see')} value={`<script src="${url}" integrity="${integrity}" crossorigin="anonymous" data-token="${token}" defer></script>`} />
      <Text size="sm">
        {rich('It makes the numbers of the page callable, with your phone. Who sees the source of the page can call as you, so put it into no page that others see; {{option}} also shows who calls you.', { option: <b>{'data-incoming="on"'}</b> })}
        {' '}{origins.length === 0 ? t('No page may use tokens yet: an administrator names them under API tokens.') : t('Pages that may use tokens: {{origins}}.', { origins: origins.join(', ') })}
      </Text>
    </>
  )
}

function Fields({ onClose, onMade }: { onClose: () => void; onMade: (made: NewApiToken) => void }) {
  const form = useForm({
    initial: { name: '', days: '90' },
    check: ({ name }): Record<string, string> => (name.trim() === '' ? { name: t('Name what will use it.') } : {}),
    onSaved: onClose,
    save: async ({ name, days }) => onMade((await changed(createDialToken({ body: { name: name.trim(), expiresAt: new Date(now() + Number(days) * DAY).toISOString() }, throwOnError: true }))).data.data),
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Create token')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} description={t('What will use it, such as the CRM.')} withAsterisk required data-autofocus autoComplete="off" maxLength={100} value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Select label={t('Valid for')} allowDeselect={false} data={lifetimes} value={values.days} error={errors.expiresAt} onChange={(value) => set('days', value ?? '90')} />
    </FormBody>
  )
}
