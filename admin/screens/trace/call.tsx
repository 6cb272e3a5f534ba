import { Alert, Button, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { Download, Info, MessagesSquare, PhoneOff } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Link, useParams } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { CallDetail, Trace } from '../../app/types.ts'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { useLive } from '../../live/store.ts'
import { partyName } from '../../words/call.ts'
import { CallControls } from '../calls/call-controls.tsx'
import { CallBadges } from '../calls/live-call-table.tsx'
import { useCall } from '../history/data.ts'
import { useTrace } from './data.ts'
import { fileName, layOut, traceAsText } from './ladder.ts'
import { LadderView } from './ladder-view.tsx'
import { Legs } from './legs.tsx'
import { MessagePanel } from './message-panel.tsx'
import { Recordings } from './recordings.tsx'
import { RoutingDecision, Verdict } from './verdict.tsx'
import { t } from '../../words/translate.ts'

/** One call, going on or past: how it went, why, how it sounded, and its messages. */
export default function CallPage() {
  const { id } = useParams<{ id: string }>()
  const query = useCall(id)
  const live = useLive((state) => state.calls.get(id))
  // The live connection is ahead of the last answer of the API, until the call is over.
  const stored = query.data
  const call: CallDetail | undefined = stored === undefined ? undefined : live === undefined || stored.termination !== null ? stored : { ...stored, ...live }
  const back = { href: stored?.termination === null ? '/calls' : '/history', label: stored?.termination === null ? t('Live calls') : t('Call history') }
  if (call === undefined) {
    return (
      <Stack gap="md">
        <PageHeader title={t('Call')} back={back} />
        {query.isError ? <Panel p={0}><ErrorState error={query.error} retry={() => void query.refetch()} /></Panel> : <Skeleton height={320} radius="md" aria-label={t('Loading')} />}
      </Stack>
    )
  }
  return <Details call={call} back={back} going={live !== undefined} />
}

function Details({ call, back, going }: { call: CallDetail; back: { href: string; label: string }; going: boolean }) {
  const can = useCan()
  return (
    <Stack gap="md">
      <PageHeader
        title={`${partyName(call.from)} → ${partyName(call.to)}`}
        back={back}
        beside={going && call.termination === null && <CallBadges call={call} />}
        actions={going && call.termination === null ? <CallControls call={call} /> : call.direction === 'inbound' && can('trunks.write') && (
          <Button component={Link} href={`/blocked-callers?number=${encodeURIComponent(call.from.number)}`} variant="default" leftSection={<PhoneOff size={16} aria-hidden />}>{t('Block this caller')}</Button>
        )}
      />
      <Verdict call={call} />
      <Recordings call={call} />
      <SimpleGrid cols={{ base: 1, lg: 1 }} spacing="md"><RoutingDecision call={call} /></SimpleGrid>
      <Legs call={call} />
      {can('calls.trace') && <Messages id={call.id} />}
    </Stack>
  )
}

function Messages({ id }: { id: string }) {
  const query = useTrace(id)
  return (
    <section aria-labelledby="messages">
      <Group justify="space-between" mb="xs">
        <div>
          <Title order={2} id="messages">{t('Messages')}</Title>
          <Text size="sm" c="dimmed">{t('Every SIP message between the phones and Dialplane. Choose one to read it.')}</Text>
        </div>
        {query.data !== undefined && query.data.messages.length > 0 && <Downloads trace={query.data} />}
      </Group>
      {query.data === undefined && (query.isError
        ? <Panel p={0}><ErrorState error={query.error} retry={() => void query.refetch()} /></Panel>
        : <Skeleton height={280} radius="md" aria-label={t('Loading')} />)}
      {query.data !== undefined && <Diagram trace={query.data} />}
    </section>
  )
}

function Diagram({ trace }: { trace: Trace }) {
  const ladder = useMemo(() => layOut(trace), [trace])
  const [chosen, setChosen] = useState<number | null>(null)
  return (
    <Stack gap="sm">
      {trace.note !== null && <Alert color="petrol" icon={<Info size={18} aria-hidden />}>{trace.note}</Alert>}
      <Panel p={0}>
        {ladder.arrows.length === 0
          ? <EmptyState icon={MessagesSquare} title={t('No messages are kept for this call')}>{t('They are kept for a limited time, shorter than the call history.')}</EmptyState>
          : <LadderView ladder={ladder} chosen={chosen} onChoose={setChosen} />}
      </Panel>
      <MessagePanel ladder={ladder} chosen={chosen} onChoose={setChosen} />
    </Stack>
  )
}

function Downloads({ trace }: { trace: Trace }) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([traceAsText(trace)], { type: 'text/plain;charset=utf-8' }))
    const link = document.createElement('a')
    link.href = address
    link.download = fileName(trace.call)
    link.click()
    setTimeout(() => URL.revokeObjectURL(address), 10_000)
  }
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<Download size={16} aria-hidden />} onClick={save}>{t('Download as text')}</Button>
      <Button variant="default" leftSection={<Download size={16} aria-hidden />} component="a" href={`/api/v1/calls/${trace.call.id}/trace.pcap`} download={`call-${trace.call.id}.pcap`}>{t('Download for Wireshark')}</Button>
    </Group>
  )
}
