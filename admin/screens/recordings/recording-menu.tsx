import { ActionIcon, Menu, Text, TextInput } from '@mantine/core'
import { AudioLines, Download, EllipsisVertical, Lock, LockOpen, Route, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCan } from '../../app/session.tsx'
import type { Recording } from '../../app/types.ts'
import { Confirm } from '../../components/confirm.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { partyName } from '../../words/call.ts'
import { downloadOf, hold, release, removeRecording, wavOf } from './data.ts'
import { t } from '../../words/translate.ts'

/** What can be done with a recording. */
export function RecordingMenu({ recording, onDeleted, call = true }: { recording: Recording; onDeleted?: () => void; call?: boolean }) {
  const can = useCan()
  const [asking, setAsking] = useState<'delete' | 'hold' | 'release' | null>(null)
  const name = `${partyName(recording.from)} → ${partyName(recording.to)}`
  const close = () => setAsking(null)
  const held = recording.hold !== null
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target><ActionIcon aria-label={t('Actions for the recording {{name}}', { name })}><EllipsisVertical size={16} aria-hidden /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          {recording.stored && can('recordings.read') && (
            <>
              <Menu.Item component="a" href={downloadOf(recording.id)} leftSection={<Download size={16} aria-hidden />}>{t('Download (Ogg Opus)')}</Menu.Item>
              <Menu.Item component="a" href={wavOf(recording.id)} leftSection={<AudioLines size={16} aria-hidden />}>{t('Download as WAV')}</Menu.Item>
            </>
          )}
          {call && can('calls.read') && <Menu.Item component={Link} href={`/calls/${recording.callId}`} leftSection={<Route size={16} aria-hidden />}>{t('The call')}</Menu.Item>}
          {recording.deleted === null && can('recordings.write') && (
            <Menu.Item leftSection={held ? <LockOpen size={16} aria-hidden /> : <Lock size={16} aria-hidden />} onClick={() => setAsking(held ? 'release' : 'hold')}>{held ? t('Lift the legal hold') : t('Legal hold')}</Menu.Item>
          )}
          {recording.deleted === null && recording.status !== 'recording' && can('recordings.delete') && (
            <Menu.Item color="red" disabled={held} leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setAsking('delete')}>{t('Delete')}</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm opened={asking === 'delete'} onClose={close} title={t('Delete this recording?')} confirm={t('Delete')} onConfirm={() => removeRecording(recording.id)} done={t('The recording is deleted.')} {...(onDeleted !== undefined && { onDone: onDeleted })}>
        {t('The sound of {{name}} is removed for good. A line that says who deleted it stays.', { name })}
      </Confirm>
      <Confirm opened={asking === 'release'} onClose={close} title={t('Lift the legal hold?')} confirm={t('Lift')} danger={false} onConfirm={() => release(recording.id)} done={t('The hold is lifted.')}>
        {t('From then on it is deleted when its time is over, and people may delete it. It was held by {{by}}: {{reason}}', { by: recording.hold?.by ?? '', reason: recording.hold?.reason ?? '' })}
      </Confirm>
      <FormDrawer opened={asking === 'hold'} onClose={close} title={t('Legal hold')}>
        <HoldForm id={recording.id} onClose={close} />
      </FormDrawer>
    </>
  )
}

function HoldForm({ id, onClose }: { id: string; onClose: () => void }) {
  const form = useForm<{ reason: string }>({
    initial: { reason: '' },
    check: (values): Record<string, string> => (values.reason.trim() === '' ? { reason: t('Say what for: whoever finds it later must know.') } : {}),
    onSaved: onClose,
    save: (values) => hold(id, values.reason),
  })
  return (
    <FormBody submit={t('Hold')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm" c="dimmed">{t('It is kept until the hold is lifted, whatever the settings say, and nobody can delete it.')}</Text>
      <TextInput label={t('Reason')} description={t('A case number, for example.')} withAsterisk required data-autofocus autoComplete="off" maxLength={200} value={form.values.reason} error={form.errors.reason} onChange={(change) => form.set('reason', change.currentTarget.value)} />
    </FormBody>
  )
}
