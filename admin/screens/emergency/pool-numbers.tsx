import { Stack, Text, Title } from '@mantine/core'
import { PhoneIncoming } from 'lucide-react'
import { Link } from 'wouter'
import type { PoolNumber } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { usePoolNumbers } from './data.ts'
import { t } from '../../words/translate.ts'

const columns: Column<PoolNumber>[] = [
  { key: 'number', title: t('Number'), card: 'title', render: ({ number }) => <Text span inherit fw={600} className="numbers">{number}</Text> },
  { key: 'site', title: t('Site'), render: ({ site }) => site.name },
  { key: 'holder', title: t('Rings'), render: ({ holder }) => holder === null ? t('Free') : <Link href={`/emergency/${holder.callId}`}>{holder.caller}{holder.device !== null && `, ${holder.device}`}</Link> },
  { key: 'until', title: t('Until'), render: ({ holder }) => holder === null ? '–' : <Time at={holder.until} /> },
]

/** Call-back numbers of the sites, and whom a dispatcher reaches on each. */
export function PoolNumbers() {
  const query = usePoolNumbers()
  if (query.data?.length === 0) return null
  return (
    <Stack gap="xs" component="section" aria-labelledby="pools">
      <Title order={2} size="h4" id="pools">{t('Numbers for call backs')}</Title>
      <DataTable
        label={t('Numbers for call backs')} columns={columns} rows={query.data} rowKey={({ number }) => number} error={query.error} retry={() => void query.refetch()}
        empty={<EmptyState icon={PhoneIncoming} title={t('No numbers for call backs')}>{t('Add some to a site.')}</EmptyState>}
      />
    </Stack>
  )
}
