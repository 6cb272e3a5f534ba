import { Anchor, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { Link } from 'wouter'
import { useCan, useSession } from '../../app/session.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { ErrorState } from '../../components/states.tsx'
import { LiveCallTable, useLiveCalls } from '../calls/live-call-table.tsx'
import { CallTable } from '../history/call-table.tsx'
import { useCalls } from '../history/data.ts'
import { useSystem } from '../system/data.ts'
import { HealthParts } from '../system/health.tsx'
import { Figures } from './figures.tsx'
import { NextSteps } from './next-steps.tsx'
import { t } from '../../words/translate.ts'

function Heading({ id, title, href, link }: { id: string; title: string; href: string; link: string }) {
  return (
    <Group justify="space-between" mb="xs">
      <Title order={2} id={id}>{title}</Title>
      <Anchor component={Link} href={href} size="sm">{link}</Anchor>
    </Group>
  )
}

/** First screen: what goes on, whether all is well, and what to do next. */
export default function Overview() {
  const { user } = useSession()
  const can = useCan()
  return (
    <Stack gap="lg">
      <PageHeader title={t('Overview')} lead={t('Hello {{name}}. This is how your phones are doing.', { name: user.name })} />
      <NextSteps />
      <Figures />
      {can('calls.read') && <Calls />}
      {can('system.read') && <Health />}
    </Stack>
  )
}

function Calls() {
  const { calls, connecting } = useLiveCalls()
  const latest = useCalls({ limit: 5 })
  return (
    <>
      <section aria-labelledby="live">
        <Heading id="live" title={t('Going on now')} href="/calls" link={t('All live calls')} />
        <LiveCallTable rows={connecting ? undefined : calls} empty={<Text size="sm" c="dimmed" p="md">{t('Nobody is on the phone.')}</Text>} />
      </section>
      <section aria-labelledby="latest">
        <Heading id="latest" title={t('Latest calls')} href="/history" link={t('Call history')} />
        <CallTable
          label={t('Latest calls')}
          rows={latest.data?.data}
          error={latest.error}
          retry={() => void latest.refetch()}
          empty={<Text size="sm" c="dimmed" p="md">{t('No calls yet.')}</Text>}
        />
      </section>
    </>
  )
}

function Health() {
  const system = useSystem()
  return (
    <section aria-labelledby="health">
      <Heading id="health" title={t('Health')} href="/system" link={t('System health')} />
      <Panel>
        {system.data !== undefined
          ? <SimpleGrid><HealthParts parts={system.data.health} /></SimpleGrid>
          : system.isError ? <ErrorState error={system.error} retry={() => void system.refetch()} /> : <Skeleton height={96} aria-label={t('Loading')} />}
      </Panel>
    </section>
  )
}
