import { Alert, Button, Group, Modal, Stack, Table, Text } from '@mantine/core'
import { CircleCheck, ClipboardCheck, MapPin, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { TestedLocation } from '../../client/index.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { EmptyState, Problem } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { instant, reportTime } from '../../words/time.ts'
import { plural, t } from '../../words/translate.ts'
import { testNow, useSettings, useTested, useTestsOf } from './data.ts'

/** How a place stands, in a word or two. */
function standing({ last, overdue, waiting }: TestedLocation): { label: string; tone: 'good' | 'warning' | 'bad' | 'busy' | 'quiet' } {
  if (waiting) return { label: t('Is tested'), tone: 'busy' }
  if (last?.passed === false) return { label: t('Failed'), tone: 'bad' }
  if (overdue) return { label: t('Overdue'), tone: 'bad' }
  return last === null ? { label: t('Never tested'), tone: 'quiet' } : { label: t('Passed'), tone: 'good' }
}

const when = (at: string | null): string => (at === null ? '–' : reportTime(instant(at)))

/** Every place and how it was tested last; all or one are tested at once. */
export function PlaceTests() {
  const [tested, settings, can] = [useTested(), useSettings(), useCan()]
  const [shown, setShown] = useState<TestedLocation | null>(null)
  const mayWrite = can('emergency.write')
  const rows = tested.data ?? []
  const wrong = rows.filter(({ last, overdue }) => last?.passed === false || overdue)
  const test = (ids?: string[]) => testNow(ids).then(() => notify.done(t('The tests have begun. Each takes some seconds.')), notify.failed)
  const columns: Column<TestedLocation>[] = [
    { key: 'name', title: t('Place'), card: 'title', render: ({ name, site }) => <Text span inherit fw={600}>{site.name}, {name}</Text> },
    { key: 'state', title: t('State'), render: (row) => <StatusDot {...standing(row)} /> },
    { key: 'at', title: t('Last tested'), render: ({ last }) => when(last?.testedAt ?? null) },
    { key: 'passed', title: t('Last passed'), render: ({ passedAt }) => when(passedAt) },
    { key: 'message', title: t('What came of it'), render: ({ last }) => last?.message ?? '–' },
  ]
  return (
    <Stack gap="md">
      {settings.data !== undefined && (
        <Text size="sm" c="dimmed">
          {settings.data.testDays === null ? t('Places are tested only when somebody asks. Under Who is told you say how often they are tested by themselves.') : plural(settings.data.testDays, 'Each place is tested every day from {{hour}}:00 on.', 'Each place is tested every {{count}} days from {{hour}}:00 on.', { hour: String(settings.data.testHour) })}{' '}
          {settings.data.testNumber === null ? t('Nothing is called: only what would be sent is looked at.') : t('{{number}} is called as a call for help from there would be.', { number: settings.data.testNumber })}
        </Text>
      )}
      {rows.length > 0 && (wrong.length > 0
        ? <Alert color="red" icon={<TriangleAlert size={18} aria-hidden />} title={plural(wrong.length, '{{count}} place needs a look', '{{count}} places need a look')}>{t('Help might not find a caller there.')}</Alert>
        : rows.every(({ last }) => last !== null) && <Alert color="green" icon={<CircleCheck size={18} aria-hidden />} title={t('All places passed')} />)}
      {mayWrite && rows.length > 0 && <Group><Button leftSection={<ClipboardCheck size={16} aria-hidden />} onClick={() => void test()}>{t('Test all')}</Button></Group>}
      <DataTable
        label={t('Tests of places')} columns={columns} rows={tested.data} rowKey={({ locationId }) => locationId} error={tested.error} retry={() => void tested.refetch()}
        actions={(row: TestedLocation) => (
          <Group gap="xs" wrap="nowrap" justify="flex-end">
            <Button size="compact-sm" variant="subtle" aria-label={t('Tests of {{name}}', { name: row.name })} onClick={() => setShown(row)}>{t('Past tests')}</Button>
            {mayWrite && <Button size="compact-sm" variant="default" disabled={row.waiting} aria-label={t('Test {{name}}', { name: row.name })} onClick={() => void test([row.locationId])}>{t('Test')}</Button>}
          </Group>
        )}
        empty={<EmptyState icon={MapPin} title={t('No places yet')}>{t('Add the places of your phones first, under Places.')}</EmptyState>}
      />
      <Modal opened={shown !== null} onClose={() => setShown(null)} size="xl" title={shown === null ? '' : t('Tests of {{name}}', { name: `${shown.site.name}, ${shown.name}` })}>{shown !== null && <Past locationId={shown.locationId} />}</Modal>
    </Stack>
  )
}

function Past({ locationId }: { locationId: string }) {
  const tests = useTestsOf(locationId)
  if (tests.error !== null) return <Problem error={tests.error} />
  if (tests.data?.length === 0) return <Text size="sm">{t('It was never tested.')}</Text>
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead><Table.Tr><Table.Th>{t('When')}</Table.Th><Table.Th>{t('State')}</Table.Th><Table.Th>{t('What came of it')}</Table.Th><Table.Th>{t('Address')}</Table.Th><Table.Th>{t('Asked by')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {(tests.data ?? []).map((test) => (
            <Table.Tr key={test.id}>
              <Table.Td>{when(test.testedAt)}</Table.Td>
              <Table.Td><StatusDot {...(test.passed ? { label: t('Passed'), tone: 'good' as const } : { label: t('Failed'), tone: 'bad' as const })} /></Table.Td>
              <Table.Td>{test.message}</Table.Td>
              <Table.Td>{test.address}</Table.Td>
              <Table.Td>{test.askedBy ?? t('By schedule')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
