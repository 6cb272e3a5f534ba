import { TextInput } from '@mantine/core'
import { t } from '../../words/translate.ts'

interface Props {
  value: string
  error: string | undefined
  onChange: (value: string) => void
  /** Recovery codes are taken too, or there is nothing else. */
  recovery?: 'too' | 'only'
  autoFocus?: boolean
  hint?: string
}

export const checkCode = ({ code }: { code: string }): Record<string, string> => (code.trim().length < 6 ? { code: t('Enter the code.') } : {})

/** Six digits of the app; browsers and password managers fill it in by themselves. */
export function CodeField({ value, error, onChange, recovery, autoFocus = true, hint }: Props) {
  return (
    <TextInput
      label={recovery === 'only' ? t('Recovery code') : t('Code')}
      description={hint ?? (recovery === 'only' ? t('One of those you kept when you set the factor up.') : recovery === 'too' ? t('Six digits of your authenticator app, or a recovery code.') : t('Six digits of your authenticator app.'))}
      autoComplete="one-time-code"
      inputMode={recovery === undefined ? 'numeric' : 'text'}
      maxLength={20}
      autoFocus={autoFocus}
      value={value}
      error={error}
      onChange={(change) => onChange(change.currentTarget.value)}
    />
  )
}
