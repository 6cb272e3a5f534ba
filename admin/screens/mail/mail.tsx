import { ActionIcon, Button, Group, Menu, SegmentedControl, Stack, Text } from '@mantine/core'
import { EllipsisVertical, Mail as MailIcon, Pencil, RefreshCw, SearchX, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { MailSettings, OutgoingMail } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { EmptyState, PageLoader, Problem } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { discard, removeSettings, tryAgain, useMail, useMailSettings } from './data.ts'
import { MailServerForm } from './settings-form.tsx'
import { TestForm } from './test-form.tsx'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const states: Record<OutgoingMail['state'], { tone: 'good' | 'warning' | 'bad'; label: string }> = {
  sent: { tone: 'good', label: t('Sent') }, waiting: { tone: 'warning', label: t('Waits') }, failed: { tone: 'bad', label: t('Failed') },
}

const columns: Column<OutgoingMail>[] = [
  { key: 'created', title: t('Written'), width: 150, render: ({ createdAt }) => <Time at={createdAt} /> },
  { key: 'title', title: t('Mail'), card: 'title', render: ({ title }) => <Text span inherit fw={600}>{title}</Text> },
  { key: 'to', title: t('To'), render: ({ recipients }) => <span className="break-anywhere">{recipients.join(', ')}</span> },
  { key: 'state', title: t('State'), card: 'aside', render: ({ state }) => <StatusDot {...states[state]} /> },
  { key: 'now', title: t('What happened'), render: (mail) => <Happened mail={mail} /> },
]

function Happened({ mail: { sentAt, lastError, nextTry, tries } }: { mail: OutgoingMail }) {
  return (
    <Stack gap={2} maw={440}>
      {sentAt !== null && <Text span inherit>{rich('Taken by the server {{time}}', { time: <Time at={sentAt} /> })}</Text>}
      {lastError !== null && <Text span inherit className="break-anywhere">{lastError}</Text>}
      {nextTry !== null && tries > 0 && <Text span size="xs" c="dimmed">{rich('Next try {{time}}', { time: <Time at={nextTry} /> })}</Text>}
    </Stack>
  )
}

/** The server that takes mail, and what became of each mail. */
export default function Mail() {
  const settings = useMailSettings()
  const can = useCan()
  const [asking, setAsking] = useState<'server' | 'test' | 'remove' | null>(null)
  const close = () => setAsking(null)
  const mayWrite = can('mail.write')
  const setUp = mayWrite && <Button leftSection={<Pencil size={16} aria-hidden />} variant={settings.data ? 'default' : 'filled'} onClick={() => setAsking('server')}>{settings.data ? t('Change') : t('Set up a mail server')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Mail')} lead={t('Voice messages and alarms leave by e-mail. Dialplane hands them to a mail server of yours, and keeps what is not taken until it is.')} actions={settings.data && mayWrite && <Button leftSection={<Send size={16} aria-hidden />} onClick={() => setAsking('test')}>{t('Send a test mail')}</Button>} />
      <Problem error={settings.error} />
      {settings.data === undefined && !settings.error && <PageLoader />}
      {settings.data === null && <EmptyState icon={MailIcon} title={t('No mail server yet')} action={setUp}>{t('You need an account with your mail provider: the name of its outgoing (SMTP) server, a user name and a password.')}</EmptyState>}
      {settings.data && <Server settings={settings.data} actions={mayWrite && <>{setUp}<Button variant="subtle" color="red" onClick={() => setAsking('remove')}>{t('Remove')}</Button></>} />}
      {settings.data !== undefined && <Queue />}
      <MailServerForm opened={asking === 'server'} settings={settings.data ?? null} onClose={close} />
      <TestForm opened={asking === 'test'} onClose={close} />
      <Confirm opened={asking === 'remove'} onClose={close} title={t('Remove the mail server?')} confirm={t('Remove')} onConfirm={removeSettings} done={t('The mail server is removed.')}>
        {t('Mail that is written from now on waits for another one, for three days. Its password is forgotten.')}
      </Confirm>
    </Stack>
  )
}

const encryption: Record<MailSettings['security'], string> = { tls: 'TLS', starttls: 'STARTTLS', none: t('Not encrypted') }

function Server({ settings, actions }: { settings: MailSettings; actions: React.ReactNode }) {
  return (
    <Panel component="section" aria-label={t('Mail server')}>
      <Group justify="space-between" align="flex-start">
        <Group gap="xl">
          <Fact label={t('Server')}><span className="numbers">{settings.host}:{settings.port}</span></Fact>
          <Fact label={t('Encryption')}>{encryption[settings.security]}</Fact>
          <Fact label={t('Signs in as')}>{settings.username ?? t('Nobody')}</Fact>
          <Fact label={t('Mail is from')}>{settings.senderName === '' ? settings.sender : `${settings.senderName} <${settings.sender}>`}</Fact>
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
    </Panel>
  )
}

function Queue() {
  const list = useListState('created_at', 'desc')
  const can = useCan()
  const [dropping, setDropping] = useState<OutgoingMail | null>(null)
  const state = list.get('state')
  const query = useMail({ page: list.page, limit: 25, ...(state !== '' && { state: state as OutgoingMail['state'] }) })
  const again = (id: string) => void tryAgain(id).catch(notify.failed)
  return (
    <>
      <Group><SegmentedControl aria-label={t('Which')} data={[{ value: '', label: t('All') }, { value: 'waiting', label: t('Waiting') }, { value: 'sent', label: t('Sent') }, { value: 'failed', label: t('Failed') }]} value={state} onChange={(value) => list.set({ state: value })} /></Group>
      <DataTable
        label={t('Mail')}
        columns={columns}
        rows={query.data?.data}
        rowKey={({ id }) => id}
        {...(can('mail.write') && {
          actions: (mail: OutgoingMail) => (
            <Menu position="bottom-end">
              <Menu.Target><ActionIcon aria-label={t('Actions for the mail {{title}}', { title: mail.title })}><EllipsisVertical size={16} aria-hidden /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                {mail.state !== 'sent' && <Menu.Item leftSection={<RefreshCw size={16} aria-hidden />} onClick={() => again(mail.id)}>{t('Try again now')}</Menu.Item>}
                <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDropping(mail)}>{mail.state === 'sent' ? t('Forget') : t('Discard')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={state === ''
          ? <EmptyState icon={MailIcon} title={t('No mail in the last 30 days')}>{t('Voice messages go out by e-mail when their mailbox says so, under Voicemail, Mailboxes.')}</EmptyState>
          : <EmptyState icon={SearchX} title={t('None of these')}>{t('Nothing is in this state.')}</EmptyState>}
      />
      <Confirm opened={dropping !== null} onClose={() => setDropping(null)} title={dropping?.state === 'sent' ? t('Forget this mail?') : t('Discard this mail?')} confirm={dropping?.state === 'sent' ? t('Forget') : t('Discard')} onConfirm={async () => dropping && discard(dropping.id)} done={t('Done.')}>
        {dropping?.state === 'sent' ? t('It was sent; only this line goes.') : t('It is not sent any more. A voice message stays in its mailbox.')}
      </Confirm>
    </>
  )
}
