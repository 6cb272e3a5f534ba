import { Anchor, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { CsvImport } from '../../components/csv-import.tsx'
import { importCsv } from './data.ts'

/** Many rules from a file, such as a list of unwanted callers that others keep: tried first, then made. */
export function ImportDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [name, setName] = useState('')
  const close = () => {
    setName('')
    onClose()
  }
  return (
    <CsvImport
      title="Import blocked callers" opened={opened} onClose={close} read={(csv, trial) => importCsv(csv, name.trim(), trial)}
      done={({ created, updated }) => `${created} new, ${updated} changed.`}
      submit={(changes) => (changes > 0 ? `Import ${changes} ${changes === 1 ? 'rule' : 'rules'}` : 'Import')}
    >
      <Text size="sm">
        A CSV file whose first line names the columns: <b>number</b>, and if wanted <b>name</b> (why), <b>action</b> and <b>enabled</b>, as in the <Anchor inherit href="/api/v1/blocked-callers/export.csv">export</Anchor>.
        A rule for that caller is changed, another one is made; what is not in the file stays. Nothing is changed before you have seen what would be.
      </Text>
      <TextInput label="Why" description="Of new rules that say nothing: such as the name of the list." placeholder="Imported" autoComplete="off" maxLength={100} value={name} onChange={(typed) => setName(typed.currentTarget.value)} />
    </CsvImport>
  )
}
