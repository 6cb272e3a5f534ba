import { Button, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useCan } from '../app/session.tsx'
import { useParkLots } from '../screens/parking/data.ts'
import { numberIn, PersonField } from './person-field.tsx'
import type { BrowserPhone } from './phone.ts'
import type { PhoneCall } from './store.ts'
import { t } from '../words/translate.ts'

interface TransferFormProps {
  call: PhoneCall
  others: PhoneCall[]
  phone: BrowserPhone
  onDone: () => void
}

/** Hands a call on: to a number at once, after asking there, to another call of one's own, or into a park lot. */
export function TransferForm({ call, others, phone, onDone }: TransferFormProps) {
  const can = useCan()
  const [to, setTo] = useState('')
  const hand = (target: Parameters<BrowserPhone['transfer']>[1]): void => {
    void phone.transfer(call.id, target)
    onDone()
  }
  const answered = others.filter(({ state }) => state === 'talking' || state === 'held')
  const nobody = numberIn(to).trim() === ''
  return (
    <Stack gap={6} mt="xs">
      <PersonField label={t('Transfer to')} value={to} onChange={setTo} onDone={(number) => hand({ number })} focused />
      <Group gap={6} grow>
        <Button size="xs" disabled={nobody} onClick={() => hand({ number: numberIn(to) })}>{t('Transfer now')}</Button>
        <Button size="xs" variant="default" disabled={nobody} onClick={() => phone.dial(numberIn(to))}>{t('Ask first')}</Button>
      </Group>
      {answered.map((other) => <Button key={other.id} size="xs" variant="default" onClick={() => hand({ callId: other.id })}>{t('Connect with {{name}}', { name: other.name ?? other.number })}</Button>)}
      {can('extensions.read') && <Lots onChoose={(number) => hand({ number })} />}
    </Stack>
  )
}

function Lots({ onChoose }: { onChoose: (number: string) => void }) {
  const lots = useParkLots().data ?? []
  if (lots.length === 0) return null
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>{t('Or park it')}</Text>
      <Group gap={6}>{lots.map(({ id, number, name }) => <Button key={id} size="xs" variant="default" onClick={() => onChoose(number)}>{name}</Button>)}</Group>
    </div>
  )
}
