import { Button, Stack } from '@mantine/core'
import { Phone } from 'lucide-react'
import { useState } from 'react'
import { Keypad } from './keypad.tsx'
import { numberIn, PersonField } from './person-field.tsx'
import type { BrowserPhone } from './phone.ts'
import { inSense } from '../words/translate.ts'

export function Dialer({ phone }: { phone: BrowserPhone }) {
  const [text, setText] = useState('')
  const dial = (number: string): void => {
    phone.dial(number)
    setText('')
  }
  return (
    <Stack gap="xs">
      <PersonField label={inSense('verb', 'Call')} value={text} onChange={setText} onDone={dial} />
      <Keypad onKey={(key) => setText((before) => before + key)} />
      <Button leftSection={<Phone size={16} aria-hidden />} color="green.8" disabled={text.trim() === ''} onClick={() => dial(numberIn(text))}>{inSense('verb', 'Call')}</Button>
    </Stack>
  )
}
