import { Autocomplete, Group, Text } from '@mantine/core'
import { useCode } from '../../app/feature-codes.ts'
import { useExtensions } from '../extensions/data.ts'
import { useApplications } from '../applications/data.ts'
import { useAttendants } from '../attendants/data.ts'
import { useConferences } from '../conferences/data.ts'
import { useSchedules } from '../hours/data.ts'
import { usePagingGroups } from '../paging/data.ts'
import { useRingGroups } from '../ring-groups/data.ts'
import { t } from '../../words/translate.ts'

interface TargetInputProps {
  label: string
  description?: string
  placeholder?: string
  required?: boolean
  /** A number of the house, a mailbox (*99102), or a number outside. */
  value: string
  error: string | undefined
  onChange: (value: string) => void
}

interface Choice {
  number: string
  name: string
}

const MOST = 20

/** Where calls go: found by name, or typed as one would dial it. */
export function TargetInput({ label, description, placeholder = t('Number or name'), required = false, value, error, onChange }: TargetInputProps) {
  const codeOf = useCode()
  const mailbox = codeOf('voicemail-leave')
  const directory = codeOf('directory-by-name')
  const wanted = value.trim().toLowerCase()
  const extensions: Choice[] = useExtensions({ ...(/^[\p{L}\p{N} ]{1,100}$/u.test(wanted) && { search: wanted }), limit: MOST }).data?.data ?? []
  const groups: [group: string, choices: Choice[]][] = [
    [t('Extensions'), extensions],
    [t('Ring groups'), useRingGroups().data ?? []],
    [t('Attendants and announcements'), useAttendants().data ?? []],
    [t('Opening hours'), useSchedules().data ?? []],
    [t('Conference rooms'), useConferences().data ?? []],
    [t('Paging groups'), (usePagingGroups().data ?? []).filter(({ fromOutside }) => fromOutside)],
    [t('Applications'), useApplications().data ?? []],
    [t('Company directory'), directory === undefined ? [] : [{ number: directory, name: t('Company directory') }]],
    [t('Voicemail'), mailbox === undefined ? [] : extensions.map(({ number, name }) => ({ number: `${mailbox}${number}`, name: t('Mailbox of {{name}}', { name }) }))],
  ]
  const names = new Map(groups.flatMap(([, choices]) => choices.map(({ number, name }) => [number, name])))
  const fits = ({ number, name }: Choice): boolean => wanted === '' || number.includes(wanted) || name.toLowerCase().includes(wanted)
  const chosen = names.get(value.trim())
  const offered = groups.map(([group, choices]) => ({ group, items: choices.filter(fits).slice(0, MOST).map(({ number }) => number) })).filter(({ items }) => items.length > 0)
  // It is typed in full: nothing is left to choose, and nothing hides the form.
  const done = offered.flatMap(({ items }) => items).every((number) => number === value.trim())
  return (
    <Autocomplete
      label={label}
      description={chosen === undefined ? description : `${description === undefined ? '' : `${description} — `}${t('Now: {{chosen}}', { chosen })}`}
      placeholder={placeholder}
      withAsterisk={required}
      required={required}
      autoComplete="off"
      value={value}
      error={error}
      onChange={onChange}
      // Fitting ones are chosen here, by name as well as by number.
      filter={({ options }) => options}
      data={done ? [] : offered}
      renderOption={({ option }) => (
        <Group gap="xs" wrap="nowrap">
          <Text span size="sm" className="numbers" fw={600}>{option.value}</Text>
          <Text span size="sm" truncate>{names.get(option.value)}</Text>
        </Group>
      )}
      comboboxProps={{ shadow: 'md' }}
      maxDropdownHeight={280}
    />
  )
}
