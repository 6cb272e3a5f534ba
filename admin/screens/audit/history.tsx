import { Button, Divider, Drawer, Group, Stack, Table, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { History as HistoryIcon, Undo2 } from 'lucide-react'
import { notify } from '../../app/notify.ts'
import { queryClient } from '../../app/query-client.ts'
import type { AuditEvent } from '../../app/types.ts'
import { undoAuditEvent, type Undone } from '../../client/index.ts'
import { actionWords } from './actions.ts'
import { changesOf, fieldWords } from './changes.ts'
import { useAudit } from './data.ts'
import { EmptyState, ErrorState, Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { t } from '../../words/translate.ts'

/** What one entry changed, field by field. */
export function Changes({ entry }: { entry: Pick<AuditEvent, 'before' | 'after'> }) {
  const changes = changesOf(entry.before, entry.after)
  if (changes.length === 0) return <Text size="sm" c="dimmed">{t('No field was changed.')}</Text>
  return (
    <Table layout="fixed" fz="sm" horizontalSpacing="xs">
      <Table.Thead><Table.Tr><Table.Th>{t('Field')}</Table.Th><Table.Th>{t('Before')}</Table.Th><Table.Th>{t('After')}</Table.Th></Table.Tr></Table.Thead>
      <Table.Tbody>
        {changes.map((change) => (
          <Table.Tr key={change.field}>
            <Table.Td className="break-anywhere">{fieldWords(change.field)}</Table.Td>
            <Table.Td className="break-anywhere">{change.before ?? '–'}</Table.Td>
            <Table.Td className="break-anywhere">{change.after ?? '–'}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function said({ what, left }: Undone): string {
  if (what === 'removed') return t('Undone: it is removed again.')
  if (what === 'put-back') return t('Undone: the former values are back.')
  return left.length > 0 ? t('Brought back, but turned off: its PIN is not kept anywhere. Choose a new one, then turn it on.') : t('Undone: it is back.')
}

/** Undoes what an entry tells of; nothing where that cannot be done. */
export function UndoButton({ entry, onDone }: { entry: AuditEvent; onDone?: () => void }) {
  const action = useMutation({
    mutationFn: async () => (await undoAuditEvent({ path: { id: entry.id }, throwOnError: true })).data.data,
    onSuccess: (undone) => {
      notify.done(said(undone))
      onDone?.()
    },
    // After a refusal too: it may say that somebody else was faster.
    onSettled: () => void queryClient.invalidateQueries(),
  })
  if (!entry.undoable) return null
  return (
    <>
      <Problem error={action.error} />
      <Button variant="default" size="xs" leftSection={<Undo2 size={14} aria-hidden />} loading={action.isPending} onClick={() => action.mutate()}>{t('Undo this change')}</Button>
    </>
  )
}

interface HistoryDrawerProps {
  /** Undefined: closed. */
  of: { type: string; id: string; title: string } | undefined
  onClose: () => void
}

/** Who changed one object, and the way back. */
export function HistoryDrawer({ of, onClose }: HistoryDrawerProps) {
  const shown = useLastOpen(of !== undefined, of)
  return (
    <Drawer opened={of !== undefined} onClose={onClose} title={<Text span fw={650} fz="lg">{t('History of {{title}}', { title: shown?.title ?? '' })}</Text>}>
      {shown !== undefined && <Entries type={shown.type} id={shown.id} onClose={onClose} />}
    </Drawer>
  )
}

function Entries({ type, id, onClose }: { type: string; id: string; onClose: () => void }) {
  const query = useAudit({ subjectType: type, subjectId: id, limit: 50, order: 'desc' })
  if (query.error !== null) return <ErrorState error={query.error} retry={() => void query.refetch()} />
  const entries = query.data?.data
  if (entries === undefined) return <Text size="sm" c="dimmed" role="status">{t('Loading…')}</Text>
  if (entries.length === 0) return <EmptyState icon={HistoryIcon} title={t('Nothing was changed yet')}>{t('Changes made in the panel, through the API or by phone are written down here.')}</EmptyState>
  return (
    <Stack gap="md">
      {entries.map((entry, index) => (
        <Stack key={entry.id} gap="xs">
          {index > 0 && <Divider />}
          <Group justify="space-between" gap="xs">
            <Text size="sm" fw={600}>{actionWords(entry.action)}</Text>
            <Text size="sm" c="dimmed"><Time at={entry.at} /></Text>
          </Group>
          <Text size="sm" className="break-anywhere">{t('by {{name}}', { name: entry.actor.name })}</Text>
          <Changes entry={entry} />
          <Group><UndoButton entry={entry} {...(entry.action.endsWith('.create') && { onDone: onClose })} /></Group>
        </Stack>
      ))}
    </Stack>
  )
}
