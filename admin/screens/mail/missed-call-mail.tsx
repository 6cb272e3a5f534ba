import { TagsInput } from '@mantine/core'
import { Link } from 'wouter'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

interface MissedCallMailProps {
  value: string[]
  error: string | undefined
  onChange: (value: string[]) => void
}

/** Who is told by e-mail of missed calls. */
export function MissedCallMail({ value, error, onChange }: MissedCallMailProps) {
  return (
    <TagsInput
      label={t('Tell of missed calls by e-mail')}
      description={rich('Who called, when, and for how long it rang. Press Enter after each address. <link>Mail</link> says which server takes it.', { link: (inside) => <Link href="/mail">{inside}</Link> })}
      placeholder={value.length === 0 ? 'ada@example.com' : ''}
      value={value}
      error={error}
      onChange={onChange}
    />
  )
}
