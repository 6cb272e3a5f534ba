import { Stack } from '@mantine/core'
import { PhoneCall } from 'lucide-react'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { LiveCallTable, useLiveCalls } from './live-call-table.tsx'
import { t } from '../../words/translate.ts'

/** Calls going on now. */
export default function LiveCalls() {
  const { calls, connecting } = useLiveCalls()
  return (
    <Stack gap="md">
      <PageHeader title={t('Live calls')} lead={t('Calls going on right now. The list changes by itself.')} />
      <LiveCallTable
        rows={connecting ? undefined : calls}
        empty={<EmptyState icon={PhoneCall} title={t('Nobody is on the phone')}>{t('A call appears here the moment someone dials, with who calls whom, how long, and how it sounds.')}</EmptyState>}
      />
    </Stack>
  )
}
