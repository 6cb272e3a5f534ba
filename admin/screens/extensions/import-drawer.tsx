import { Alert, Anchor, Button, Drawer, FileInput, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck, Download, KeyRound } from 'lucide-react'
import { useState } from 'react'
import type { ExtensionImportReport } from '../../client/index.ts'
import { Faults } from '../../components/faults.tsx'
import { Problem } from '../../components/states.tsx'
import { importCsv } from './data.ts'
import { rich } from '../../words/rich.ts'
import { plural, t } from '../../words/translate.ts'

const EXAMPLE = 'number,name,deviceName,ringSeconds,forwardNoAnswer\r\n101,Anna Berg,Desk phone,20,102\r\n102,Ben Carter,,,\r\n'

function save(name: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

/** Many extensions from a file: tried first, then made, then the passwords of their phones, this once. */
export function ImportDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const [held, setHeld] = useState(false)
  // Closed by mistake, the passwords would be gone.
  return (
    <Drawer opened={opened} onClose={() => !held && onClose()} closeOnClickOutside={!held} withCloseButton={!held} title={<Text fw={650} fz="lg" span>{t('Import extensions')}</Text>}>
      {opened && <Steps onHold={setHeld} onClose={onClose} />}
    </Drawer>
  )
}

function Steps({ onHold, onClose }: { onHold: (held: boolean) => void; onClose: () => void }) {
  const [file, setFile] = useState<File | null>(null)
  const [done, setDone] = useState<ExtensionImportReport | null>(null)
  const check = useMutation({ mutationFn: async (chosen: File) => importCsv(await chosen.text(), true) })
  const carryOut = useMutation({
    mutationFn: async (chosen: File) => importCsv(await chosen.text(), false),
    onSuccess: (report) => {
      setDone(report)
      onHold(report.credentials.length > 0)
    },
  })
  const choose = (chosen: File | null) => {
    setFile(chosen)
    check.reset()
    carryOut.reset()
    if (chosen !== null) check.mutate(chosen)
  }
  if (done !== null && done.errors.length === 0) return <Done report={done} onClose={() => (onHold(false), onClose())} />
  const report = done ?? check.data
  const changes = report === undefined ? 0 : report.created + report.updated
  return (
    <Stack gap="md">
      <Text size="sm">
        {rich('A CSV file as a spreadsheet saves it. Its first line names the columns: <b>number</b> and <b2>name</b2>, and any of those of the <anchor>export</anchor>. An extension with that number is changed, another one is made with a phone. Nothing is changed before you have seen what would be.', { b: (inside) => <b>{inside}</b>, b2: (inside) => <b>{inside}</b>, anchor: (inside) => <Anchor inherit href="/api/v1/extensions/export.csv">{inside}</Anchor> })}
      </Text>
      <Group><Button variant="default" size="xs" leftSection={<Download size={14} aria-hidden />} onClick={() => save('extensions-example.csv', EXAMPLE)}>{t('Example file')}</Button></Group>
      <FileInput label={t('File')} placeholder={t('Choose a CSV file')} accept=".csv,text/csv" clearable value={file} onChange={choose} disabled={carryOut.isPending} />
      {check.isPending && <Text size="sm" c="dimmed" role="status">{t('Looking at the file…')}</Text>}
      <Problem error={check.error ?? carryOut.error} />
      {report !== undefined && (report.errors.length > 0 ? <Faults errors={report.errors} /> : (
        <Alert icon={<CircleCheck size={18} aria-hidden />} color="green" role="status">
          {changes === 0 ? t('Everything in this file is so already.') : t('{{created}} new, {{updated}} changed, {{unchanged}} as they are.', { created: report.created, updated: report.updated, unchanged: report.unchanged })}
        </Alert>
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>{t('Cancel')}</Button>
        <Button disabled={file === null || check.data === undefined || check.data.errors.length > 0 || changes === 0} loading={carryOut.isPending} onClick={() => file !== null && carryOut.mutate(file)}>
          {changes > 0 ? plural(changes, 'Import {{count}} extension', 'Import {{count}} extensions') : t('Import')}
        </Button>
      </Group>
    </Stack>
  )
}

function Done({ report: { created, updated, credentials }, onClose }: { report: ExtensionImportReport; onClose: () => void }) {
  const [saved, setSaved] = useState(false)
  const lines = credentials.map(({ number, name, username, password }) => [number, name, username, password].map(quoted).join(','))
  return (
    <Stack gap="md">
      <Alert icon={<CircleCheck size={18} aria-hidden />} color="green" role="status">{t('{{created}} made, {{updated}} changed.', { created, updated })}</Alert>
      {credentials.length > 0 && (
        <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">
          <Stack gap="sm" align="flex-start">
            <span>{t('The passwords of the new phones can be saved only now. Keep the file somewhere safe, and delete it when the phones are set up.')}</span>
            <Button leftSection={<Download size={16} aria-hidden />} onClick={() => (save('phone-passwords.csv', ['number,name,username,password', ...lines, ''].join('\r\n')), setSaved(true))}>{t('Save passwords')}</Button>
          </Stack>
        </Alert>
      )}
      <Group justify="flex-end"><Button variant="default" disabled={credentials.length > 0 && !saved} onClick={onClose}>{t('Close')}</Button></Group>
    </Stack>
  )
}

/** One cell; a name that a spreadsheet would calculate is shown as it is. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
