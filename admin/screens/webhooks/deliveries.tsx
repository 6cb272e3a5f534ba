import { Anchor, Button, Code, Drawer, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { ListChecks, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { Link, useParams } from 'wouter'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { WebhookDelivery } from '../../app/types.ts'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { EmptyState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { useLastOpen } from '../../components/use-last-open.ts'
import { useListState } from '../../components/use-list-state.ts'
import { eventWords } from '../../words/webhook.ts'
import { sendAgain, sendAllAgain, useDeliveries, useWebhooks } from './data.ts'
import { rich, richPlural } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const states: Record<WebhookDelivery['state'], { tone: 'good' | 'busy' | 'bad'; label: string }> = {
  delivered: { tone: 'good', label: t('Taken') }, waiting: { tone: 'busy', label: t('Waits') }, failed: { tone: 'bad', label: t('Given up') },
}

/** Each event that was sent to a webhook, with what became of it. */
export default function Deliveries() {
  const { id = '' } = useParams()
  const webhook = useWebhooks().data?.find((one) => one.id === id)
  const list = useListState('created_at', 'desc')
  const state = list.get('state')
  const query = useDeliveries(id, { page: list.page, limit: 25, ...(state !== '' && { state: state as WebhookDelivery['state'] }) })
  const mayWrite = useCan()('webhooks.write')
  const [open, setOpen] = useState<WebhookDelivery | null>(null)
  const shown = useLastOpen(open !== null, open)
  const all = () => void sendAllAgain(id).then((count) => notify.done(plural(count, '{{count}} event is sent again.', '{{count}} events are sent again.')), notify.failed)
  const again = (delivery: WebhookDelivery) => void sendAgain(delivery.id).then(() => notify.done(t('The event is sent again.')), notify.failed)
  const columns: Column<WebhookDelivery>[] = [
    { key: 'created', title: t('Happened'), width: 150, render: ({ createdAt }) => <Time at={createdAt} /> },
    { key: 'type', title: t('Event'), card: 'title', render: (delivery) => <Anchor component="button" inherit ta="left" onClick={() => setOpen(delivery)}>{eventWords(delivery.type)}</Anchor> },
    { key: 'state', title: t('State'), card: 'aside', render: (delivery) => <StatusDot {...states[delivery.state]} /> },
    { key: 'answer', title: t('Answer'), render: ({ status, error, ms, tries, lastTryAt }) => <Answer {...{ status, error, ms, tries, lastTryAt }} /> },
  ]
  return (
    <Stack gap="md">
      <PageHeader
        title={webhook?.name ?? t('Webhook')}
        lead={rich('What <link>the webhook</link> was told: what was taken for a week, what was given up for a month.', { link: (inside) => <Link href="/webhooks">{inside}</Link> })}
        actions={mayWrite && (webhook?.failed ?? 0) > 0 && <Button leftSection={<RefreshCw size={16} aria-hidden />} onClick={all}>{t('Send all again that were given up')}</Button>}
      />
      <Group><SegmentedControl aria-label={t('Which')} data={[{ value: '', label: t('All') }, { value: 'waiting', label: t('Waiting') }, { value: 'delivered', label: t('Taken') }, { value: 'failed', label: t('Given up') }]} value={state} onChange={(value) => list.set({ state: value })} /></Group>
      <DataTable
        label={t('Deliveries')}
        columns={columns}
        rows={query.data?.data}
        rowKey={(delivery) => delivery.id}
        {...(mayWrite && { actions: (delivery: WebhookDelivery) => delivery.state !== 'waiting' && <Button size="compact-sm" variant="default" onClick={() => again(delivery)}>{t('Send again')}</Button> })}
        error={query.error}
        retry={() => void query.refetch()}
        {...(query.data !== undefined && { paging: { ...query.data.pagination, onChange: list.toPage } })}
        empty={<EmptyState icon={ListChecks} title={t('Nothing here')}>{state === '' ? t('Nothing of what it wants to know has happened yet.') : t('No event is in this state.')}</EmptyState>}
      />
      <Drawer opened={open !== null} onClose={() => setOpen(null)} position="right" size="lg" title={<Text span fw={650} fz="lg">{eventWords(shown?.type ?? '')}</Text>}>
        {shown !== null && (
          <Stack gap="md">
            <Text size="sm">{rich('webhook-id {{eventId}}', { eventId: <Code>{shown.eventId}</Code> })}</Text>
            <Answer {...shown} />
            <Code block className="break-anywhere">{pretty(shown.body)}</Code>
          </Stack>
        )}
      </Drawer>
    </Stack>
  )
}

function Answer({ status, error, ms, tries, lastTryAt }: Pick<WebhookDelivery, 'status' | 'error' | 'ms' | 'tries' | 'lastTryAt'>) {
  if (lastTryAt === null) return <Text span inherit c="dimmed">{t('Not sent yet')}</Text>
  return (
    <Stack gap={2} maw={420}>
      <Text span inherit className="break-anywhere">{error ?? rich('Taken with {{status}} within {{time}}', { status: <span className="numbers">{status}</span>, time: <span className="numbers">{ms} ms</span> })}</Text>
      <Text span size="xs" c="dimmed">{richPlural(tries, 'One try, the last {{time}}', '{{count}} tries, the last {{time}}', { time: <Time at={lastTryAt} /> })}</Text>
    </Stack>
  )
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
