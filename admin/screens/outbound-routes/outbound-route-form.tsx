import { Checkbox, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { OutboundRoute } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { useSchedules } from '../hours/data.ts'
import { usePinSets } from '../pin-sets/data.ts'
import { useTrunks } from '../trunks/data.ts'
import { addOutboundRoute, changeOutboundRoute } from './data.ts'
import { t } from '../../words/translate.ts'

export type Editing = { kind: 'new' } | { kind: 'edit'; route: OutboundRoute } | null

/** Creates or changes an outbound route. */
export function OutboundRouteForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const route = editing?.kind === 'edit' ? editing.route : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={route === undefined ? t('New outbound route') : t('Edit outbound route {{name}}', { name: route.name })}>
      <Fields current={route} onClose={onClose} />
    </FormDrawer>
  )
}

type Values = Pick<OutboundRoute, 'name' | 'pattern' | 'prepend' | 'trunkIds' | 'cheapestFirst' | 'enabled'> & {
  position: number | string
  strip: number | string
  /** Empty: the trunk's. */
  callerId: string
  /** As one types it: 201, 3XX. */
  callers: string
  /** Null: always. */
  scheduleId: string | null
  /** Null: nothing is asked. */
  pinSetId: string | null
}

function Fields({ current, onClose }: { current: OutboundRoute | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [route] = useState(current)
  const trunks = useTrunks()
  const schedules = useSchedules()
  const pinSets = usePinSets()
  const form = useForm<Values>({
    initial: {
      name: route?.name ?? '', pattern: route?.pattern ?? '', strip: route?.strip ?? 0, prepend: route?.prepend ?? '', trunkIds: route?.trunkIds ?? [], cheapestFirst: route?.cheapestFirst ?? false,
      position: route?.position ?? 100, callerId: route?.callerId ?? '', callers: route?.callers.join(', ') ?? '', scheduleId: route?.scheduleId ?? null, pinSetId: route?.pinSetId ?? null, enabled: route?.enabled ?? true,
    },
    check: ({ name, pattern, trunkIds }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Say which calls take it, such as “Outside with 9”.') }),
      ...(pattern.trim() === '' && { pattern: t('Say which numbers take it, such as 9. for all that begin with 9.') }),
      ...(trunkIds.length === 0 && { trunkIds: t('Choose at least one trunk.') }),
    }),
    onSaved: onClose,
    save: async ({ position, strip, callerId, callers, ...rest }) => {
      const input = { ...rest, position: Number(position) || 100, strip: Number(strip) || 0, callerId: trimmedOrNull(callerId), callers: callers.split(/[\s,;]+/).filter((caller) => caller !== '') }
      if (route === undefined) await addOutboundRoute(input)
      else await changeOutboundRoute(route.id, { ...input, version: route.version })
      notify.done(t('Outbound route {{name}} is saved.', { name: input.name.trim() }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={route === undefined ? t('Create outbound route') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} placeholder={t('Outside with 9')} withAsterisk required data-autofocus autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <TextInput label={t('Numbers that take it')} description={t('Digits as dialled; X is any digit, Z 1 to 9, N 2 to 9, a dot at the end whatever follows: 9. or 1NXXNXXXXXX.')} placeholder="9." withAsterisk required spellCheck={false} autoComplete="off" value={values.pattern} error={errors.pattern} onChange={(change) => set('pattern', change.currentTarget.value)} />
      <NumberInput label={t('Digits taken away from the beginning')} description={t('1 for a 9 that only asks for an outside line.')} min={0} max={20} allowDecimal={false} value={values.strip} error={errors.strip} onChange={(value) => set('strip', value)} />
      <TextInput label={t('Put before the rest')} description={t('Such as an area code, when people dial without it.')} inputMode="tel" autoComplete="off" value={values.prepend} error={errors.prepend} onChange={(change) => set('prepend', change.currentTarget.value.trim())} />
      <MultiSelect
        label={t('Over these trunks')}
        description={t('In the order in which you choose them: the next is tried when one cannot carry the call, and never because the one called is busy.')}
        withAsterisk
        data={(trunks.data ?? []).map(({ id, name, enabled }) => ({ value: id, label: enabled ? name : t('{{name}} (turned off)', { name }) }))}
        nothingFoundMessage={t('There is no other trunk. Create one under Trunks first.')}
        value={values.trunkIds}
        error={errors.trunkIds}
        onChange={(value) => set('trunkIds', value)}
      />
      {values.trunkIds.length > 1 && <Checkbox label={t('The cheapest first')} description={t('By the rates of the trunks, instead of the order above. Those of the same price take turns; those that are down come last.')} checked={values.cheapestFirst} onChange={(change) => set('cheapestFirst', change.currentTarget.checked)} />}
      <TextInput label={t('Number shown to those who are called')} description={t("Where the extension has none; empty: the trunk's. It must be an inbound number or that of a trunk.")} inputMode="tel" autoComplete="off" value={values.callerId} error={errors.callerId} onChange={(change) => set('callerId', change.currentTarget.value)} />
      <TextInput label={t('Extensions that may take it')} description={t('Numbers or patterns, such as 201, 3XX. Empty: all. Others take the next route that fits.')} autoComplete="off" value={values.callers} error={errors.callers} onChange={(change) => set('callers', change.currentTarget.value)} />
      <Select
        label={t('When it may be taken')}
        description={t('At other times the next route that fits is taken, or the call is refused. Calls for help always go out.')}
        placeholder={t('Always')}
        clearable
        data={(schedules.data ?? []).map(({ id, number, name }) => ({ value: id, label: t('While {{number}} ({{name}}) is open', { number, name }) }))}
        nothingFoundMessage={t('There are no opening hours. Create some under Opening hours first.')}
        value={values.scheduleId}
        error={errors.scheduleId}
        onChange={(value) => set('scheduleId', value)}
      />
      <Select
        label={t('Ask for a PIN of')}
        description={t('Whoever dials enters one on the keys before the call goes out. Forwards, follow me and menus do not take the route then, for nobody there can be asked. Calls for help never are.')}
        placeholder={t('Nobody is asked')}
        clearable
        data={(pinSets.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        nothingFoundMessage={t('There are no PIN sets. Create one under PIN sets first.')}
        value={values.pinSetId}
        error={errors.pinSetId}
        onChange={(value) => set('pinSetId', value)}
      />
      <NumberInput label={t('Position')} description={t('Of all routes that fit a number and are open to the caller, the one with the lowest position is taken.')} min={1} max={9999} allowDecimal={false} value={values.position} error={errors.position} onChange={(value) => set('position', value)} />
      <Checkbox label={t('Turned on')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
