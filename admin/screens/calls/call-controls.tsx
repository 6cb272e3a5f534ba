import { ActionIcon, Button, Group, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Circle, PhoneOff, Square } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Call } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { partyName } from '../../words/call.ts'
import { hangUp, record } from './data.ts'

/** Recording and hanging up. `compact` shows icons only. */
export function CallControls({ call, compact = false }: { call: Call; compact?: boolean }) {
  const can = useCan()
  const [asking, setAsking] = useState(false)
  const recording = useMutation({ mutationFn: (action: 'start' | 'stop') => record(call.id, action), onError: notify.failed })
  const recordable = call.state === 'answered' && can('calls.record')
  const running = call.recording !== 'off'
  const toggle = () => recording.mutate(running ? 'stop' : 'start')
  const label = running ? 'Stop recording' : 'Record'
  const Icon = running ? Square : Circle
  return (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      {recordable && (compact
        ? <Tooltip label={label}><ActionIcon aria-label={label} loading={recording.isPending} onClick={toggle}><Icon size={16} aria-hidden /></ActionIcon></Tooltip>
        : <Button variant="default" loading={recording.isPending} leftSection={<Icon size={16} aria-hidden />} onClick={toggle}>{label}</Button>)}
      {can('calls.control') && (compact
        ? <Tooltip label="Hang up"><ActionIcon aria-label="Hang up" color="red" variant="light" onClick={() => setAsking(true)}><PhoneOff size={16} aria-hidden /></ActionIcon></Tooltip>
        : <Button color="red" leftSection={<PhoneOff size={16} aria-hidden />} onClick={() => setAsking(true)}>Hang up</Button>)}
      <Confirm opened={asking} onClose={() => setAsking(false)} title="Hang up this call?" confirm="Hang up" onConfirm={() => hangUp(call.id)} done="The call is being ended.">
        The call from {partyName(call.from)} to {partyName(call.to)} ends for both at once.
      </Confirm>
    </Group>
  )
}
