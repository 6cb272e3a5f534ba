import { Alert, Anchor, Button, Drawer, FileInput, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { Faults } from '../../components/faults.tsx'
import { Problem } from '../../components/states.tsx'
import { importCsv } from './data.ts'

/** Many rules from a file, such as a list of unwanted callers that others keep: tried first, then made. */
export function ImportDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Drawer opened={opened} onClose={onClose} title={<Text fw={650} fz="lg" span>Import blocked callers</Text>}>
      {opened && <Steps onClose={onClose} />}
    </Drawer>
  )
}

function Steps({ onClose }: { onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null)
  const [name, setName] = useState('')
  const check = useMutation({ mutationFn: async (chosen: File) => importCsv(await chosen.text(), name.trim(), true) })
  const carryOut = useMutation({
    mutationFn: async (chosen: File) => importCsv(await chosen.text(), name.trim(), false),
    onSuccess: ({ created, updated, errors }) => {
      if (errors.length > 0) return
      notify.done(`${created} new, ${updated} changed.`)
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
        A CSV file whose first line names the columns: <b>number</b>, and if wanted <b>name</b> (why), <b>action</b> and <b>enabled</b>, as in the <Anchor inherit href="/api/v1/blocked-callers/export.csv">export</Anchor>.
        A rule for that caller is changed, another one is made; what is not in the file stays. Nothing is changed before you have seen what would be.
      </Text>
      <TextInput label="Why" description="Of new rules that say nothing: such as the name of the list." placeholder="Imported" autoComplete="off" maxLength={100} value={name} onChange={(typed) => setName(typed.currentTarget.value)} />
      <FileInput label="File" placeholder="Choose a CSV file" accept=".csv,text/csv" clearable value={file} onChange={choose} disabled={carryOut.isPending} />
      {check.isPending && <Text size="sm" c="dimmed" role="status">Looking at the file…</Text>}
      <Problem error={check.error ?? carryOut.error} />
      {report !== undefined && (report.errors.length > 0 ? <Faults errors={report.errors} /> : (
        <Alert icon={<CircleCheck size={18} aria-hidden />} color="green" role="status">
          {changes === 0 ? 'Everything in this file is so already.' : `${report.created} new, ${report.updated} changed, ${report.unchanged} as they are.`}
        </Alert>
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>Cancel</Button>
        <Button disabled={file === null || report === undefined || report.errors.length > 0 || changes === 0} loading={carryOut.isPending} onClick={() => file !== null && carryOut.mutate(file)}>
          {changes > 0 ? `Import ${changes} ${changes === 1 ? 'rule' : 'rules'}` : 'Import'}
        </Button>
      </Group>
    </Stack>
  )
}
