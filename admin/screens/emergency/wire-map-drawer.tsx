import { Anchor, Text } from '@mantine/core'
import { CsvImport } from '../../components/csv-import.tsx'
import { importNetworks } from './data.ts'

/** Many networks from a file: tried first, then added and moved. */
export function WireMapDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <CsvImport
      title="Import networks" opened={opened} onClose={onClose} read={importNetworks} updatedWord="moved"
      done={({ created, updated }) => `${created} added, ${updated} moved.`}
      submit={() => 'Import networks'}
    >
      <Text size="sm">
        A CSV file whose first line names the columns: <b>kind</b> (bssid, switch-port or network), <b>value</b> and <b>place</b>, by its name; for a switch port <b>chassis</b> and <b>port</b> instead of a value.
        What is there already moves to the place that its line names; the rest stays. <Anchor inherit href="/api/v1/emergency/networks/export.csv">Export</Anchor> gives a file like this.
      </Text>
    </CsvImport>
  )
}
