import { Group } from '@mantine/core'
import { Lock } from 'lucide-react'
import type { Conference } from '../../app/types.ts'
import { StatusDot } from '../../components/status.tsx'
import { useLiveConference } from './data.ts'

/** How many are in a room now, and whether it is locked. */
export function RoomState({ conference }: { conference: Conference }) {
  const live = useLiveConference(conference.id)
  if (live === undefined) return <StatusDot label={conference.enabled ? 'Empty' : 'Off'} tone="quiet" />
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <StatusDot label={live.parties.length === 1 ? '1 person' : `${live.parties.length} people`} tone="good" />
      {live.locked && <Lock size={14} aria-label="Locked" />}
    </Group>
  )
}
