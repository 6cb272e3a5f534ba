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
import { t } from '../../words/translate.ts'

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
        ? <Tooltip label={t('Hang up')}><ActionIcon aria-label={t('Hang up')} color="red" variant="light" onClick={() => setAsking(true)}><PhoneOff size={16} aria-hidden /></ActionIcon></Tooltip>
        : <Button color="red" leftSection={<PhoneOff size={16} aria-hidden />} onClick={() => setAsking(true)}>{t('Hang up')}</Button>)}
      <Confirm opened={asking} onClose={() => setAsking(false)} title={t('Hang up this call?')} confirm={t('Hang up')} onConfirm={() => hangUp(call.id)} done={t('The call is being ended.')}>
        {t('The call from {{from}} to {{to}} ends for both at once.', { from: partyName(call.from), to: partyName(call.to) })}
      </Confirm>
    </Group>
  )
}
