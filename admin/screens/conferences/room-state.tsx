import { Group } from '@mantine/core'
import { Lock } from 'lucide-react'
import type { Conference } from '../../app/types.ts'
import { StatusDot } from '../../components/status.tsx'
import { useLiveConference } from './data.ts'
import { plural, t } from '../../words/translate.ts'

/** How many are in a room now, and whether it is locked. */
export function RoomState({ conference }: { conference: Conference }) {
  const live = useLiveConference(conference.id)
  if (live === undefined) return <StatusDot label={conference.enabled ? t('Empty') : t('Off')} tone="quiet" />
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex">
      <StatusDot label={plural(live.parties.length, '{{count}} person', '{{count}} people')} tone="good" />
      {live.locked && <Lock size={14} aria-label={t('Locked')} />}
    </Group>
  )
}
