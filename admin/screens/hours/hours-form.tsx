import { Button, Checkbox, Chip, FileButton, Group, Input, Select, Stack, TextInput } from '@mantine/core'
import { Plus, Upload, X } from 'lucide-react'
import { useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { Holiday, OpenHours, Schedule } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { dayNames } from '../../words/hours.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { addSchedule, changeSchedule, daysOf } from './data.ts'
import { inSense, t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; schedule: Schedule } | null

/** Creates or changes opening hours. */
export function HoursForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const schedule = editing?.kind === 'edit' ? editing.schedule : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={schedule === undefined ? t('New opening hours') : t('Edit opening hours {{number}}', { number: schedule.number })}>
      <Fields current={schedule} onClose={onClose} />
    </FormDrawer>
  )
}

type Values = Pick<Schedule, 'number' | 'name' | 'hours' | 'holidays' | 'open' | 'closed' | 'byPhone' | 'enabled' | 'override'> & { holiday: string; timeZone: string | null }

const here = Intl.DateTimeFormat().resolvedOptions().timeZone
const zones = [...new Set(['UTC', here, ...Intl.supportedValuesOf('timeZone')])].sort()
const usual: OpenHours[] = [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }]

function Fields({ current, onClose }: { current: Schedule | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [schedule] = useState(current)
  const form = useForm<Values>({
    initial: {
      number: schedule?.number ?? '', name: schedule?.name ?? '', hours: schedule?.hours ?? usual, holidays: schedule?.holidays ?? [], open: schedule?.open ?? '', closed: schedule?.closed ?? '',
      holiday: schedule?.holiday ?? '', timeZone: schedule?.timeZone ?? (schedule === undefined ? here : null), byPhone: schedule?.byPhone ?? true,
      enabled: schedule?.enabled ?? true, override: schedule?.override ?? 'automatic',
    },
    check: ({ number, name, open, closed, hours, holidays }): Record<string, string> => ({
      ...(!/^[0-9]{2,15}$/.test(number) && { number: t('Use 2 to 15 digits, for example 500.') }),
      ...(name.trim() === '' && { name: t('Say whose hours these are, such as “Office”.') }),
      ...(open.trim() === '' && { open: t('Say who is called while open.') }),
      ...(closed.trim() === '' && { closed: t('Say where calls go while closed, such as a mailbox or an announcement.') }),
      ...(hours.some(({ days, from, to }) => days.length === 0 || from === '' || to === '') && { hours: t('Each line needs days, a beginning and an end.') }),
      ...(holidays.some(({ name: of, from, to }) => of.trim() === '' || from === '' || to === '') && { holidays: t('Each holiday needs a name and its days.') }),
    }),
    onSaved: onClose,
    save: async ({ open, closed, holiday, ...rest }) => {
      const input = { ...rest, open: open.trim(), closed: closed.trim(), holiday: trimmedOrNull(holiday) }
      if (schedule === undefined) await addSchedule(input)
      else await changeSchedule(schedule.id, { ...input, version: schedule.version })
      notify.done(t('Opening hours {{number}} are saved.', { number: input.number }))
    },
  })
  const { values, errors, set } = form
  const override = useCode()('schedule-override')
  return (
    <FormBody submit={schedule === undefined ? t('Create opening hours') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Number')} description={t('What others dial, and where an inbound number may lead.')} inputMode="numeric" withAsterisk required data-autofocus autoComplete="off" value={values.number} error={errors.number} onChange={(change) => set('number', change.currentTarget.value.trim())} />
      <TextInput label={t('Name')} placeholder={t('Office')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TargetInput label={t('While open, calls go to')} required value={values.open} error={errors.open} onChange={(value) => set('open', value)} />
      <TargetInput label={t('While closed, calls go to')} required value={values.closed} error={errors.closed} onChange={(value) => set('closed', value)} />
      <TargetInput label={t('On holidays, calls go to')} description={t('Empty: as while closed.')} value={values.holiday} error={errors.holiday} onChange={(value) => set('holiday', value)} />
      <Hours hours={values.hours} error={errors.hours} onChange={(hours) => set('hours', hours)} />
      <Holidays holidays={values.holidays} error={errors.holidays} onChange={(holidays) => set('holidays', holidays)} />
      <Select label={t('Time zone')} description={t('Daylight saving time is followed by itself.')} placeholder={t('That of the company')} searchable clearable data={zones} value={values.timeZone} error={errors.timeZone} onChange={(value) => set('timeZone', value)} />
      <Select label={t('By hand')} data={[{ value: 'automatic', label: t('The clock decides') }, { value: 'open', label: t('Open, whatever the clock says') }, { value: 'closed', label: t('Closed, whatever the clock says') }]} allowDeselect={false} value={values.override} onChange={(value) => set('override', (value ?? 'automatic') as Schedule['override'])} />
      <Checkbox label={t('Phones may open and close by hand')} description={override === undefined ? t('The feature code for it is turned off.') : t('By dialling {{override}}{{number}}; once more, and the clock decides again.', { override, number: values.number || '500' })} checked={values.byPhone} onChange={(change) => set('byPhone', change.currentTarget.checked)} />
      <Checkbox label={t('Turned on')} description={t('While off, calls to it are refused.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}

interface ListProps<T> {
  error: string | undefined
  onChange: (list: T[]) => void
}

function Hours({ hours, error, onChange }: ListProps<OpenHours> & { hours: OpenHours[] }) {
  const replace = (at: number, change: Partial<OpenHours>) => onChange(hours.map((each, index) => (index === at ? { ...each, ...change } : each)))
  return (
    <Stack gap="xs">
      <div>
        <Input.Label component="div">{t('Opening hours')}</Input.Label>
        <Input.Description>{t('An end before its beginning goes on into the next day; 24:00 is written 00:00 there.')}</Input.Description>
      </div>
      {hours.map((line, at) => (
        <Stack key={at} gap={6} role="group" aria-label={t('Opening time {{at}}', { at: at + 1 })}>
          <Chip.Group multiple value={line.days.map(String)} onChange={(days) => replace(at, { days: days.map(Number).sort((a, b) => a - b) })}>
            <Group gap={4}>{dayNames.map((name, index) => <Chip key={name} size="xs" radius="sm" value={String(index + 1)}>{name}</Chip>)}</Group>
          </Chip.Group>
          <Group gap="xs" wrap="nowrap">
            <TextInput type="time" aria-label={inSense('time', 'From')} value={line.from} onChange={(change) => replace(at, { from: change.currentTarget.value })} />
            <TextInput type="time" aria-label={inSense('time', 'To')} value={line.to === '24:00' ? '00:00' : line.to} onChange={(change) => replace(at, { to: change.currentTarget.value === '00:00' ? '24:00' : change.currentTarget.value })} />
            <Button variant="default" px="xs" aria-label={t('Take out')} onClick={() => onChange(hours.filter((_, index) => index !== at))}><X size={16} aria-hidden /></Button>
          </Group>
        </Stack>
      ))}
      {error !== undefined && <Input.Error>{error}</Input.Error>}
      <Group><Button size="xs" variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => onChange([...hours, { days: [], from: '09:00', to: '12:00' }])}>{t('Add a time')}</Button></Group>
    </Stack>
  )
}

function Holidays({ holidays, error, onChange }: ListProps<Holiday> & { holidays: Holiday[] }) {
  const replace = (at: number, change: Partial<Holiday>) => onChange(holidays.map((each, index) => (index === at ? { ...each, ...change } : each)))
  const take = async (file: File | null): Promise<void> => {
    if (file === null) return
    try {
      const days = await daysOf(file)
      const known = new Set(holidays.map(({ name, from }) => `${from} ${name}`))
      const fresh = days.filter(({ name, from }) => !known.has(`${from} ${name}`))
      onChange([...holidays, ...fresh])
      notify.done(t('{{fresh}} of {{days}} days of the calendar are added. Save to keep them.', { fresh: fresh.length, days: days.length }))
    } catch (problem) {
      notify.failed(problem)
    }
  }
  return (
    <Stack gap="xs">
      <div>
        <Input.Label component="div">{t('Holidays')}</Input.Label>
        <Input.Description>{t('They come before the opening hours. From a calendar file, days whose date moves from year to year are taken for the next five years.')}</Input.Description>
      </div>
      {holidays.map((holiday, at) => (
        <Stack key={at} gap={6} role="group" aria-label={t('Holiday {{at}}', { at: at + 1 })}>
          <Group gap="xs" wrap="nowrap">
            <TextInput aria-label={t('Name')} placeholder={t('New Year')} flex={1} maxLength={100} value={holiday.name} onChange={(change) => replace(at, { name: change.currentTarget.value })} />
            <Checkbox label={t('Yearly')} checked={holiday.yearly} onChange={(change) => replace(at, { yearly: change.currentTarget.checked })} />
            <Button variant="default" px="xs" aria-label={t('Take out')} onClick={() => onChange(holidays.filter((_, index) => index !== at))}><X size={16} aria-hidden /></Button>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <TextInput type="date" aria-label={t('First day')} flex={1} value={holiday.from} onChange={({ currentTarget: { value } }) => replace(at, { from: value, ...((holiday.to === '' || holiday.to === holiday.from) && { to: value }) })} />
            <TextInput type="date" aria-label={t('Last day')} flex={1} min={holiday.yearly ? undefined : holiday.from} value={holiday.to} onChange={(change) => replace(at, { to: change.currentTarget.value })} />
          </Group>
        </Stack>
      ))}
      {error !== undefined && <Input.Error>{error}</Input.Error>}
      <Group gap="xs">
        <Button size="xs" variant="default" leftSection={<Plus size={14} aria-hidden />} onClick={() => onChange([...holidays, { name: '', from: '', to: '', yearly: false }])}>{t('Add a holiday')}</Button>
        <FileButton accept=".ics,text/calendar" onChange={(file) => void take(file)}>
          {(props) => <Button {...props} size="xs" variant="default" leftSection={<Upload size={14} aria-hidden />}>{t('From a calendar file (.ics)')}</Button>}
        </FileButton>
      </Group>
    </Stack>
  )
}
