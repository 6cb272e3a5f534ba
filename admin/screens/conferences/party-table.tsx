import { ActionIcon, Badge, Group, Text, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Mic, MicOff, UserX } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { ConferenceParty, LiveConference } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { DataTable, type Column } from '../../components/data-table.tsx'
import { StatusDot } from '../../components/status.tsx'
import { RunningTime } from '../../components/time.tsx'
import { partyName } from '../../words/call.ts'
import type { Wording } from '../../words/call.ts'
import { steerParty } from './data.ts'
import { t } from '../../words/translate.ts'

function wording({ waiting, muted, talking }: ConferenceParty): Wording {
  if (waiting) return { label: t('Waits for a moderator'), tone: 'warning' }
  if (muted) return { label: t('Muted'), tone: 'quiet' }
  return talking ? { label: t('Speaks'), tone: 'good' } : { label: t('Listens'), tone: 'busy' }
}

const columns: Column<ConferenceParty>[] = [
  {
    key: 'who',
    title: t('Who'),
    card: 'title',
    render: (party) => (
      <Group gap={8} component="span" display="inline-flex">
        <Text span inherit fw={600}>{partyName(party)}</Text>
        {party.moderator && <Badge variant="light" tt="none" radius="sm">{t('Moderator')}</Badge>}
      </Group>
    ),
  },
  { key: 'state', title: t('State'), card: 'aside', width: 220, render: (party) => <StatusDot {...wording(party)} /> },
  { key: 'time', title: t('In for'), align: 'right', width: 100, render: (party) => <RunningTime since={party.since} /> },
]

/** Who is in the room, with what a moderator may do to each. */
export function PartyTable({ live }: { live: LiveConference }) {
  const can = useCan()
  const [kicking, setKicking] = useState<ConferenceParty | null>(null)
  return (
    <>
      <DataTable
        label={t('People in the conference')}
        columns={columns}
        rows={live.parties}
        rowKey={(party) => party.callId}
        {...(can('calls.read') && { href: (party: ConferenceParty) => `/calls/${party.callId}` })}
        {...(can('conferences.control') && { actions: (party: ConferenceParty) => <PartyActions id={live.id} party={party} onKick={() => setKicking(party)} /> })}
        empty={null}
      />
      <Confirm
        opened={kicking !== null}
        onClose={() => setKicking(null)}
        title={t('Remove {{kicking}}?', { kicking: kicking === null ? '' : partyName(kicking) })}
        confirm={t('Remove')}
        onConfirm={() => (kicking === null ? Promise.resolve() : steerParty(live.id, kicking.callId, 'kick'))}
        done={t('The caller is being removed.')}
      >
        {t('The caller is told, and the call ends. Who knows the number and the PIN may come in again: lock the room to prevent that.')}
      </Confirm>
    </>
  )
}

function PartyActions({ id, party, onKick }: { id: string; party: ConferenceParty; onKick: () => void }) {
  const mute = useMutation({ mutationFn: () => steerParty(id, party.callId, party.muted ? 'unmute' : 'mute'), onError: notify.failed })
  const who = partyName(party)
  const label = party.muted ? t('Unmute {{who}}', { who }) : t('Mute {{who}}', { who })
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Tooltip label={party.muted ? t('Unmute') : t('Mute')}>
        <ActionIcon aria-label={label} loading={mute.isPending} onClick={() => mute.mutate()}>{party.muted ? <Mic size={16} aria-hidden /> : <MicOff size={16} aria-hidden />}</ActionIcon>
      </Tooltip>
      <Tooltip label={t('Remove')}><ActionIcon aria-label={t('Remove {{who}}', { who })} color="red" variant="light" onClick={onKick}><UserX size={16} aria-hidden /></ActionIcon></Tooltip>
    </Group>
  )
}
