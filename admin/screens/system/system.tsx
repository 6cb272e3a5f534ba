import { Anchor, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { ErrorState } from '../../components/states.tsx'
import { StatusBadge } from '../../components/status.tsx'
import { Time, useNow } from '../../components/time.tsx'
import { instant, span } from '../../words/time.ts'
import { Addresses } from './addresses.tsx'
import { Certificates } from './certificates.tsx'
import { useSystem } from './data.ts'
import { Drained } from './drain.tsx'
import { HealthParts } from './health.tsx'
import { MediaServers } from './media-servers.tsx'
import { plural, t } from '../../words/translate.ts'

function Uptime({ since }: { since: string }) {
  return <>{span((useNow() - instant(since)) / 1000)}</>
}

/** How the system itself is. */
export default function System() {
  const query = useSystem()
  const { data } = query
  const troubled = data?.health.filter((part) => !part.ok).length ?? 0
  return (
    <Stack gap="md">
      <PageHeader
        title={t('System health')}
        lead={t('How each part of Dialplane is right now.')}
        beside={data !== undefined && <StatusBadge {...(troubled === 0 ? { label: t('Everything works'), tone: 'good' } : { label: plural(troubled, 'One problem', '{{count}} problems'), tone: 'bad' })} />}
      />
      {data === undefined && (query.isError
        ? <Panel p={0}><ErrorState error={query.error} retry={() => void query.refetch()} /></Panel>
        : <Skeleton height={240} radius="md" aria-label={t('Loading')} />)}
      {data !== undefined && (
        <>
          {query.isError && <Text size="sm" c="red" role="alert">{t('These figures may be old: the last attempt to read them failed.')}</Text>}
          <Panel>
            <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="lg">
              <Fact label={t('Version')}>{data.version}</Fact>
              <Fact label={t('Started')}><Time at={data.startedAt} /></Fact>
              <Fact label={t('Running for')}><Uptime since={data.startedAt} /></Fact>
            </SimpleGrid>
          </Panel>
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
            <Panel component="section" aria-labelledby="parts">
              <Title order={2} id="parts" mb="sm">{t('Parts')}</Title>
              <HealthParts parts={data.health} />
            </Panel>
            <Panel component="section" aria-labelledby="addresses">
              <Title order={2} id="addresses">{t('Addresses for phones')}</Title>
              <Text size="sm" c="dimmed" mb="sm">{t('Phones register at one of these.')}</Text>
              <Addresses addresses={data.sipAddresses} />
              <Text size="sm" mt="md"><Anchor href="/api/docs" target="_blank" rel="noreferrer" inherit>{t('API documentation')}</Anchor></Text>
            </Panel>
          </SimpleGrid>
          <Drained />
          <MediaServers />
          <Certificates />
        </>
      )}
    </Stack>
  )
}
