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

const back = { href: '/conferences', label: 'Conference rooms' }
const announcements: Record<Conference['announce'], string> = { none: 'Nothing is heard', tones: 'A short tone', words: 'A sentence' }

/** One room: how it is set up, and who is in it now. */
export default function ConferencePage() {
  const { id } = useParams<{ id: string }>()
  const query = useConference(id)
  if (query.data !== undefined) return <Details conference={query.data} />
  return (
    <Stack gap="md">
      <PageHeader title="Conference room" back={back} />
      {query.isError ? <Panel p={0}><ErrorState error={query.error} retry={() => void query.refetch()} /></Panel> : <Skeleton height={320} radius="md" aria-label="Loading" />}
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
        beside={conference.enabled ? undefined : <Badge variant="light" color="gray" tt="none" radius="sm">Off</Badge>}
        actions={can('conferences.write') && (
          <>
            <Button variant="default" leftSection={<Pencil size={16} aria-hidden />} onClick={() => setEditing(true)}>Edit</Button>
            <ConferenceMenu conference={conference} onEdit={() => setEditing(true)} onDeleted={() => navigate('/conferences')} />
          </>
        )}
      />
      <Panel>
        <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="lg">
          <Fact label="PIN">{conference.hasPin ? 'Set' : 'None'}</Fact>
          <Fact label="Moderator PIN">{conference.hasModeratorPin ? 'Set' : 'None'}</Fact>
          <Fact label="Begins">{conference.waitForModerator ? 'With a moderator' : 'At once'}</Fact>
          <Fact label="Ends">{conference.endWithModerator ? 'With the last moderator' : 'With the last one in it'}</Fact>
          <Fact label="People at once">Up to {conference.maxParties}</Fact>
          <Fact label="When somebody comes">{announcements[conference.announce]}</Fact>
          <Fact label="Come in">{conference.mutedEntry ? 'Muted' : 'Free to speak'}</Fact>
          <Fact label="Recording">{conference.record ? 'Always' : 'Off'}</Fact>
        </SimpleGrid>
      </Panel>
      <section aria-labelledby="now">
        <Group justify="space-between" mb="xs" gap="sm">
          <Group gap="sm">
            <Title order={2} id="now">Now</Title>
            {live?.locked === true && <Badge variant="light" color="orange" tt="none" radius="sm" leftSection={<Lock size={12} aria-hidden />}>Locked</Badge>}
            {live?.recording === true && <Badge variant="light" color="red" tt="none" radius="sm" leftSection={<Disc size={12} aria-hidden />}>Recording</Badge>}
            {live !== undefined && <RunningTime since={live.startedAt} />}
          </Group>
          {live !== undefined && can('conferences.control') && <RoomControls live={live} />}
        </Group>
        {live === undefined
          ? <Panel p={0}><EmptyState icon={Users} title="Nobody is in it">Dial {conference.number} from any phone here. Who is in appears here by itself.</EmptyState></Panel>
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
        {live.locked ? 'Unlock' : 'Lock'}
      </Button>
      <Button variant="default" leftSection={quiet ? <Mic size={16} aria-hidden /> : <MicOff size={16} aria-hidden />} loading={action.isPending} onClick={() => action.mutate(quiet ? 'unmute-all' : 'mute-all')}>
        {quiet ? 'Unmute all' : 'Mute all'}
      </Button>
      <Button color="red" leftSection={<PhoneOff size={16} aria-hidden />} onClick={() => setEnding(true)}>End</Button>
      <Confirm opened={ending} onClose={() => setEnding(false)} title={`End the conference in ${live.number}?`} confirm="End conference" onConfirm={() => steer(live.id, 'end')} done="The conference is being ended.">
        Everybody in it is told, and their calls end.
      </Confirm>
    </Group>
  )
}
