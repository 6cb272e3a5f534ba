import { Stack } from '@mantine/core'
import { PhoneCall } from 'lucide-react'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { LiveCallTable, useLiveCalls } from './live-call-table.tsx'

/** Calls going on now. */
export default function LiveCalls() {
  const { calls, connecting } = useLiveCalls()
  return (
    <Stack gap="md">
      <PageHeader title="Live calls" lead="Calls going on right now. The list changes by itself." />
      <LiveCallTable
        rows={connecting ? undefined : calls}
        empty={<EmptyState icon={PhoneCall} title="Nobody is on the phone">A call appears here the moment someone dials, with who calls whom, how long, and how it sounds.</EmptyState>}
      />
    </Stack>
  )
}
