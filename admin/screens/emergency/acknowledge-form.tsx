import { Textarea } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import type { EmergencyCall } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { partyName } from '../../words/call.ts'
import { acknowledge } from './data.ts'
import { t } from '../../words/translate.ts'

/** Says that somebody looks after a call for help: nobody else is told any more. */
export function AcknowledgeForm({ call, onClose }: { call: EmergencyCall | null; onClose: () => void }) {
  return <FormDrawer opened={call !== null} onClose={onClose} title={t('Call for help of {{caller}}', { caller: call === null ? '' : partyName(call.caller) })}>{call !== null && <Fields id={call.id} onClose={onClose} />}</FormDrawer>
}

function Fields({ id, onClose }: { id: string; onClose: () => void }) {
  const form = useForm({
    initial: { note: '' },
    onSaved: onClose,
    save: async ({ note }) => {
      await acknowledge(id, note.trim())
      notify.done(t('It is noted that you look after it.'))
    },
  })
  return (
    <FormBody submit={t('I look after it')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Textarea label={t('Note')} description={t('What is done, for those who ask later.')} data-autofocus autosize minRows={3} maxLength={500} value={form.values.note} error={form.errors.note} onChange={(change) => form.set('note', change.currentTarget.value)} />
    </FormBody>
  )
}
