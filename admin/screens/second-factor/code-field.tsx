import { TextInput } from '@mantine/core'

interface Props {
  value: string
  error: string | undefined
  onChange: (value: string) => void
  /** Recovery codes are taken too. */
  recovery?: boolean
}

export const checkCode = ({ code }: { code: string }): Record<string, string> => (code.trim().length < 6 ? { code: 'Enter the code.' } : {})

/** Six digits of the app; browsers and password managers fill it in by themselves. */
export function CodeField({ value, error, onChange, recovery = false }: Props) {
  return (
    <TextInput
      label="Code"
      description={recovery ? 'Six digits of your authenticator app, or a recovery code.' : 'Six digits of your authenticator app.'}
      autoComplete="one-time-code"
      inputMode={recovery ? 'text' : 'numeric'}
      maxLength={20}
      autoFocus
      value={value}
      error={error}
      onChange={(change) => onChange(change.currentTarget.value)}
    />
  )
}
