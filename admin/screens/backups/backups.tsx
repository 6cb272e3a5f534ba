import { ActionIcon, Alert, Button, Code, Group, Menu, Modal, Stack, Text, Title } from '@mantine/core'
import { DatabaseBackup, Download, Ellipsis, FlaskConical, KeyRound, Pencil, Save, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Backup, BackupSettings } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { CopyField } from '../../components/copy.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { EmptyState, PageLoader, Problem } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import type { Wording } from '../../words/call.ts'
import { fileSize } from '../../words/size.ts'
import { KeyForm } from './key-form.tsx'
import { dayWords, ScheduleForm } from './schedule-form.tsx'
import { fileOf, makeNow, remove, tryOut, useBackups, useBackupSettings } from './data.ts'
import { rich } from '../../words/rich.ts'
import { figure, plural, t } from '../../words/translate.ts'

function stateOf({ state, there, trial }: Backup): Wording {
  if (state === 'running') return { label: t('Being made'), tone: 'busy' }
  if (state === 'failed') return { label: t('Failed'), tone: 'bad' }
  if (!there) return { label: t('File is gone'), tone: 'bad' }
  if (trial === 'failed') return { label: t('Cannot be restored'), tone: 'bad' }
  return trial === 'well' ? { label: t('Restored to try it'), tone: 'good' } : trial === 'running' ? { label: t('Being tried'), tone: 'busy' } : { label: t('Made'), tone: 'quiet' }
}

const columns: Column<Backup>[] = [
  { key: 'started', title: t('Made'), card: 'title', width: 150, render: ({ startedAt }) => <Time at={startedAt} /> },
  { key: 'state', title: t('State'), card: 'aside', render: (backup) => <StatusDot {...stateOf(backup)} /> },
  { key: 'size', title: t('Size'), render: ({ bytes }) => (bytes === null ? '' : fileSize(bytes)) },
  { key: 'content', title: t('Content'), render: ({ rows, files }) => (rows === null ? '' : plural(files ?? 0, '{{rows}} rows, {{count}} file', '{{rows}} rows, {{count}} files', { rows: figure(rows) })) },
  { key: 'by', title: t('Asked for by'), render: ({ scheduled, askedBy }) => (scheduled ? t('The schedule') : askedBy) },
  { key: 'now', title: t('What happened'), render: ({ cause, trialCause }) => <Text span inherit className="break-anywhere" maw={420}>{cause ?? trialCause ?? ''}</Text> },
]

/** Backups of the whole machine: made, tried, kept. */
export default function Backups() {
  const settings = useBackupSettings()
  const can = useCan()
  const [asking, setAsking] = useState<'schedule' | 'key' | null>(null)
  const [recoveryKey, setRecoveryKey] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const mayWrite = can('backups.write')
  const close = () => setAsking(null)
  const make = () => {
    setBusy(true)
    makeNow().then(() => notify.done(t('A backup is being made.')), notify.failed).finally(() => setBusy(false))
  }
  return (
    <Stack gap="md">
      <PageHeader
        title={t('Backups')}
        lead={t('Everything in one encrypted file: database, recordings, voice messages, prompts, keys and settings. Each one is restored beside the real tables to see that it can be.')}
        actions={mayWrite && settings.data?.hasKey && <Button leftSection={<Save size={16} aria-hidden />} loading={busy} onClick={make}>{t('Back up now')}</Button>}
      />
      <Problem error={settings.error} />
      {settings.data === undefined && !settings.error && <PageLoader />}
      {settings.data && <Plan settings={settings.data} actions={mayWrite && (
        <>
          <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setAsking('schedule')}>{t('Schedule')}</Button>
          <Button variant={settings.data.hasKey ? 'default' : 'filled'} leftSection={<KeyRound size={16} aria-hidden />} onClick={() => setAsking('key')}>{settings.data.hasKey ? t('Another key') : t('Set a recovery key')}</Button>
        </>
      )} />}
      {settings.data && <List hasKey={settings.data.hasKey} />}
      {settings.data && (
        <Panel component="section" aria-labelledby="restore">
          <Title order={2} id="restore" mb="xs">{t('Restoring')}</Title>
          <Text size="sm">{t('On the machine itself, into an empty installation of this or a newer version. Recordings and everything else come back as they were.')}</Text>
          <Code block mt="xs" style={{ whiteSpace: 'pre-wrap' }} className="break-anywhere">{t('npm start -- --restore /path/to/file.backup')}</Code>
        </Panel>
      )}
      <ScheduleForm opened={asking === 'schedule'} settings={settings.data} onClose={close} />
      <KeyForm opened={asking === 'key'} first={settings.data?.hasKey !== true} onClose={close} onMade={setRecoveryKey} />
      <Modal opened={recoveryKey !== null} onClose={() => setRecoveryKey(null)} closeOnClickOutside={false} title={<Text span fw={650} fz="lg">{t('Recovery key')}</Text>}>
        <Stack gap="md">
          <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">{t('The key is shown only now. Print it or keep it in a password manager, away from this machine: without it nobody can read the backups.')}</Alert>
          {recoveryKey !== null && <CopyField label={t('Recovery key')} value={recoveryKey} />}
          <Button ml="auto" onClick={() => setRecoveryKey(null)}>{t('I have kept it')}</Button>
        </Stack>
      </Modal>
    </Stack>
  )
}

function Plan({ settings, actions }: { settings: BackupSettings; actions: React.ReactNode }) {
  const { enabled, at, days, keep, mailTo, nextAt, folder, freeBytes, hasKey, keySetAt } = settings
  return (
    <Panel component="section" aria-label={t('Schedule')}>
      <Group justify="space-between" align="flex-start">
        <Group gap="xl">
          <Fact label={t('Made')}>{enabled ? t('{{days}} at {{at}}', { days: dayWords(days), at }) : t('By hand only')}</Fact>
          {nextAt !== null && <Fact label={t('Next')}><Time at={nextAt} /></Fact>}
          <Fact label={t('Kept')}>{plural(keep, 'The last one', 'The last {{count}}')}</Fact>
          <Fact label={t('Folder')}>{folder}</Fact>
          {freeBytes !== null && <Fact label={t('Room there')}>{fileSize(freeBytes)}</Fact>}
          <Fact label={t('Told of trouble')}>{mailTo.length === 0 ? t('Nobody') : mailTo.join(', ')}</Fact>
          <Fact label={t('Key')}>{keySetAt === null ? t('None yet') : rich('Set {{time}}', { time: <Time at={keySetAt} /> })}</Fact>
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
      {!hasKey && <Alert mt="md" color="orange" icon={<KeyRound size={18} aria-hidden />}>{t('No backup is made before there is a recovery key or a passphrase.')}</Alert>}
    </Panel>
  )
}

function List({ hasKey }: { hasKey: boolean }) {
  const list = useListState('started_at', 'desc')
  const can = useCan()
  const [deleting, setDeleting] = useState<Backup | null>(null)
  const query = useBackups({ page: list.page, limit: 25 })
  const attempt = (id: string) => void tryOut(id).then(() => notify.done(t('The backup is being tried.')), notify.failed)
  return (
    <>
      <DataTable
        label={t('Backups')}
        columns={columns}
        rows={query.data?.data}
        rowKey={({ id }) => id}
        {...((can('backups.write') || can('backups.download')) && {
          actions: (backup: Backup) => (
            <Menu position="bottom-end" shadow="md">
              <Menu.Target><ActionIcon aria-label={t('Actions for {{file}}', { file: backup.file })}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
              <Menu.Dropdown>
                {can('backups.download') && backup.there && backup.state === 'done' && <Menu.Item leftSection={<Download size={16} aria-hidden />} component="a" href={fileOf(backup.id)} download={backup.file}>{t('Download')}</Menu.Item>}
                {can('backups.write') && backup.there && backup.state === 'done' && <Menu.Item leftSection={<FlaskConical size={16} aria-hidden />} onClick={() => attempt(backup.id)}>{t('Try to restore it')}</Menu.Item>}
                {can('backups.write') && <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setDeleting(backup)}>{t('Delete')}</Menu.Item>}
              </Menu.Dropdown>
            </Menu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={<EmptyState icon={DatabaseBackup} title={t('No backup yet')}>{hasKey ? t('Make one now, and schedule one for each night.') : t('Set a recovery key first: it opens the backups, and nothing else does.')}</EmptyState>}
      />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete this backup?')} confirm={t('Delete')} onConfirm={async () => deleting && remove(deleting.id)} done={t('The backup is deleted.')}>
        {t('Its file goes too. Copies that you keep elsewhere stay.')}
      </Confirm>
    </>
  )
}
