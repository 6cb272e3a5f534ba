import { Button, Stack } from '@mantine/core'
import { AlarmClock, Plus } from 'lucide-react'
import { useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { useCan } from '../../app/session.tsx'
import type { WakeUp } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { t } from '../../words/translate.ts'
import { repeatWords, wakeUpState } from '../../words/wake-up.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { ExtensionName } from '../extensions/extension-name.tsx'
import { removeWakeUp, useWakeUps } from './data.ts'
import { Desk } from './desk.tsx'
import { WakeUpForm, type Editing } from './wake-up-form.tsx'

const columns: Column<WakeUp>[] = [
  { key: 'time', title: t('Wakes at'), card: 'aside', width: 100, render: ({ time }) => <span className="numbers" style={{ fontWeight: 600 }}>{time}</span> },
  { key: 'extension', title: t('Extension'), card: 'title', render: ({ extensionId }) => <ExtensionName id={extensionId} /> },
  { key: 'repeats', title: t('How often'), render: ({ repeats }) => repeatWords(repeats) },
  { key: 'on', title: t('Next on'), render: ({ on }) => <span className="numbers">{on}</span> },
  { key: 'state', title: t('State'), render: wakeUpState },
]

/** Wake-up calls that are to come. */
export default function WakeUps() {
  const query = useWakeUps()
  const mayWrite = useCan()('wakeups.write')
  const code = useCode()('wake-up')
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<WakeUp | null>(null)
  const [deleting, setDeleting] = useState<WakeUp | null>(null)
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing('new')}>{t('Set a wake-up call')}</Button>
  return (
    <Stack gap="md">
      <PageHeader title={t('Wake-up calls')} lead={code === undefined ? t('The phones of an extension ring, and say what time it is.') : t('The phones of an extension ring, and say what time it is. People set their own with {{code}}.', { code })} actions={mayWrite && create} />
      <DataTable
        label={t('Wake-up calls')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (wakeUp: WakeUp) => <RowMenu of={t('the wake-up call at {{time}}', { time: wakeUp.time })} onEdit={() => setEditing(wakeUp)} onHistory={() => setHistory(wakeUp)} onDelete={() => setDeleting(wakeUp)} />,
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={AlarmClock} title={t('Nobody is to be woken')} action={mayWrite && create}>{t('One that was answered, or given up, stands in the call history.')}</EmptyState>}
      />
      <Desk />
      <HistoryDrawer of={history === null ? undefined : { type: 'wake-up', id: history.id, title: t('the wake-up call at {{time}}', { time: history.time }) }} onClose={() => setHistory(null)} />
      <WakeUpForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Cancel the wake-up call at {{time}}?', { time: deleting?.time ?? '' })} confirm={t('Cancel wake-up call')} onConfirm={async () => deleting && removeWakeUp(deleting.id)} done={t('The wake-up call at {{time}} is cancelled.', { time: deleting?.time ?? '' })}>
        {t('Nobody is woken by it then. It can be brought back from the audit log.')}
      </Confirm>
    </Stack>
  )
}
