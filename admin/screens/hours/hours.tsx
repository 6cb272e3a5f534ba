import { Button, Menu, Stack, Text } from '@mantine/core'
import { Clock, DoorClosed, DoorOpen, Plus } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Schedule } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { numberColumns } from '../../components/number-columns.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { RowMenu } from '../../components/row-menu.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { hoursWords, scheduleState } from '../../words/hours.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { changeSchedule, removeSchedule, useSchedules } from './data.ts'
import { HoursForm, type Editing } from './hours-form.tsx'
import { rich } from '../../words/rich.ts'
import { inSense, plural, t } from '../../words/translate.ts'

const columns: Column<Schedule>[] = [
  ...numberColumns(t('Opening hours')),
  { key: 'state', title: t('Now'), card: 'aside', render: (schedule) => <span title={schedule.now.why}><StatusDot {...scheduleState(schedule)} /></span> },
  { key: 'hours', title: t('Open'), render: ({ hours, holidays }) => (
    <Stack gap={2}>
      {hours.length === 0 && <Text span inherit>{t('Never')}</Text>}
      {hours.map((line) => <span key={hoursWords(line)} className="numbers">{hoursWords(line)}</span>)}
      {holidays.length > 0 && <Text span size="xs" c="dimmed">{plural(holidays.length, 'One holiday', '{{count}} holidays')}</Text>}
    </Stack>
  ) },
  { key: 'open', title: t('Open, calls go to'), render: ({ open }) => <span className="numbers">{open}</span> },
  { key: 'closed', title: t('Closed, to'), render: ({ closed }) => <span className="numbers">{closed}</span> },
]

/** Numbers whose calls go by the time. */
export default function Hours() {
  const query = useSchedules()
  const can = useCan()
  const [editing, setEditing] = useState<Editing>(null)
  const [history, setHistory] = useState<Schedule | null>(null)
  const [deleting, setDeleting] = useState<Schedule | null>(null)
  const mayWrite = can('extensions.write')
  const create = <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setEditing({ kind: 'new' })}>{t('New opening hours')}</Button>
  const turn = (schedule: Schedule, override: Schedule['override']) => void changeSchedule(schedule.id, { override, version: schedule.version }).catch(notify.failed)
  return (
    <Stack gap="md">
      <PageHeader title={t('Opening hours')} lead={t('A number whose calls go one way while you are there and another while you are not. Lead an inbound number to it.')} actions={mayWrite && create} />
      <DataTable
        label={t('Opening hours')}
        columns={columns}
        rows={query.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (schedule: Schedule) => (
            <RowMenu of={t('opening hours {{number}}', { number: schedule.number })} onEdit={() => setEditing({ kind: 'edit', schedule })} onHistory={() => setHistory(schedule)} onDelete={() => setDeleting(schedule)}>
              {schedule.override !== 'open' && <Menu.Item leftSection={<DoorOpen size={16} aria-hidden />} onClick={() => turn(schedule, 'open')}>{inSense('verb', 'Open by hand')}</Menu.Item>}
              {schedule.override !== 'closed' && <Menu.Item leftSection={<DoorClosed size={16} aria-hidden />} onClick={() => turn(schedule, 'closed')}>{inSense('verb', 'Close by hand')}</Menu.Item>}
              {schedule.override !== 'automatic' && <Menu.Item leftSection={<Clock size={16} aria-hidden />} onClick={() => turn(schedule, 'automatic')}>{t('Let the clock decide')}</Menu.Item>}
              <Menu.Divider />
            </RowMenu>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        empty={<EmptyState icon={Clock} title={t('No opening hours yet')} action={mayWrite && create}>{t('While open, calls ring the team; while closed, they reach an announcement or a mailbox. Create the hours and say where calls go.')}</EmptyState>}
      />
      <HistoryDrawer of={history === null ? undefined : { type: 'schedule', id: history.id, title: t('opening hours {{number}}', { number: history.number }) }} onClose={() => setHistory(null)} />
      <HoursForm editing={editing} onClose={() => setEditing(null)} />
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('Delete opening hours {{number}}?', { number: deleting?.number ?? '' })} confirm={t('Delete opening hours')} onConfirm={async () => deleting && removeSchedule(deleting.id)} done={t('Opening hours {{number}} are deleted.', { number: deleting?.number ?? '' })}>
        {rich('Calls to {{number}} are then told that there is no such number. They can be brought back from the audit log.', { number: deleting?.number })}
      </Confirm>
    </Stack>
  )
}
