import { Text, TextInput } from '@mantine/core'
import { inSense, t } from '../words/translate.ts'

interface DayInputProps {
  /** Of the time that is asked for. */
  end: 'from' | 'to'
  /** `2026-11-21`; empty for any day. */
  value: string
  min?: string | undefined
  max?: string | undefined
  onChange: (day: string) => void
}

const words = {
  from: { label: inSense('time', 'From'), name: t('From day') },
  to: { label: inSense('time', 'To'), name: t('To day') },
}

/** A day of a filter, with the browser's own calendar. */
export function DayInput({ end, value, min, max, onChange }: DayInputProps) {
  const { label, name } = words[end]
  return (
    <TextInput
      type="date"
      aria-label={name}
      leftSection={<Text size="xs" c="dimmed">{label}</Text>}
      leftSectionWidth={label.length > 2 ? 50 : 34}
      min={min}
      max={max}
      value={value}
      onChange={(change) => onChange(change.currentTarget.value)}
      w={{ base: 'calc(50% - 6px)', xs: 190 }}
    />
  )
}
