import { Alert, Button, Drawer, FileInput, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { notify } from '../app/notify.ts'
import { Faults } from './faults.tsx'
import { Problem } from './states.tsx'
import { t } from '../words/translate.ts'

interface Report {
  created: number
  updated: number
  unchanged: number
  errors: ComponentProps<typeof Faults>['errors']
}

interface CsvImportProps {
  title: string
  opened: boolean
  onClose: () => void
  /** What the file looks like, and fields that go with it. */
  children: ReactNode
  /** `trial`: only says what would happen. */
  read: (csv: string, trial: boolean) => Promise<Report>
  /** What became of what was there before. */
  updatedWord?: string
  done: (report: Report) => string
  /** On the button; `changes` 0: nothing is to be done, or not yet known. */
  submit: (changes: number) => string
}

/** Many at once from a CSV file: tried first, then made and changed. */
export function CsvImport({ title, opened, onClose, ...rest }: CsvImportProps) {
  return (
    <Drawer opened={opened} onClose={onClose} title={<Text fw={650} fz="lg" span>{title}</Text>}>
      {opened && <Steps onClose={onClose} {...rest} />}
    </Drawer>
  )
}

function Steps({ onClose, children, read, updatedWord = 'changed', done, submit }: Omit<CsvImportProps, 'title' | 'opened'>) {
  const [file, setFile] = useState<File | null>(null)
  const check = useMutation({ mutationFn: async (chosen: File) => read(await chosen.text(), true) })
  const carryOut = useMutation({
    mutationFn: async (chosen: File) => read(await chosen.text(), false),
    onSuccess: (report) => {
      if (report.errors.length > 0) return
      notify.done(done(report))
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
      {children}
      <FileInput label={t('File')} placeholder={t('Choose a CSV file')} accept=".csv,text/csv" clearable value={file} onChange={choose} disabled={carryOut.isPending} />
      {check.isPending && <Text size="sm" c="dimmed" role="status">{t('Looking at the file…')}</Text>}
      <Problem error={check.error ?? carryOut.error} />
      {report !== undefined && (report.errors.length > 0 ? <Faults errors={report.errors} /> : (
        <Alert icon={<CircleCheck size={18} aria-hidden />} color="green" role="status">
          {changes === 0 ? t('Everything in this file is so already.') : t('{{created}} new, {{updated}} {{updatedWord}}, {{unchanged}} as they are.', { created: report.created, updated: report.updated, updatedWord, unchanged: report.unchanged })}
        </Alert>
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>{t('Cancel')}</Button>
        <Button disabled={file === null || report === undefined || report.errors.length > 0 || changes === 0} loading={carryOut.isPending} onClick={() => file !== null && carryOut.mutate(file)}>{submit(changes)}</Button>
      </Group>
    </Stack>
  )
}
