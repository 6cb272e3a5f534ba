import { Autocomplete } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useCan } from '../app/session.tsx'
import { useExtensions } from '../screens/extensions/data.ts'
import { t } from '../words/translate.ts'

interface PersonFieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  /** Enter was pressed, or somebody chosen. */
  onDone: (number: string) => void
  focused?: boolean
}

/** The number in what was typed or chosen: `101 Anna` is 101. */
export const numberIn = (text: string): string => /^(\d{2,15}) \p{L}/u.exec(text)?.[1] ?? text

/** A number, or a name that is completed from the extensions. */
export function PersonField({ label, value, onChange, onDone, focused = false }: PersonFieldProps) {
  const can = useCan()
  const [search] = useDebouncedValue(value.trim(), 150)
  const found = useExtensions({ search, limit: 8, sort: 'number' }, { enabled: can('extensions.read') && search !== '' }).data?.data ?? []
  return (
    <Autocomplete
      label={label}
      placeholder={t('Number or name')}
      autoComplete="off"
      {...(focused && { 'data-autofocus': true, autoFocus: true })}
      comboboxProps={{ zIndex: 400, position: 'top' }}
      data={search === '' ? [] : found.map(({ number, name }) => `${number} ${name}`)}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      onOptionSubmit={(chosen) => onChange(chosen)}
      onKeyDown={(event) => { if (event.key === 'Enter' && event.currentTarget.getAttribute('aria-activedescendant') === null) onDone(numberIn(value)) }}
    />
  )
}
