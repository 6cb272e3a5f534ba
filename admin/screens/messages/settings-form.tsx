import { NumberInput, Text } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import type { MessageSettings } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { PageLoader } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { saveMessageSettings, useMessageSettings } from './data.ts'
import { t } from '../../words/translate.ts'

/** How long text messages wait, and how many may be sent. */
export function MessageSettingsForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const settings = useMessageSettings()
  return <FormDrawer opened={opened} onClose={onClose} title={t('Text messages')}>{settings.data === undefined ? <PageLoader /> : <Fields settings={settings.data} onClose={onClose} />}</FormDrawer>
}

function Fields({ settings, onClose }: { settings: MessageSettings; onClose: () => void }) {
  const form = useForm({
    initial: { keepDays: settings.keepDays as number | string, perMinute: settings.perMinute as number | string },
    check: ({ keepDays, perMinute }): Record<string, string> => ({
      ...(keepDays === '' && { keepDays: t('Say how long, 1 to 90 days.') }),
      ...(perMinute === '' && { perMinute: t('Say how many, 1 to 10000.') }),
    }),
    onSaved: onClose,
    save: async ({ keepDays, perMinute }) => {
      await saveMessageSettings({ keepDays: Number(keepDays), perMinute: Number(perMinute) })
      notify.done(t('It is saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <NumberInput label={t('A message waits for')} description={t('When no phone has taken it by then, it is deleted. Those that wait already keep their time.')} min={1} max={90} allowDecimal={false} suffix={` ${t('days')}`} value={values.keepDays} error={errors.keepDays} onChange={(value) => set('keepDays', value)} />
      <NumberInput label={t('Within a minute, each extension sends')} description={t('Further ones are refused, so that a phone gone mad disturbs nobody.')} min={1} max={10_000} allowDecimal={false} suffix={` ${t('messages')}`} value={values.perMinute} error={errors.perMinute} onChange={(value) => set('perMinute', value)} />
      <Text size="sm" c="dimmed">{t('Phones and softphones write to each other by SIP MESSAGE. What was delivered is not kept here.')}</Text>
    </FormBody>
  )
}
