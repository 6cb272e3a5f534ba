import { Select } from '@mantine/core'
import { useState } from 'react'
import { useExtension, useExtensions } from './data.ts'
import { t } from '../../words/translate.ts'

interface ExtensionSelectProps {
  label: string
  description: string
  /** Empty: none. */
  value: string
  error: string | undefined
  onChange: (id: string) => void
  /** It may be left empty. */
  optional?: boolean
}

/** Chooses an extension by number or name, however many there are. */
export function ExtensionSelect({ label, description, value, error, onChange, optional = false }: ExtensionSelectProps) {
  const [search, setSearch] = useState('')
  const found = useExtensions({ search, limit: 20 }).data?.data ?? []
  const chosen = useExtension(value).data
  const rows = chosen === undefined || found.some(({ id }) => id === chosen.id) ? found : [chosen, ...found]
  return (
    <Select label={label} description={description} placeholder={t('Number or name')} withAsterisk={!optional} clearable={optional} clearButtonProps={{ 'aria-label': t('No {{label}}', { label: label.toLowerCase() }) }} searchable searchValue={search} onSearchChange={setSearch} filter={({ options }) => options} data={rows.map(({ id, number, name }) => ({ value: id, label: `${number} ${name}` }))} value={value === '' ? null : value} error={error} onChange={(id) => onChange(id ?? '')} nothingFoundMessage={t('No such extension.')} />
  )
}
