import { Button, Group, TextInput } from '@mantine/core'
import { t } from '../../words/translate.ts'

interface PinFieldProps {
  label: string
  description: string
  /** There is one already. It can be replaced and taken away, and never read. */
  set: boolean
  /** Undefined: as it is; null: none. */
  value: string | null | undefined
  error: string | undefined
  onChange: (value: string | null | undefined) => void
}

/** A PIN that is written and never shown. */
export function PinField({ label, description, set, value, error, onChange }: PinFieldProps) {
  const placeholder = value === null ? t('None') : set ? t('Set; type to replace it') : t('None')
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <TextInput
        flex={1}
        label={label}
        description={description}
        placeholder={placeholder}
        inputMode="numeric"
        autoComplete="off"
        value={value ?? ''}
        error={error}
        onChange={(change) => {
          const typed = change.currentTarget.value.trim()
          onChange(typed === '' ? undefined : typed)
        }}
      />
      {set && value !== null && <Button variant="default" aria-label={t('Remove the {{label}}', { label })} onClick={() => onChange(null)}>{t('Remove')}</Button>}
      {set && value === null && <Button variant="default" aria-label={t('Keep the {{label}}', { label })} onClick={() => onChange(undefined)}>{t('Keep')}</Button>}
    </Group>
  )
}
