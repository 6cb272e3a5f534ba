import { TagsInput } from '@mantine/core'
import { Link } from 'wouter'

interface MissedCallMailProps {
  value: string[]
  error: string | undefined
  onChange: (value: string[]) => void
}

/** Who is told by e-mail of missed calls. */
export function MissedCallMail({ value, error, onChange }: MissedCallMailProps) {
  return (
    <TagsInput
      label="Tell of missed calls by e-mail"
      description={<>Who called, when, and for how long it rang. Press Enter after each address. <Link href="/mail">Mail</Link> says which server takes it.</>}
      placeholder={value.length === 0 ? 'ada@example.com' : ''}
      value={value}
      error={error}
      onChange={onChange}
    />
  )
}
