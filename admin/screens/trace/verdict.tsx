import { Group, SimpleGrid, Text, Title } from '@mantine/core'
import type { Call } from '../../app/types.ts'
import { Fact } from '../../components/fact.tsx'
import { Panel } from '../../components/panel.ts'
import { StepList } from '../../components/step-list.tsx'
import { StatusBadge } from '../../components/status.tsx'
import { RunningTime, Time } from '../../components/time.tsx'
import { callWording, endedByWords } from '../../words/call.ts'
import { duration, exactTime, instant } from '../../words/time.ts'
import { t } from '../../words/translate.ts'

const liveSentences: Partial<Record<Call['state'], string>> = {
  routing: t('Dialplane is deciding where this call goes.'),
  ringing: t('The called phones are ringing.'),
  early: t('The called phones are ringing; the caller already hears sound from the other side.'),
  answered: t('They are talking.'),
  ending: t('The call is being ended.'),
}

const directions: Record<Call['direction'], string> = { internal: t('Between extensions'), inbound: t('From outside'), outbound: t('To outside') }

/** How the call went, or goes, in one sentence, with its times. */
export function Verdict({ call }: { call: Call }) {
  const { termination } = call
  const rangUntil = call.answeredAt ?? call.endedAt
  return (
    <Panel>
      <Group gap="sm" align="flex-start" wrap="nowrap">
        <StatusBadge {...callWording(call)} />
        <Text fw={500}>{termination === null ? liveSentences[call.state] : termination.explanation}</Text>
      </Group>
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 6 }} spacing="md" mt="md">
        <Fact label={t('Started')} hint={exactTime(instant(call.startedAt))}><Time at={call.startedAt} /></Fact>
        <Fact label={t('Rang for')}>{rangUntil === null ? <RunningTime since={call.startedAt} /> : duration(instant(rangUntil) - instant(call.startedAt))}</Fact>
        <Fact label={t('Talked for')}>{call.answeredAt === null ? '–' : call.endedAt === null ? <RunningTime since={call.answeredAt} /> : duration(instant(call.endedAt) - instant(call.answeredAt))}</Fact>
        <Fact label={t('Direction')}>{directions[call.direction]}</Fact>
        <Fact label={t('Ended by')}>{termination === null ? '–' : endedByWords[termination.by]}</Fact>
        <Fact label={t('SIP status')}>{termination?.sipStatus ?? '–'}</Fact>
        {call.pin !== null && <Fact label={t('Let out by the PIN of')}>{call.pin}</Fact>}
      </SimpleGrid>
    </Panel>
  )
}

/** Why the call went where it went. */
export function RoutingDecision({ call }: { call: Call }) {
  return (
    <Panel component="section" aria-labelledby="routing">
      <Title order={2} id="routing" mb="xs">{t('Routing decision')}</Title>
      {call.plan.steps.length === 0
        ? <Text size="sm" c="dimmed">{t('No decision was taken.')}</Text>
        : <StepList steps={call.plan.steps} />}
    </Panel>
  )
}
