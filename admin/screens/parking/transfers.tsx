import { Button, Group, NumberInput, Text, Title } from '@mantine/core'
import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { useForm } from '../../components/use-form.ts'
import { plural, t } from '../../words/translate.ts'
import { changeCallSettings, useCallSettings } from '../wake-ups/data.ts'

/** How long a transferred call rings before it returns. */
export function Transfers() {
  const mayWrite = useCan()('extensions.write')
  const settings = useCallSettings().data
  const [editing, setEditing] = useState(false)
  if (settings === undefined) return null
  const { transferSeconds } = settings
  return (
    <Panel component="section" aria-labelledby="transfers">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} id="transfers">{t('Transferred calls')}</Title>
          <Text size="sm" c="dimmed">{transferSeconds === null ? t('They ring as long as where they were sent to says, forwards and voicemail included, and return to whoever transferred them when nobody takes them.') : plural(transferSeconds, 'They return to whoever transferred them when nobody has answered for a second.', 'They return to whoever transferred them when nobody has answered for {{count}} seconds.')}</Text>
        </div>
        {mayWrite && <Button variant="default" flex="none" leftSection={<Undo2 size={16} aria-hidden />} aria-label={t('Change when transferred calls return')} onClick={() => setEditing(true)}>{t('Change')}</Button>}
      </Group>
      <FormDrawer opened={editing} onClose={() => setEditing(false)} title={t('Transferred calls')}>
        <Fields seconds={transferSeconds} onClose={() => setEditing(false)} />
      </FormDrawer>
    </Panel>
  )
}

function Fields({ seconds, onClose }: { seconds: number | null; onClose: () => void }) {
  const form = useForm<{ transferSeconds: number | string }>({
    initial: { transferSeconds: seconds ?? '' },
    check: () => ({}),
    onSaved: onClose,
    save: async ({ transferSeconds }) => {
      await changeCallSettings({ transferSeconds: transferSeconds === '' ? null : Number(transferSeconds) })
      notify.done(t('When transferred calls return is saved.'))
    },
  })
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <NumberInput label={t('Return after')} description={t('Empty: when nobody takes the call where it was sent to. A shorter time than the mailbox waits keeps transferred calls out of it.')} min={5} max={600} allowDecimal={false} suffix=" s" placeholder={t('No limit')} value={form.values.transferSeconds} error={form.errors.transferSeconds} onChange={(value) => form.set('transferSeconds', value)} />
    </FormBody>
  )
}
