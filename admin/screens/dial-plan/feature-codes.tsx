import { ActionIcon, Button, Checkbox, Code, Group, Skeleton, Table, Text, TextInput, Title, VisuallyHidden } from '@mantine/core'
import { Pencil, Printer } from 'lucide-react'
import { useState } from 'react'
import { useFeatureCodes } from '../../app/feature-codes.ts'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { FeatureCode } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { ErrorState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { useForm } from '../../components/use-form.ts'
import { changeFeatureCode, restoreFeatureCode } from './data.ts'

/** The codes that phones dial, for reading, printing and changing. */
export function FeatureCodes() {
  const query = useFeatureCodes()
  const can = useCan()
  const [editing, setEditing] = useState<FeatureCode | null>(null)
  const mayWrite = can('extensions.write')
  return (
    <Panel component="section" aria-labelledby="codes">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="codes">Feature codes</Title>
        <Button variant="default" size="xs" leftSection={<Printer size={14} aria-hidden />} onClick={() => window.print()}>Print</Button>
      </Group>
      <Text size="sm" c="dimmed" mb="sm">Dialled from any phone, for its own extension. The phone says that it is done.</Text>
      {query.isError && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.data === undefined && !query.isError && <Skeleton height={240} aria-label="Loading" />}
      {query.data !== undefined && (
        <Table>
          <Table.Thead><Table.Tr><Table.Th w={180}>Dial</Table.Th><Table.Th>What it does</Table.Th>{mayWrite && <Table.Th w={60}><VisuallyHidden>Change</VisuallyHidden></Table.Th>}</Table.Tr></Table.Thead>
          <Table.Tbody>
            {query.data.map((one) => (
              <Table.Tr key={one.action}>
                <Table.Td>{one.enabled ? <Code>{one.code}{one.takesNumber && ' number'}</Code> : <StatusDot label="Turned off" tone="quiet" />}</Table.Td>
                <Table.Td>{one.does}{one.code !== one.customary && <Text span inherit c="dimmed"> (customarily {one.customary})</Text>}</Table.Td>
                {mayWrite && <Table.Td><ActionIcon aria-label={`Change the code for: ${one.does}`} onClick={() => setEditing(one)}><Pencil size={16} aria-hidden /></ActionIcon></Table.Td>}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <FormDrawer opened={editing !== null} onClose={() => setEditing(null)} title="Change a feature code">
        {editing !== null && <Fields current={editing} onClose={() => setEditing(null)} />}
      </FormDrawer>
    </Panel>
  )
}

function Fields({ current, onClose }: { current: FeatureCode; onClose: () => void }) {
  const { action, does, customary, takesNumber } = current
  const form = useForm({
    initial: { code: current.code, enabled: current.enabled },
    check: ({ code, enabled }): Record<string, string> => (enabled && !/^\*[0-9*]{1,4}$/.test(code.trim()) ? { code: 'A * and one to four digits, such as *78.' } : {}),
    onSaved: onClose,
    save: async ({ code, enabled }) => {
      await changeFeatureCode(action, { code: code.trim(), enabled })
      notify.done(enabled ? `${code.trim()} is the code now.` : 'The code is turned off.')
    },
  })
  const restore = async (): Promise<void> => {
    try {
      await restoreFeatureCode(action)
      notify.done(`${customary} is the code again.`)
      onClose()
    } catch (error) {
      notify.failed(error)
    }
  }
  const { values, errors, set } = form
  return (
    <FormBody submit="Save" onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text fw={600}>{does}</Text>
      <TextInput label="Code" description={`A * and one to four digits${takesNumber ? '; the number is dialled behind it' : ''}. Customarily ${customary}. Speed dials and lamps on phones that use the old code must be changed, too.`} withAsterisk required autoComplete="off" data-autofocus value={values.code} error={errors.code} onChange={(change) => set('code', change.currentTarget.value)} />
      <Checkbox label="Turned on" description="While off, phones that dial it are told that there is no such number." checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
      {(current.code !== customary || !current.enabled) && <Button variant="default" w="fit-content" onClick={() => void restore()}>Back to {customary}</Button>}
    </FormBody>
  )
}
