import { ActionIcon, Button, Stack, Tooltip } from '@mantine/core'
import { MessageSquare, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { WaitingMessage } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { discard, useMessageSettings, useWaitingMessages } from './data.ts'
import { MessageSettingsForm } from './settings-form.tsx'
import { plural, sentences, t } from '../../words/translate.ts'

const columns: Column<WaitingMessage>[] = [
  { key: 'to', title: t('For'), card: 'title', render: ({ extensionId, to }) => <Link href={`/extensions/${extensionId}`}>{to.number} {to.name}</Link> },
  { key: 'from', title: t('From'), render: ({ from }) => [from.number, from.name].filter(Boolean).join(' ') },
  { key: 'sent', title: t('Sent'), width: 170, render: ({ sentAt }) => <Time at={sentAt} /> },
  { key: 'until', title: t('Waits until'), width: 170, render: ({ expiresAt }) => <Time at={expiresAt} /> },
  { key: 'size', title: t('Size'), width: 100, render: ({ bytes }) => <span className="numbers">{t('{{bytes}} bytes', { bytes })}</span> },
]

/** Text messages that no phone has taken yet. */
export default function Messages() {
  const can = useCan()
  const mayWrite = can('messages.write')
  const list = useListState('place', 'asc')
  const query = useWaitingMessages({ page: list.page, limit: 25 })
  const settings = useMessageSettings()
  const [changing, setChanging] = useState(false)
  const [dropping, setDropping] = useState<WaitingMessage | null>(null)
  const days = settings.data?.keepDays
  return (
    <Stack gap="md">
      <PageHeader
        title={t('Text messages')}
        lead={sentences(t('Extensions write to each other.'), days === undefined ? t('What no phone can take waits here, and is delivered when one registers.') : plural(days, 'What no phone can take waits here, up to a day, and is delivered when one registers.', 'What no phone can take waits here, up to {{count}} days, and is delivered when one registers.'), t('Its words are shown to nobody else.'))}
        actions={mayWrite && <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setChanging(true)}>{t('Change')}</Button>}
      />
      <DataTable
        label={t('Text messages that wait')}
        columns={columns}
        rows={query.data?.data}
        rowKey={({ id }) => id}
        {...(mayWrite && {
          actions: (message: WaitingMessage) => (
            <Tooltip label={t('Discard')}><ActionIcon color="red" aria-label={t('Discard the message for {{number}}', { number: message.to.number })} onClick={() => setDropping(message)}><Trash2 size={16} aria-hidden /></ActionIcon></Tooltip>
          ),
        })}
        error={query.error}
        retry={() => void query.refetch()}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={<EmptyState icon={MessageSquare} title={t('Nothing waits')}>{t('Messages to phones that are registered are delivered at once and not kept.')}</EmptyState>}
      />
      <MessageSettingsForm opened={changing} onClose={() => setChanging(false)} />
      <Confirm opened={dropping !== null} onClose={() => setDropping(null)} title={t('Discard this message for {{number}}?', { number: dropping?.to.number ?? '' })} confirm={t('Discard')} onConfirm={async () => dropping && discard(dropping.id)} done={t('The message is discarded.')}>
        {t('Nobody will read it, and its sender is not told.')}
      </Confirm>
    </Stack>
  )
}
