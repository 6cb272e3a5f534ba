import { Select } from '@mantine/core'
import { useState } from 'react'
import { useExtensions } from '../extensions/data.ts'
import { t } from '../../words/translate.ts'

export type Person = { kind: 'extension'; id: string; number: string } | { kind: 'outside'; number: string }

interface PersonInputProps {
  label: string
  description: string
  /** Extensions alone. */
  inside?: boolean
  /** Who is chosen already. */
  taken: (person: Person) => boolean
  nothingFound: string
  error: string | undefined
  onChoose: (person: Person) => void
}

/** Somebody to ring: an extension by number or name, or a number outside. */
export function PersonInput({ label, description, inside = false, taken, nothingFound, error, onChoose }: PersonInputProps) {
  const [search, setSearch] = useState('')
  const found = useExtensions({ search, limit: 20 })
  const extensions = (found.data?.data ?? []).map(({ id, number, name }) => ({ person: { kind: 'extension', id, number } as Person, label: `${number} ${name}` }))
  const number = inside ? undefined : outsideNumber(search)
  const outside = number === undefined ? [] : [{ person: { kind: 'outside', number } as Person, label: t('Call {{number}} outside', { number }) }]
  const choices = [...extensions, ...outside].filter(({ person }) => !taken(person))
  return (
    <Select
      label={label}
      description={description}
      placeholder={inside ? t('Extension or name') : t('Extension, name or outside number')}
      searchable
      value={null}
      searchValue={search}
      onSearchChange={setSearch}
      data={choices.map(({ label: value }) => value)}
      filter={({ options }) => options}
      nothingFoundMessage={nothingFound}
      error={error}
      onChange={(value) => {
        const chosen = choices.find((choice) => choice.label === value)
        if (chosen) onChoose(chosen.person)
        setSearch('')
      }}
    />
  )
}

/** What may be called outside; undefined for anything else. */
function outsideNumber(text: string): string | undefined {
  const number = text.trim().replace(/[\s.()-]/g, '')
  return /^\+?[0-9]{5,20}$/.test(number) ? number : undefined
}
