import { Stack, Text, Title } from '@mantine/core'
import { PhoneIncoming } from 'lucide-react'
import { Link } from 'wouter'
import type { PoolNumber } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { usePoolNumbers } from './data.ts'

const columns: Column<PoolNumber>[] = [
  { key: 'number', title: 'Number', card: 'title', render: ({ number }) => <Text span inherit fw={600} className="numbers">{number}</Text> },
  { key: 'site', title: 'Site', render: ({ site }) => site.name },
  { key: 'holder', title: 'Rings', render: ({ holder }) => holder === null ? 'Free' : <Link href={`/emergency/${holder.callId}`}>{holder.caller}{holder.device !== null && `, ${holder.device}`}</Link> },
  { key: 'until', title: 'Until', render: ({ holder }) => holder === null ? '–' : <Time at={holder.until} /> },
]

/** Call-back numbers of the sites, and whom a dispatcher reaches on each. */
export function PoolNumbers() {
  const query = usePoolNumbers()
  if (query.data?.length === 0) return null
  return (
    <Stack gap="xs" component="section" aria-labelledby="pools">
      <Title order={2} size="h4" id="pools">Numbers for call backs</Title>
      <DataTable
        label="Numbers for call backs" columns={columns} rows={query.data} rowKey={({ number }) => number} error={query.error} retry={() => void query.refetch()}
        empty={<EmptyState icon={PhoneIncoming} title="No numbers for call backs">Add some to a site.</EmptyState>}
      />
    </Stack>
  )
}
