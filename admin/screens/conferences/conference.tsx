import { Badge, Button, Group, SimpleGrid, Skeleton, Stack, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Disc, Lock, LockOpen, MicOff, Mic, Pencil, PhoneOff, Users } from 'lucide-react'
import { useState } from 'react'
import { useLocation, useParams } from 'wouter'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Conference, LiveConference } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { Fact } from '../../components/fact.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.ts'
import { EmptyState, ErrorState } from '../../components/states.tsx'
import { RunningTime } from '../../components/time.tsx'
import { ConferenceForm } from './conference-form.tsx'
import { ConferenceMenu } from './conference-menu.tsx'
import { steer, useConference, useLiveConference } from './data.ts'
import { PartyTable } from './party-table.tsx'
import { t } from '../../words/translate.ts'

const back = { href: '/conferences', label: t('Conference rooms') }
const announcements: Record<Conference['announce'], string> = { none: t('Nothing is heard'), tones: t('A short tone'), words: t('A sentence') }

/** One room: how it is set up, and who is in it now. */
export default function ConferencePage() {
  const { id } = useParams<{ id: string }>()
  const query = useConference(id)
  if (query.data !== undefined) return <Details conference={query.data} />
  return (
    <Stack gap="md">
      <PageHeader title={t('Conference room')} back={back} />
      {query.isError ? <Panel p={0}><ErrorState error={query.error} retry={() => void query.refetch()} /></Panel> : <Skeleton height={320} radius="md" aria-label={t('Loading')} />}
    </Stack>
  )
}

function Details({ conference }: { conference: Conference }) {
  const can = useCan()
  const [, navigate] = useLocation()
  const [editing, setEditing] = useState(false)
  const live = useLiveConference(conference.id)
  return (
    <Stack gap="lg">
      <PageHeader
        title={`${conference.number} ${conference.name}`}
        back={back}
        beside={conference.enabled ? undefined : <Badge variant="light" color="gray" tt="none" radius="sm">{t('Off')}</Badge>}
        actions={can('conferences.write') && (
          <>
            <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing(true)}>{t('Edit')}</Button>
            <ConferenceMenu conference={conference} onEdit={() => setEditing(true)} onDeleted={() => navigate('/conferences')} />
          </>
        )}
      />
      <Panel>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="lg">
          <Fact label="PIN">{conference.hasPin ? t('Set') : t('None')}</Fact>
          <Fact label={t('Moderator PIN')}>{conference.hasModeratorPin ? t('Set') : t('None')}</Fact>
          <Fact label={t('Begins')}>{conference.waitForModerator ? t('With a moderator') : t('At once')}</Fact>
          <Fact label={t('Ends')}>{conference.endWithModerator ? t('With the last moderator') : t('With the last one in it')}</Fact>
          <Fact label={t('People at once')}>{t('Up to {{maxParties}}', { maxParties: conference.maxParties })}</Fact>
          <Fact label={t('When somebody comes')}>{announcements[conference.announce]}</Fact>
          <Fact label={t('Come in')}>{conference.mutedEntry ? t('Muted') : t('Free to speak')}</Fact>
          <Fact label={t('Recording')}>{conference.record ? t('Always') : t('Off')}</Fact>
        </SimpleGrid>
      </Panel>
      <section aria-labelledby="now">
        <Group justify="space-between" mb="xs" gap="sm">
          <Group gap="sm">
            <Title order={2} id="now">{t('Now')}</Title>
            {live?.locked === true && <Badge variant="light" color="orange" tt="none" radius="sm" leftSection={<Lock size={12} aria-hidden />}>{t('Locked')}</Badge>}
            {live?.recording === true && <Badge variant="light" color="red" tt="none" radius="sm" leftSection={<Disc size={12} aria-hidden />}>{t('Recording')}</Badge>}
            {live !== undefined && <RunningTime since={live.startedAt} />}
          </Group>
          {live !== undefined && can('conferences.control') && <RoomControls live={live} />}
        </Group>
        {live === undefined
          ? <Panel p={0}><EmptyState icon={Users} title={t('Nobody is in it')}>{t('Dial {{number}} from any phone here. Who is in appears here by itself.', { number: conference.number })}</EmptyState></Panel>
          : <PartyTable live={live} />}
      </section>
      <ConferenceForm editing={editing ? { kind: 'edit', conference } : null} onClose={() => setEditing(false)} />
    </Stack>
  )
}

function RoomControls({ live }: { live: LiveConference }) {
  const [ending, setEnding] = useState(false)
  const action = useMutation({ mutationFn: (wanted: 'lock' | 'unlock' | 'mute-all' | 'unmute-all') => steer(live.id, wanted), onError: notify.failed })
  const quiet = live.parties.every((party) => party.moderator || party.muted)
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={live.locked ? <LockOpen size={16} aria-hidden /> : <Lock size={16} aria-hidden />} loading={action.isPending} onClick={() => action.mutate(live.locked ? 'unlock' : 'lock')}>
        {live.locked ? t('Unlock') : t('Lock')}
      </Button>
      <Button variant="default" leftSection={quiet ? <Mic size={16} aria-hidden /> : <MicOff size={16} aria-hidden />} loading={action.isPending} onClick={() => action.mutate(quiet ? 'unmute-all' : 'mute-all')}>
        {quiet ? t('Unmute all') : t('Mute all')}
      </Button>
      <Button color="red" leftSection={<PhoneOff size={16} aria-hidden />} onClick={() => setEnding(true)}>{t('End')}</Button>
      <Confirm opened={ending} onClose={() => setEnding(false)} title={t('End the conference in {{number}}?', { number: live.number })} confirm={t('End conference')} onConfirm={() => steer(live.id, 'end')} done={t('The conference is being ended.')}>
        {t('Everybody in it is told, and their calls end.')}
      </Confirm>
    </Group>
  )
}
