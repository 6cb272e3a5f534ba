import { Text, TextInput } from '@mantine/core'

interface DayInputProps {
  label: 'From' | 'To'
  /** `2026-11-21`; empty for any day. */
  value: string
  min?: string | undefined
  max?: string | undefined
  onChange: (day: string) => void
}

/** A day of a filter, with the browser's own calendar. */
export function DayInput({ label, value, min, max, onChange }: DayInputProps) {
  return (
    <TextInput
      type="date"
      aria-label={`${label} day`}
      leftSection={<Text size="xs" c="dimmed">{label}</Text>}
      leftSectionWidth={label === 'From' ? 48 : 34}
      min={min}
      max={max}
      value={value}
      onChange={(change) => onChange(change.currentTarget.value)}
      w={{ base: 'calc(50% - 6px)', xs: 190 }}
    />
  )
}
