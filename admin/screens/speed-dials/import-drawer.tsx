import { Anchor, Text } from '@mantine/core'
import { CsvImport } from '../../components/csv-import.tsx'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'
import { importCsv } from './data.ts'

/** Many speed dials from a file: tried first, then made. */
export function ImportDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <CsvImport
      title={t('Import speed dials')} opened={opened} onClose={onClose} read={importCsv}
      done={({ created, updated }) => t('{{created}} new, {{updated}} changed.', { created, updated })}
      submit={(changes) => (changes > 0 ? plural(changes, 'Import {{count}} speed dial', 'Import {{count}} speed dials') : t('Import'))}
    >
      <Text size="sm">
        {rich('A CSV file whose first line names the columns <b>number</b>, <b2>name</b2> and <b3>target</b3>, as in the <anchor>export</anchor>. A speed dial with that number is changed, another one is made; what is not in the file stays. Nothing is changed before you have seen what would be.', { b: (inside) => <b>{inside}</b>, b2: (inside) => <b>{inside}</b>, b3: (inside) => <b>{inside}</b>, anchor: (inside) => <Anchor inherit href="/api/v1/speed-dials/export.csv">{inside}</Anchor> })}
      </Text>
    </CsvImport>
  )
}
