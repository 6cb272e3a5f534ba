import { Button, Group, Select, Text, Title } from '@mantine/core'
import { ConciergeBell } from 'lucide-react'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { useForm } from '../../components/use-form.ts'
import type { CallSettings } from '../../client/index.ts'
import { useNow } from '../../components/time.tsx'
import { locale } from '../../words/language.ts'
import { t } from '../../words/translate.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { changeCallSettings, useCallSettings } from './data.ts'

const here = Intl.DateTimeFormat().resolvedOptions().timeZone
const zones = [...new Set(['UTC', here, ...Intl.supportedValuesOf('timeZone')])].sort()

/** By which clock people are woken, and who is told when nobody answers. */
export function Desk() {
  const can = useCan()
  const settings = useCallSettings(can('extensions.read')).data
  const now = useNow()
  const [editing, setEditing] = useState(false)
  if (settings === undefined) return null
  const { wakeUpDesk, timeZone } = settings
  return (
    <Panel component="section" aria-labelledby="wake-up-desk">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} id="wake-up-desk">{t('Clock and desk')}</Title>
          <Text size="sm">{t('It is {{time}} in {{timeZone}}.', { time: new Intl.DateTimeFormat(locale, { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit' }).format(now), timeZone })}</Text>
          <Text size="sm" c="dimmed">{wakeUpDesk === null ? t('An extension is rung three times within some minutes. Nobody is told when it does not answer.') : t('An extension is rung three times within some minutes. Then {{wakeUpDesk}} is rung and told.', { wakeUpDesk })}</Text>
        </div>
        {can('extensions.write') && <Button variant="default" flex="none" leftSection={<ConciergeBell size={16} aria-hidden />} aria-label={t('Change clock and desk')} onClick={() => setEditing(true)}>{t('Change')}</Button>}
      </Group>
      <FormDrawer opened={editing} onClose={() => setEditing(false)} title={t('Clock and desk')}>
        <Fields current={settings} onClose={() => setEditing(false)} />
      </FormDrawer>
    </Panel>
  )
}

function Fields({ current, onClose }: { current: CallSettings; onClose: () => void }) {
  const form = useForm<{ timeZone: string; wakeUpDesk: string }>({
    initial: { timeZone: current.timeZone, wakeUpDesk: current.wakeUpDesk ?? '' },
    check: () => ({}),
    onSaved: onClose,
    save: async ({ timeZone, wakeUpDesk }) => {
      await changeCallSettings({ timeZone, wakeUpDesk: trimmedOrNull(wakeUpDesk) })
      notify.done(t('Clock and desk are saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Select label={t('Time zone of the company')} description={t('Opening hours without a time zone of their own and the talking clock go by it, too. Daylight saving time is followed by itself.')} searchable allowDeselect={false} data={zones} value={values.timeZone} error={errors.timeZone} onChange={(value) => set('timeZone', value ?? 'UTC')} />
      <TargetInput label={t('Extension that is told')} description={t('Such as the reception. Its phones ring, and whoever answers hears whose wake-up call it was. Empty: nobody.')} value={values.wakeUpDesk} error={errors.wakeUpDesk} onChange={(value) => set('wakeUpDesk', value)} />
    </FormBody>
  )
}
