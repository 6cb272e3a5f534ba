import { Button, Group, Stack, Table, Text, Title } from '@mantine/core'
import { Printer } from 'lucide-react'
import { useState } from 'react'
import { Link, useParams } from 'wouter'
import { useCan } from '../../app/session.tsx'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { ErrorState, PageLoader } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { partyName } from '../../words/call.ts'
import { addressWords, sourceWords } from '../../words/emergency.ts'
import { AcknowledgeForm } from './acknowledge-form.tsx'
import { helpState } from './calls.tsx'
import { useHelpCall } from './data.ts'
import { instant, reportTime } from '../../words/time.ts'
import { t } from '../../words/translate.ts'

const ways = { mail: t('By e-mail'), phone: t('On the phone'), panel: t('In the panel') } as const
const exact = (at: string | null): string => (at === null ? '–' : reportTime(instant(at)))

/** All that is known of a call for help, on one page that can be printed for a regulator. */
export default function Report() {
  const { id = '' } = useParams()
  const query = useHelpCall(id)
  const can = useCan()
  const [acknowledging, setAcknowledging] = useState(false)
  const call = query.data
  if (query.isError) return <ErrorState error={query.error} retry={() => void query.refetch()} />
  if (call === undefined) return <PageLoader />
  const { location, caller } = call
  return (
    <Stack gap="md">
      <PageHeader
        title={call.kind === 'test' ? t('Test of {{caller}}', { caller: partyName(caller) }) : t('Call for help of {{caller}}', { caller: partyName(caller) })}
        lead={t('Dialled {{dialled}}, {{exact}}.', { dialled: call.dialled, exact: exact(call.startedAt) })}
        actions={(
          <Group gap="xs" className="no-print">
            {call.kind === 'call' && call.acknowledgedAt === null && can('emergency.write') && <Button onClick={() => setAcknowledging(true)}>{t('Acknowledge')}</Button>}
            <Button variant="default" leftSection={<Printer size={16} aria-hidden />} onClick={() => window.print()}>{t('Print')}</Button>
          </Group>
        )}
      />
      <Panel component="section" aria-label={t('The call')}>
        <Group gap="xl" align="flex-start">
          <Fact label={t('State')}><StatusDot {...helpState(call)} /></Fact>
          <Fact label={t('Phone')}>{caller.device ?? t('Not known')}</Fact>
          <Fact label={t('From the address')}>{caller.address}</Fact>
          <Fact label={t('Number shown')}>{call.pool === null ? call.callbackNumber ?? t('None') : t('{{number}}, of the {{size}} of the site', { number: call.callbackNumber ?? t('None'), size: call.pool.size })}</Fact>
          <Fact label={t('Answered')}>{exact(call.answeredAt)}</Fact>
          <Fact label={t('Ended')}>{exact(call.endedAt)}</Fact>
        </Group>
        {call.pool?.takenFrom != null && <Text size="sm" c="red" mt="sm">{t('All {{size}} call-back numbers of the site were in use: this one was that of {{caller}}, who called {{exact}} and is not called back on it any more.', { size: call.pool.size, caller: call.pool.takenFrom.caller, exact: exact(call.pool.takenFrom.at) })}</Text>}
        {call.displaced.map(({ caller: other, called, held, at }) => <Text key={at} size="sm" mt="sm">{other === '' ? t('A call of others on this server was ended so that this one fitted, {{exact}}: it held {{held}}.', { exact: exact(at), held }) : t('The call of {{other}} to {{called}} was ended so that this one fitted, {{exact}}: it held {{held}}.', { other, called, exact: exact(at), held })}</Text>)}
        {call.outcome !== null && <Text size="sm" mt="sm">{call.outcome}</Text>}
        {can('calls.read') && <Text size="sm" mt="xs" className="no-print"><Link href={`/calls/${call.id}`}>{t('The call with its messages')}</Link></Text>}
      </Panel>
      <Panel component="section" aria-labelledby="place">
        <Title order={2} size="h4" id="place" mb="xs">{t('Where the caller was')}</Title>
        {location === null
          ? <Text>{t('Nothing was known of where the phone is, and nothing was sent.')}</Text>
          : (
              <Stack gap="xs">
                <Text fw={600}>{location.site.name}: {addressWords(location)}</Text>
                <Group gap="xl">
                  <Fact label={t('Known by')}>{sourceWords(location.source)}</Fact>
                  <Fact label={t('That is')}>{location.why}</Fact>
                  <Fact label={t('Since')}>{location.since === null ? t('Configured') : exact(location.since)}</Fact>
                </Group>
                {location.problems.length > 0 && <Text c="red" size="sm">{location.problems.join(' ')}</Text>}
              </Stack>
            )}
      </Panel>
      <Panel component="section" aria-labelledby="attempts">
        <Title order={2} size="h4" id="attempts" mb="xs">{t('Trunks')}</Title>
        {call.attempts.length === 0 ? <Text size="sm">{t('None was tried.')}</Text> : (
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('Trunk')}</Table.Th><Table.Th>{t('Tried')}</Table.Th><Table.Th>{t('What came of it')}</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{call.attempts.map((attempt) => <Table.Tr key={`${attempt.trunk} ${attempt.at}`}><Table.Td>{attempt.trunk}</Table.Td><Table.Td>{exact(attempt.at)}</Table.Td><Table.Td>{attempt.answered ? t('Answered') : attempt.status === null ? t('Rang') : t('Refused with {{status}}', { status: attempt.status })}</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
        )}
      </Panel>
      <Panel component="section" aria-labelledby="told">
        <Title order={2} size="h4" id="told" mb="xs">{t('Who was told')}</Title>
        {call.notified.length === 0 ? <Text size="sm">{t('Nobody.')}</Text> : (
          <Table>
            <Table.Thead><Table.Tr><Table.Th>{t('How')}</Table.Th><Table.Th>{t('Who')}</Table.Th><Table.Th>{t('When')}</Table.Th></Table.Tr></Table.Thead>
            <Table.Tbody>{call.notified.map((each) => <Table.Tr key={`${each.how} ${each.to}`}><Table.Td>{ways[each.how]}</Table.Td><Table.Td className="break-anywhere">{each.to}</Table.Td><Table.Td>{exact(each.at)}</Table.Td></Table.Tr>)}</Table.Tbody>
          </Table>
        )}
        {call.escalatedAt !== null && <Text size="sm" mt="xs">{t('Nobody acknowledged it in time, so others were told: {{exact}}.', { exact: exact(call.escalatedAt) })}</Text>}
        {call.acknowledgedAt !== null && <Text size="sm" mt="xs">{t('Acknowledged by {{by}}, {{exact}}.', { by: call.acknowledgedBy ?? '', exact: exact(call.acknowledgedAt) })}{call.note !== null && ` “${call.note}”`}</Text>}
      </Panel>
      <AcknowledgeForm call={acknowledging ? call : null} onClose={() => setAcknowledging(false)} />
    </Stack>
  )
}
