import { NativeSelect, NumberInput } from '@mantine/core'
import { numberOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { PageLoader } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import type { RecordingSettings } from '../../client/index.ts'
import { changeSettings, useRecordingSettings } from './data.ts'
import { t } from '../../words/translate.ts'

/** How long recordings are kept, and what people hear of being recorded. */
export function RecordingSettingsForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const settings = useRecordingSettings()
  return (
    <FormDrawer opened={opened} onClose={onClose} title={t('Recording settings')}>
      {settings.data === undefined ? <PageLoader /> : <Fields settings={settings.data} onClose={onClose} />}
    </FormDrawer>
  )
}

function Fields({ settings, onClose }: { settings: RecordingSettings; onClose: () => void }) {
  const form = useForm<{ days: number | string; notice: RecordingSettings['notice'] }>({
    initial: { days: settings.days ?? '', notice: settings.notice },
    check: () => ({}),
    onSaved: onClose,
    save: async ({ days, notice }) => {
      await changeSettings({ days: numberOrNull(days), notice })
      notify.done(t('The recording settings are saved.'))
    },
  })
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <NumberInput
        label={t('Recordings are kept')}
        description={t('Days; empty for {{standardDays}}, as long as the call history. An extension may say otherwise; a legal hold wins.', { standardDays: settings.standardDays })}
        min={1}
        max={3650}
        allowDecimal={false}
        suffix={` ${t('days')}`}
        placeholder={t('{{standardDays}} days', { standardDays: settings.standardDays })}
        value={form.values.days}
        error={form.errors.days}
        onChange={(value) => form.set('days', value)}
      />
      <NativeSelect
        label={t('When a recording starts, both sides hear')}
        description={t('Also when it goes on after a pause. Many places require that people know.')}
        data={[
          { value: 'none', label: t('Nothing') },
          { value: 'beep', label: t('A beep') },
          { value: 'announcement', label: t('The announcement “This call is being recorded”') },
        ]}
        value={form.values.notice}
        error={form.errors.notice}
        onChange={(change) => form.set('notice', change.currentTarget.value as RecordingSettings['notice'])}
      />
    </FormBody>
  )
}
