import { ActionIcon, Button, Group, Tooltip } from '@mantine/core'
import { PhoneOff } from 'lucide-react'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { Call } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { partyName } from '../../words/call.ts'
import { hangUp } from './data.ts'
import { SuperviseButton } from './supervise.tsx'
import { TransferButton } from './transfer.tsx'
import { RecordingControls } from './recording-controls.tsx'

/** Listening in, recording, transferring and hanging up. `compact` shows icons only. */
export function CallControls({ call, compact = false }: { call: Call; compact?: boolean }) {
  const can = useCan()
  const [asking, setAsking] = useState(false)
  return (
    <Group gap="xs" wrap={compact ? 'nowrap' : 'wrap'} justify={compact ? 'flex-end' : 'flex-start'}>
      <SuperviseButton call={call} compact={compact} />
      <RecordingControls call={call} compact={compact} />
      <TransferButton call={call} compact={compact} />
      {can('calls.control') && (compact
        ? <Tooltip label="Hang up"><ActionIcon aria-label="Hang up" color="red" variant="light" onClick={() => setAsking(true)}><PhoneOff size={16} aria-hidden /></ActionIcon></Tooltip>
        : <Button color="red" leftSection={<PhoneOff size={16} aria-hidden />} onClick={() => setAsking(true)}>Hang up</Button>)}
      <Confirm opened={asking} onClose={() => setAsking(false)} title="Hang up this call?" confirm="Hang up" onConfirm={() => hangUp(call.id)} done="The call is being ended.">
        The call from {partyName(call.from)} to {partyName(call.to)} ends for both at once.
      </Confirm>
    </Group>
  )
}
