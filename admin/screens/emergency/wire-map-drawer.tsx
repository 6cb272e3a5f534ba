import { Alert, Anchor, Button, Drawer, FileInput, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { Faults } from '../../components/faults.tsx'
import { Problem } from '../../components/states.tsx'
import { readWireMap, tryWireMap } from './data.ts'

/** Many networks from a file: tried first, then added and moved. */
export function WireMapDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer opened={opened} onClose={onClose} title={<Text fw={650} fz="lg" span>Import networks</Text>}>
      {opened && <Steps onClose={onClose} />}
    </Drawer>
  )
}

function Steps({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null)
  const check = useMutation({ mutationFn: async (chosen: File) => tryWireMap(await chosen.text()) })
  const carryOut = useMutation({
    mutationFn: async (chosen: File) => readWireMap(await chosen.text()),
    onSuccess: ({ created, updated, errors }) => {
      if (errors.length > 0) return
      notify.done(`${created} added, ${updated} moved.`)
      onClose()
    },
  })
  const choose = (chosen: File | null) => {
    setFile(chosen)
    check.reset()
    carryOut.reset()
    if (chosen !== null) check.mutate(chosen)
  }
  const report = carryOut.data ?? check.data
  const changes = report === undefined ? 0 : report.created + report.updated
  return (
    <Stack gap="md">
      <Text size="sm">
        A CSV file whose first line names the columns: <b>kind</b> (bssid, switch-port or network), <b>value</b> and <b>place</b>, by its name; for a switch port <b>chassis</b> and <b>port</b> instead of a value.
        What is there already moves to the place that its line names; the rest stays. <Anchor inherit href="/api/v1/emergency/networks/export.csv">Export</Anchor> gives a file like this.
      </Text>
      <FileInput label="File" placeholder="Choose a CSV file" accept=".csv,text/csv" clearable value={file} onChange={choose} disabled={carryOut.isPending} />
      {check.isPending && <Text size="sm" c="dimmed" role="status">Looking at the file…</Text>}
      <Problem error={check.error ?? carryOut.error} />
      {report !== undefined && (report.errors.length > 0 ? <Faults errors={report.errors} /> : (
        <Alert icon={<CircleCheck size={18} aria-hidden />} color="green" role="status">
          {changes === 0 ? 'Everything in this file is so already.' : `${report.created} new, ${report.updated} moved, ${report.unchanged} as they are.`}
        </Alert>
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>Cancel</Button>
        <Button disabled={file === null || report === undefined || report.errors.length > 0 || changes === 0} loading={carryOut.isPending} onClick={() => file !== null && carryOut.mutate(file)}>Import networks</Button>
      </Group>
    </Stack>
  )
}
