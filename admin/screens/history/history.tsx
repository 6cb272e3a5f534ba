import { Button, Group, Select, Stack } from '@mantine/core'
import { Download, History, SearchX } from 'lucide-react'
import type { Call, Termination } from '../../app/types.ts'
import { DayInput } from '../../components/day-input.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { SearchInput } from '../../components/search-input.tsx'
import { EmptyState } from '../../components/states.tsx'
import { useListState } from '../../components/use-list-state.ts'
import { resultWords } from '../../words/call.ts'
import { CallTable } from './call-table.tsx'
import { dayToInstant, useCalls } from './data.ts'
import { ExtensionFilter } from './extension-filter.tsx'
import { t } from '../../words/translate.ts'

const results = Object.entries(resultWords).map(([value, { label }]) => ({ value, label }))

function isResult(value: string): value is Termination['result'] {
  return value in resultWords
}

const directions = [{ value: 'internal', label: t('Inside') }, { value: 'inbound', label: t('Coming in') }, { value: 'outbound', label: t('Going out') }] as const

function isDirection(value: string): value is Call['direction'] {
  return directions.some((one) => one.value === value)
}

function asQuery(filter: Record<string, string>): string {
  const query = new URLSearchParams(filter).toString()
  return query === '' ? '' : `?${query}`
}

/** Every call that ended. Filters live in the address. */
export default function CallHistory() {
  const list = useListState('started_at', 'desc')
  const [search, result, direction, extensionId, from, to] = ['search', 'result', 'direction', 'extensionId', 'from', 'to'].map(list.get) as [string, string, string, string, string, string]
  const start = dayToInstant(from, false)
  const end = dayToInstant(to, true)
  const filter = {
    ...(search !== '' && { search }),
    ...(isResult(result) && { result }),
    ...(isDirection(direction) && { direction }),
    ...(extensionId !== '' && { extensionId }),
    ...(start !== undefined && { from: start }),
    ...(end !== undefined && { to: end }),
  }
  const query = useCalls({ page: list.page, limit: 25, order: list.order, ...filter })
  const filtered = [search, result, direction, extensionId, from, to].some((value) => value !== '')
  const clear = () => list.set({ search: '', result: '', direction: '', extensionId: '', from: '', to: '' })

  return (
    <Stack gap="md">
      <PageHeader title={t('Call history')} lead={t('Every call that was made or tried, who ended it and why. Open one to see its messages.')} actions={<Button component="a" variant="default" leftSection={<Download size={16} aria-hidden />} href={`/api/v1/calls/export.csv${asQuery(filter)}`}>{t('Export CSV')}</Button>} />
      <Group gap="sm" align="flex-end">
        <SearchInput label={t('Search number or name')} value={search} onChange={(value) => list.set({ search: value })} />
        <Select aria-label={t('Result')} placeholder={t('Any result')} data={results} clearable value={isResult(result) ? result : null} onChange={(value) => list.set({ result: value ?? '' })} w={{ base: '100%', xs: 160 }} />
        <Select aria-label={t('Direction')} placeholder={t('Any direction')} data={directions} clearable value={isDirection(direction) ? direction : null} onChange={(value) => list.set({ direction: value ?? '' })} w={{ base: '100%', xs: 160 }} />
        <ExtensionFilter value={extensionId} onChange={(value) => list.set({ extensionId: value })} />
        <DayInput end="from" max={to === '' ? undefined : to} value={from} onChange={(day) => list.set({ from: day })} />
        <DayInput end="to" min={from === '' ? undefined : from} value={to} onChange={(day) => list.set({ to: day })} />
        {filtered && <Button variant="subtle" onClick={clear}>{t('Clear filters')}</Button>}
      </Group>
      <CallTable
        label={t('Call history')}
        rows={query.data?.data}
        error={query.error}
        retry={() => void query.refetch()}
        sorting={{ field: 'started_at', order: list.order, onChange: list.sortBy }}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={filtered
          ? <EmptyState icon={SearchX} title={t('No call matches')} action={<Button variant="default" onClick={clear}>{t('Clear filters')}</Button>}>{t('Try fewer filters or other days.')}</EmptyState>
          : <EmptyState icon={History} title={t('No calls yet')}>{t('Once two phones are registered, call one from the other. The call appears here when it ends.')}</EmptyState>}
      />
    </Stack>
  )
}
