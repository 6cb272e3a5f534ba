import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { useCan } from '../../app/session.tsx'
import type { Extension } from '../../app/types.ts'
import { useExtension, useExtensions } from '../extensions/data.ts'
import { t } from '../../words/translate.ts'

function option({ id, number, name }: Extension): { value: string; label: string } {
  return { value: id, label: `${number} ${name}` }
}

/** Picks an extension by typing part of its number or name. */
export function ExtensionFilter({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const can = useCan()
  if (!can('extensions.read')) return null
  return value === '' ? <Picker chosen={undefined} onChange={onChange} /> : <Chosen id={value} onChange={onChange} />
}

function Chosen({ id, onChange }: { id: string; onChange: (id: string) => void }) {
  const query = useExtension(id)
  // A deleted extension still has its calls: the filter stays and can be cleared.
  return <Picker chosen={query.data === undefined ? { value: id, label: query.isError ? t('Deleted extension') : '…' } : option(query.data)} onChange={onChange} />
}

function Picker({ chosen, onChange }: { chosen: { value: string; label: string } | undefined; onChange: (id: string) => void }) {
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed === chosen?.label ? '' : typed, 200)
  const found = useExtensions({ search, limit: 20 })
  const options = (found.data?.data ?? []).map(option)
  if (chosen !== undefined && !options.some(({ value }) => value === chosen.value)) options.unshift(chosen)
  return (
    <Select
      aria-label={t('Extension')}
      placeholder={t('Any extension')}
      searchable
      clearable
      data={options}
      filter={({ options: all }) => all}
      nothingFoundMessage={t('No extension found')}
      value={chosen?.value ?? null}
      onChange={(value) => onChange(value ?? '')}
      onSearchChange={setTyped}
      w={{ base: '100%', xs: 200 }}
    />
  )
}
