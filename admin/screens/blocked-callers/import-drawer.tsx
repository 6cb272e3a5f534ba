import { Anchor, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { CsvImport } from '../../components/csv-import.tsx'
import { importCsv } from './data.ts'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

/** Many rules from a file, such as a list of unwanted callers that others keep: tried first, then made. */
export function ImportDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [name, setName] = useState('')
  const close = () => {
    setName('')
    onClose()
  }
  return (
    <CsvImport
      title={t('Import blocked callers')} opened={opened} onClose={close} read={(csv, trial) => importCsv(csv, name.trim(), trial)}
      done={({ created, updated }) => t('{{created}} new, {{updated}} changed.', { created, updated })}
      submit={(changes) => (changes > 0 ? plural(changes, 'Import {{count}} rule', 'Import {{count}} rules') : t('Import'))}
    >
      <Text size="sm">
        {rich('A CSV file whose first line names the columns: <b>number</b>, and if wanted <b2>name</b2> (why), <b3>action</b3> and <b4>enabled</b4>, as in the <anchor>export</anchor>. A rule for that caller is changed, another one is made; what is not in the file stays. Nothing is changed before you have seen what would be.', { b: (inside) => <b>{inside}</b>, b2: (inside) => <b>{inside}</b>, b3: (inside) => <b>{inside}</b>, b4: (inside) => <b>{inside}</b>, anchor: (inside) => <Anchor inherit href="/api/v1/blocked-callers/export.csv">{inside}</Anchor> })}
      </Text>
      <TextInput label={t('Why')} description={t('Of new rules that say nothing: such as the name of the list.')} placeholder={t('Imported')} autoComplete="off" maxLength={100} value={name} onChange={(typed) => setName(typed.currentTarget.value)} />
    </CsvImport>
  )
}
