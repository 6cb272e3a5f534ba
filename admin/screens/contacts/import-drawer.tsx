import { Anchor, Text } from '@mantine/core'
import { CsvImport } from '../../components/csv-import.tsx'
import { importCsv } from './data.ts'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

/** Many contacts from a file: tried first, then saved. */
export function ImportDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <CsvImport
      title={t('Import contacts')} opened={opened} onClose={onClose} read={importCsv}
      done={({ created, updated }) => t('Imported: {{created}} new, {{updated}} changed.', { created, updated })}
      submit={(changes) => (changes > 0 ? plural(changes, 'Import {{count}} contact', 'Import {{count}} contacts') : t('Import'))}
    >
      <Text size="sm">
        {rich('A CSV file as a spreadsheet or a CRM saves it. Its first line names the columns: <b>name</b>, and any of those of the <anchor>export</anchor>, such as company, number1, label1. A contact is known by its externalId, or else by its name and one of its numbers. Nothing is changed before you have seen what would be.', { b: (inside) => <b>{inside}</b>, anchor: (inside) => <Anchor inherit href="/api/v1/contacts/export.csv">{inside}</Anchor> })}
      </Text>
    </CsvImport>
  )
}
