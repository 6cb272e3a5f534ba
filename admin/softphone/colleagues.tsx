import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { Phone } from 'lucide-react'
import { useState } from 'react'
import { useSession } from '../app/session.tsx'
import { useExtensions } from '../screens/extensions/data.ts'
import { Presence } from '../screens/extensions/presence.tsx'
import { useParkedCalls } from '../screens/parking/data.ts'
import type { BrowserPhone } from './phone.ts'
import { t } from '../words/translate.ts'

/** Who can be reached now, and calls that wait in a slot. */
export function Colleagues({ phone }: { phone: BrowserPhone }) {
  const { extension: own } = useSession()
  const [text, setText] = useState('')
  const [search] = useDebouncedValue(text.trim(), 150)
  const rows = useExtensions({ search, limit: 20, sort: 'name' }).data?.data ?? []
  const parked = useParkedCalls({ enabled: true }).data ?? []
  return (
    <Stack gap="xs">
      {parked.map(({ slot, number, name }) => (
        <Group key={slot} justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm" truncate>{t('{{name}} waits in {{slot}}', { name: name ?? number, slot })}</Text>
          <Button size="xs" variant="default" onClick={() => phone.dial(slot)}>{t('Fetch')}</Button>
        </Group>
      ))}
      <TextInput aria-label={t('Search colleagues')} placeholder={t('Number or name')} value={text} onChange={(change) => setText(change.currentTarget.value)} />
      {rows.filter(({ id }) => id !== own?.id).map((extension) => (
        <Group key={extension.id} justify="space-between" wrap="nowrap" gap="xs">
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={500} truncate>{extension.name} <Text span inherit c="dimmed" className="numbers">{extension.number}</Text></Text>
            <Text size="xs" component="div"><Presence extension={extension} /></Text>
          </div>
          <ActionIcon variant="default" size="lg" aria-label={t('Call {{name}}', { name: extension.name })} onClick={() => phone.dial(extension.number)}><Phone size={16} aria-hidden /></ActionIcon>
        </Group>
      ))}
    </Stack>
  )
}
