import { Anchor, Text } from '@mantine/core'
import { CsvImport } from '../../components/csv-import.tsx'
import { importNetworks } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

/** Many networks from a file: tried first, then added and moved. */
export function WireMapDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <CsvImport
      title={t('Import networks')} opened={opened} onClose={onClose} read={importNetworks} updatedWord="moved"
      done={({ created, updated }) => t('{{created}} added, {{updated}} moved.', { created, updated })}
      submit={() => t('Import networks')}
    >
      <Text size="sm">
        {rich('A CSV file whose first line names the columns: <b>kind</b> (bssid, switch-port or network), <b2>value</b2> and <b3>place</b3>, by its name; for a switch port <b4>chassis</b4> and <b5>port</b5> instead of a value. What is there already moves to the place that its line names; the rest stays. <anchor>Export</anchor> gives a file like this.', { b: (inside) => <b>{inside}</b>, b2: (inside) => <b>{inside}</b>, b3: (inside) => <b>{inside}</b>, b4: (inside) => <b>{inside}</b>, b5: (inside) => <b>{inside}</b>, anchor: (inside) => <Anchor inherit href="/api/v1/emergency/networks/export.csv">{inside}</Anchor> })}
      </Text>
    </CsvImport>
  )
}
