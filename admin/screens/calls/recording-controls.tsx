import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Circle, Pause, Play, Square, type LucideIcon } from 'lucide-react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Call } from '../../app/types.ts'
import { record, type RecordAction } from './data.ts'
import { t } from '../../words/translate.ts'

interface Offer {
  /** The same for two actions that take turns in one button, so that the keyboard stays on it. */
  place: 'pause' | 'switch'
  action: RecordAction
  label: string
  icon: LucideIcon
}

const stop: Offer = { place: 'switch', action: 'stop', label: t('Stop recording'), icon: Square }

/** What can be done with the recording of an answered call, as it is now. */
const offers: Record<Call['recording'], Offer[]> = {
  off: [{ place: 'switch', action: 'start', label: t('Record'), icon: Circle }],
  on: [{ place: 'pause', action: 'pause', label: t('Pause recording'), icon: Pause }, stop],
  paused: [{ place: 'pause', action: 'resume', label: t('Resume recording'), icon: Play }, stop],
}

/** Starting, pausing, resuming and stopping the recording. `compact` shows icons only. */
export function RecordingControls({ call, compact }: { call: Call; compact: boolean }) {
  const can = useCan()
  const recording = useMutation({ mutationFn: (action: RecordAction) => record(call.id, action), onError: notify.failed })
  if (call.state !== 'answered' || !can('calls.record')) return null
  return offers[call.recording].map(({ place, action, label, icon: Icon }) => {
    const own = {
      loading: recording.isPending && recording.variables === action,
      disabled: recording.isPending && recording.variables !== action,
      onClick: () => recording.mutate(action),
    }
    return compact
      ? <Tooltip key={place} label={label}><ActionIcon aria-label={label} {...own}><Icon size={16} aria-hidden /></ActionIcon></Tooltip>
      : <Button key={place} variant="default" leftSection={<Icon size={16} aria-hidden />} {...own}>{label}</Button>
  })
}
