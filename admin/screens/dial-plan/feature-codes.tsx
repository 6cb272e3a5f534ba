import { ActionIcon, Button, Checkbox, Code, Group, Skeleton, Table, Text, TextInput, Title, VisuallyHidden } from '@mantine/core'
import { Pencil, Printer } from 'lucide-react'
import { useState } from 'react'
import { useCode, useFeatureCodes } from '../../app/feature-codes.ts'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { FeatureCode } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { ErrorState } from '../../components/states.tsx'
import { StatusDot } from '../../components/status.tsx'
import { useForm } from '../../components/use-form.ts'
import { changeFeatureCode, restoreFeatureCode } from './data.ts'
import { sentences, t } from '../../words/translate.ts'

/** The codes that phones dial, for reading, printing and changing. */
export function FeatureCodes() {
  const query = useFeatureCodes()
  const can = useCan()
  const [editing, setEditing] = useState<FeatureCode | null>(null)
  const mayWrite = can('extensions.write')
  const leave = useCode()('voicemail-leave')
  return (
    <Panel component="section" aria-labelledby="codes">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="codes">{t('Feature codes')}</Title>
        <Button variant="default" size="xs" leftSection={<Printer size={14} aria-hidden />} onClick={() => window.print()}>{t('Print')}</Button>
      </Group>
      <Text size="sm" c="dimmed" mb="sm">{t('Dialled from any phone, for its own extension. The phone says that it is done.')}</Text>
      {query.isError && <ErrorState error={query.error} retry={() => void query.refetch()} />}
      {query.data === undefined && !query.isError && <Skeleton height={240} aria-label={t('Loading')} />}
      {query.data !== undefined && (
        <>
          <Codes caption={t('Dialled')} codes={query.data.filter(({ inCall }) => !inCall)} onEdit={mayWrite ? setEditing : null} />
          <Title order={3} mt="md" mb="xs">{t('While talking')}</Title>
          <Text size="sm" c="dimmed" mb="sm">{t('Typed in a call by phones of this house, never by callers from outside. A # or a pause ends the number.')} {leave === undefined ? t('Any number will do: that of a park lot parks the call and tells the slot.') : t('Any number will do: that of a park lot parks the call and tells the slot, {{leave}} and an extension leads to its voicemail.', { leave })} {t('When nobody answers, the call comes back.')}</Text>
          <Codes caption={t('While talking')} codes={query.data.filter(({ inCall }) => inCall)} onEdit={mayWrite ? setEditing : null} />
        </>
      )}
      <FormDrawer opened={editing !== null} onClose={() => setEditing(null)} title={t('Change a feature code')}>
        {editing !== null && <Fields current={editing} onClose={() => setEditing(null)} />}
      </FormDrawer>
    </Panel>
  )
}

function Codes({ caption, codes, onEdit }: { caption: string; codes: readonly FeatureCode[]; onEdit: ((code: FeatureCode) => void) | null }) {
  return (
    <Table aria-label={caption}>
      <Table.Thead><Table.Tr><Table.Th w={180}>{t('Dial')}</Table.Th><Table.Th>{t('What it does')}</Table.Th>{onEdit && <Table.Th w={60}><VisuallyHidden>{t('Change')}</VisuallyHidden></Table.Th>}</Table.Tr></Table.Thead>
      <Table.Tbody>
        {codes.map((one) => (
          <Table.Tr key={one.action}>
            <Table.Td>{one.enabled ? <Code>{one.code}{one.takesNumber && ' number'}</Code> : <StatusDot label={t('Turned off')} tone="quiet" />}</Table.Td>
            <Table.Td>{one.does}{one.code !== one.customary && <Text span inherit c="dimmed"> {t('(customarily {{customary}})', { customary: one.customary })}</Text>}</Table.Td>
            {onEdit && <Table.Td><ActionIcon aria-label={t('Change the code for: {{does}}', { does: one.does })} onClick={() => onEdit(one)}><Pencil size={16} aria-hidden /></ActionIcon></Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Fields({ current, onClose }: { current: FeatureCode; onClose: () => void }) {
  const { action, does, customary, takesNumber, inCall } = current
  const shape = inCall ? t('A * or # and one to three of the keys 0-9, * and #') : t('A * and one to four digits')
  const form = useForm({
    initial: { code: current.code, enabled: current.enabled },
    check: ({ code, enabled }): Record<string, string> => (enabled && !(inCall ? /^[*#][0-9*#]{1,3}$/ : /^\*[0-9*]{1,4}$/).test(code.trim()) ? { code: t('{{shape}}, such as {{customary}}.', { shape, customary }) } : {}),
    onSaved: onClose,
    save: async ({ code, enabled }) => {
      await changeFeatureCode(action, { code: code.trim(), enabled })
      notify.done(enabled ? t('{{code}} is the code now.', { code: code.trim() }) : t('The code is turned off.'))
    },
  })
  const restore = async (): Promise<void> => {
    try {
      await restoreFeatureCode(action)
      notify.done(t('{{customary}} is the code again.', { customary }))
      onClose()
    } catch (error) {
      notify.failed(error)
    }
  }
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text fw={600}>{does}</Text>
      <TextInput label={t('Code')} description={sentences(takesNumber ? t('{{shape}}; the number is dialled behind it. Customarily {{customary}}.', { shape, customary }) : t('{{shape}}. Customarily {{customary}}.', { shape, customary }), t('Speed dials and lamps on phones that use the old code must be changed, too.'))} withAsterisk required autoComplete="off" data-autofocus value={values.code} error={errors.code} onChange={(change) => set('code', change.currentTarget.value)} />
      <Checkbox label={t('Turned on')} description={inCall ? t('While off, these are keys like any other, which the other side hears.') : t('While off, phones that dial it are told that there is no such number.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
      {(current.code !== customary || !current.enabled) && <Button variant="default" w="fit-content" onClick={() => void restore()}>{t('Back to {{customary}}', { customary })}</Button>}
    </FormBody>
  )
}
