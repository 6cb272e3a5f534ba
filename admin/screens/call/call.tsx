import { Alert, Button, Checkbox, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core'
import { Link2, Phone, PhoneOff } from 'lucide-react'
import { useState } from 'react'
import { Link, useSearch } from 'wouter'
import { dialCall, dialOwnCall, hangUpCall, type Call, type OwnCall } from '../../client/index.ts'
import { notify } from '../../app/notify.ts'
import { useCan, useSession } from '../../app/session.tsx'
import { CopyButton } from '../../components/copy.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status.tsx'
import { useForm } from '../../components/use-form.ts'
import { useLive } from '../../live/store.ts'
import { stateWords } from '../../words/call.ts'
import { OwnProgress } from './own-progress.tsx'
import { ExtensionSelect } from '../extensions/extension-select.tsx'
import { rich } from '../../words/rich.ts'
import { inSense, t } from '../../words/translate.ts'

const MINE = 'dialplane.my-phone'

/** Which phone is one's own, kept in this browser. */
function remembered(own: string | null): { extensionId: string; autoAnswer: boolean } {
  try {
    return { extensionId: own ?? '', autoAnswer: false, ...(JSON.parse(localStorage.getItem(MINE) ?? '{}') as object) }
  } catch {
    return { extensionId: own ?? '', autoAnswer: false }
  }
}

/** Click to dial: a number that was clicked anywhere is called with one's own phone. */
export default function CallPage() {
  const search = useSearch()
  const to = (new URLSearchParams(search).get('to') ?? '').replace(/^(web\+)?tel:/i, '')
  return (
    <Stack gap="md" maw={720}>
      <PageHeader title={t('Click to dial')} lead={t('Your own phone rings first. Answer it, and the number is called as if you had dialled it.')} />
      <Dial key={to} to={to} />
      <Elsewhere />
    </Stack>
  )
}

function Dial({ to }: { to: string }) {
  const { user } = useSession()
  // Who may call with any phone chooses one; others have their own.
  const any = useCan()('calls.dial')
  const [call, setCall] = useState<Call | null>(null)
  const [ownCall, setOwnCall] = useState<OwnCall | null>(null)
  const form = useForm({
    initial: { to, ...remembered(user.extensionId), ...(!any && { extensionId: user.extensionId ?? '' }) },
    check: (values): Record<string, string> => ({
      ...(any && values.extensionId === '' && { extensionId: t('Choose your own phone. It is remembered in this browser.') }),
      ...(values.to.trim() === '' && { to: t('Enter a number.') }),
    }),
    save: async (values) => {
      localStorage.setItem(MINE, JSON.stringify({ extensionId: values.extensionId, autoAnswer: values.autoAnswer }))
      const body = { to: values.to.trim(), ...(values.autoAnswer && { autoAnswer: true }) }
      const own = !any || values.extensionId === user.extensionId
      setOwnCall(own ? (await dialOwnCall({ body, throwOnError: true })).data.data : null)
      setCall(own ? null : (await dialCall({ body: { ...body, extensionId: values.extensionId }, throwOnError: true })).data.data)
    },
  })
  const { values, errors, set } = form
  return (
    <Panel component="section" aria-label={t('Call')}>
      <form
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault()
          form.submit()
        }}
      >
        <Stack gap="sm">
          <TextInput label={t('Number')} description={t('As it is written anywhere; spaces and signs do not matter.')} inputMode="tel" autoComplete="off" data-autofocus withAsterisk required value={values.to} error={errors.to} onChange={(change) => set('to', change.currentTarget.value)} />
          {!any && user.extensionId === null && <Alert color="orange">{t('No extension is yours yet, so nothing can be called. An administrator says which it is, under Users.')}</Alert>}
          {any && <ExtensionSelect label={t('My phone')} description={t('The extension whose phones ring first.')} value={values.extensionId} error={errors.extensionId} onChange={(id) => set('extensionId', id)} />}
          <Checkbox label={t('My phone answers by itself')} description={t('If it can: most desk phones allow this in their settings. Without this, what is set for the extension counts.')} checked={values.autoAnswer} onChange={(change) => set('autoAnswer', change.currentTarget.checked)} />
          <Problem error={form.problem} />
          <Group><Button type="submit" leftSection={<Phone size={16} aria-hidden />} loading={form.busy}>{inSense('verb', 'Call')}</Button></Group>
        </Stack>
      </form>
      {call !== null && <Progress first={call} />}
      {ownCall !== null && <OwnProgress key={ownCall.id} first={ownCall} />}
    </Panel>
  )
}

/** What becomes of it: the call to the own phone, then the one to the number. */
function Progress({ first }: { first: Call }) {
  const can = useCan()
  const calls = useLive((state) => state.calls)
  const now = [...calls.values()].findLast(({ id, rootId }) => id === first.id || rootId === first.rootId)
  return (
    <Group mt="md" gap="sm" role="status" aria-live="polite">
      {now === undefined ? <Text size="sm">{rich('The call is over. <link>What became of it</link>', { link: (inside) => <Link href={`/calls/${first.id}`}>{inside}</Link> })}</Text> : (
        <>
          <StatusBadge {...stateWords[now.state]} />
          <Text size="sm">{now.id === first.id ? t('Your phone rings: answer it.') : t('Calling {{name}}.', { name: now.to.name ?? now.to.number })}</Text>
          {can('calls.control') && <Button size="xs" variant="default" color="red" leftSection={<PhoneOff size={14} aria-hidden />} onClick={() => void hangUpCall({ path: { id: now.id }, throwOnError: true }).catch(notify.failed)}>{t('Hang up')}</Button>}
        </>
      )}
    </Group>
  )
}

/** How numbers in other programs and pages get here. */
function Elsewhere() {
  const script = `<script src="${new URL('/admin/dial.js', location.href).href}" defer></script>`
  return (
    <Panel component="section" aria-labelledby="elsewhere">
      <Title order={2} size="h4" id="elsewhere" mb="xs">{t('From other pages and programs')}</Title>
      <Stack gap="sm">
        {'registerProtocolHandler' in navigator && (
          <Group gap="sm">
            <Button variant="default" leftSection={<Link2 size={16} aria-hidden />} onClick={() => navigator.registerProtocolHandler('tel', new URL('/admin/call?to=%s', location.href).href)}>{t('Open tel: links here')}</Button>
            <Text size="sm" c="dimmed">{t('The browser asks once; then every phone link opens this page.')}</Text>
          </Group>
        )}
        <Text size="sm">{t('In a CRM or web page of your own, this line makes every number clickable. The page gets no password and no token: whoever clicks is signed in here.')}</Text>
        <Group gap="xs" wrap="nowrap"><Code block style={{ flex: 1, overflowX: 'auto' }} tabIndex={0}>{script}</Code><CopyButton text={script} what={t('the line')} /></Group>
      </Stack>
    </Panel>
  )
}
