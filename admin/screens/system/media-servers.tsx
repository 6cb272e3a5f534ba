import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { MediaServer } from '../../app/types.ts'
import { Panel } from '../../components/panel.ts'
import { StatusBadge } from '../../components/status.tsx'
import type { Wording } from '../../words/call.ts'
import { setDraining, useMediaServers } from './data.ts'
import { t } from '../../words/translate.ts'

function stateOf({ connected, draining, endpoints }: MediaServer): Wording {
  if (!connected) return { label: t('Not connected'), tone: 'bad' }
  if (!draining) return { label: t('Takes calls'), tone: 'good' }
  return { label: endpoints === 0 ? t('Drained') : t('Takes no new calls'), tone: 'warning' }
}

function figuresOf({ endpoints, sessions, maxSessions, version, weight }: MediaServer): string {
  return [
    t('{{endpoints}} audio connections', { endpoints }),
    ...(sessions === null || maxSessions === null ? [] : [t('{{sessions}} of {{maxSessions}} sessions', { sessions, maxSessions })]),
    ...(version === null ? [] : [`FreeSWITCH ${version}`]),
    ...(weight === 1 ? [] : [t('weight {{weight}}', { weight })]),
  ].join(' · ')
}

function Row({ server }: { server: MediaServer }) {
  const can = useCan()
  const [busy, setBusy] = useState(false)
  const { address, draining, trouble, warnings } = server
  const drain = () => {
    setBusy(true)
    void setDraining(address, !draining)
      .then(() => notify.done(draining ? t('{{address}} takes calls again.', { address }) : t('{{address}} takes no new calls. Those that go on are not touched.', { address })), notify.failed)
      .finally(() => setBusy(false))
  }
  return (
    <li>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <Text size="sm" fw={600} className="break-anywhere numbers">{address}</Text>
        <StatusBadge {...stateOf(server)} />
      </Group>
      <Group justify="space-between" gap="xs" align="flex-start">
        <Text size="sm" c="dimmed" className="numbers">{figuresOf(server)}</Text>
        {can('system.write') && (
          <Button size="xs" variant="default" loading={busy} onClick={drain} aria-label={draining ? t('Give {{address}} calls again', { address }) : t('Give {{address}} no new calls', { address })}>
            {draining ? t('Take calls again') : t('Take no new calls')}
          </Button>
        )}
      </Group>
      {[...(trouble === null ? [] : [trouble]), ...warnings].map((text) => (
        <Alert key={text} mt="xs" color={trouble === text ? 'red' : 'yellow'} icon={<TriangleAlert size={18} aria-hidden />}>{text}</Alert>
      ))}
    </li>
  )
}

/** The FreeSWITCHes that carry the audio; nothing with the embedded engine. */
export function MediaServers() {
  const { data = [] } = useMediaServers()
  if (data.length === 0) return null
  return (
    <Panel component="section" aria-labelledby="media-servers">
      <Title order={2} id="media-servers" mb="sm">{t('Media servers')}</Title>
      <Stack gap="md" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
        {data.map((server) => <Row key={server.address} server={server} />)}
      </Stack>
    </Panel>
  )
}
