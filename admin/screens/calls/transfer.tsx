import { ActionIcon, Button, Group, Modal, SegmentedControl, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { PhoneForwarded } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Call } from '../../app/types.ts'
import { Problem } from '../../components/states.tsx'
import { partyName } from '../../words/call.ts'
import { transferCall, type Side } from './data.ts'
import { t } from '../../words/translate.ts'

/** Sends one side of an answered call on to a number. */
export function TransferButton({ call, compact }: { call: Call; compact: boolean }) {
  const can = useCan()
  const [open, setOpen] = useState(false)
  if (call.state !== 'answered' || !can('calls.control')) return null
  return (
    <>
      {compact
        ? <Tooltip label={t('Transfer')}><ActionIcon aria-label={t('Transfer')} onClick={() => setOpen(true)}><PhoneForwarded size={16} aria-hidden /></ActionIcon></Tooltip>
        : <Button variant="default" leftSection={<PhoneForwarded size={16} aria-hidden />} onClick={() => setOpen(true)}>{t('Transfer')}</Button>}
      <Modal opened={open} onClose={() => setOpen(false)} title={<Text fw={650} span>{t('Transfer this call')}</Text>}>
        {open && <Order call={call} onClose={() => setOpen(false)} />}
      </Modal>
    </>
  )
}

function Order({ call, onClose }: { call: Call; onClose: () => void }) {
  // One who talks to an attendant or a mailbox has nobody at the other end.
  const alone = !call.legs.some((leg) => leg.role === 'callee' && (leg.state === 'answered' || leg.state === 'held'))
  const [side, setSide] = useState<Side>('caller')
  const [to, setTo] = useState('')
  const sides = { caller: partyName(call.from), callee: partyName(call.to) }
  const other = sides[side === 'caller' ? 'callee' : 'caller']
  const sending = useMutation({
    mutationFn: () => transferCall(call.id, { side, to }),
    onSuccess: () => {
      notify.done(t('{{sides}} goes on to {{to}}.', { sides: sides[side], to }))
      onClose()
    },
  })
  return (
    <form onSubmit={(event) => { event.preventDefault(); sending.mutate() }}>
      <Stack gap="md">
        {!alone && (
          <div>
            <Text size="sm" fw={500} id="transfer-side">{t('Who goes on')}</Text>
            <SegmentedControl fullWidth aria-labelledby="transfer-side" data={[{ value: 'caller' as const, label: sides.caller }, { value: 'callee' as const, label: sides.callee }]} value={side} onChange={setSide} />
          </div>
        )}
        <TextInput
          label={t('To')}
          description={alone ? t('An extension, a group or a number outside.') : t('An extension, a group, a park slot or a number outside that {{other}} may call. {{other}} is let go when it answers; when nobody does, the two talk again.', { other })}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          inputMode="tel"
          data-autofocus
        />
        <Problem error={sending.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>{t('Cancel')}</Button>
          <Button type="submit" disabled={to.trim() === ''} loading={sending.isPending}>{t('Transfer')}</Button>
        </Group>
      </Stack>
    </form>
  )
}
