import { Alert, Button, Group, NumberInput, Stack, Switch, TagsInput, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Coins, Lock } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { numberOrNull } from '../../app/fields.ts'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { queryClient } from '../../app/query-client.ts'
import { useCan } from '../../app/session.tsx'
import { getSpending, getTollSettings, listTollLocks, unlockToll, updateTollSettings, type TollLock, type TollSettings } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { PageLoader } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { price } from '../../words/money.ts'
import { useForm } from '../../components/use-form.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const useTollSettings = () => useQuery({ queryKey: [...keys.toll, 'settings'], queryFn: async () => (await getTollSettings({ throwOnError: true })).data.data })
const changed = () => void queryClient.invalidateQueries({ queryKey: keys.toll })

function LockSentence({ lock: { extensionId, number, name, reason, spend, lockedAt } }: { lock: TollLock }) {
  const parts = { who: <Link href={`/extensions/${extensionId}`}>{number} {name}</Link>, reason, time: <Time at={lockedAt} /> }
  return <Text size="sm">{spend ? rich('{{who}} calls nobody outside: {{reason}}, {{time}}', parts) : rich('{{who}} calls nobody abroad: {{reason}}, {{time}}', parts)}</Text>
}

/** Extensions that are locked for calls abroad, each with the way out. */
export function TollLocks() {
  const locks = useQuery({ queryKey: [...keys.toll, 'locks'], queryFn: async () => (await listTollLocks({ throwOnError: true })).data.data })
  const can = useCan()
  const [unlocking, setUnlocking] = useState<string | null>(null)
  if (locks.data === undefined || locks.data.length === 0) return null
  const unlock = (id: string) => {
    setUnlocking(id)
    unlockToll({ path: { id }, throwOnError: true })
      .then(() => notify.done(t('It may call again.')), notify.failed)
      .finally(() => {
        setUnlocking(null)
        changed()
      })
  }
  return (
    <Alert color="red" icon={<Lock size={18} aria-hidden />} title={t('Locked')}>
      <Stack gap="xs">
        <Text size="sm">{t('If nobody there made these calls, the password of a phone is known to others: give it a new one before you unlock.')}</Text>
        {locks.data.map((lock) => (
          <Group key={lock.extensionId} gap="sm">
            <LockSentence lock={lock} />
            {can('trunks.write') && <Button size="compact-sm" variant="default" loading={unlocking === lock.extensionId} onClick={() => unlock(lock.extensionId)}>{t('Unlock')}</Button>}
          </Group>
        ))}
      </Stack>
    </Alert>
  )
}

/** How much may be called abroad before somebody looks. */
export function TollForm({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const settings = useTollSettings()
  return <FormDrawer opened={opened} onClose={onClose} title={t('Limits for calls outside')}>{settings.data === undefined ? <PageLoader /> : <Fields settings={settings.data} onClose={onClose} />}</FormDrawer>
}

const spentWords = (spent: string, limit: string, window: 'day' | 'month'): string => (window === 'day' ? t('{{spent}} of {{limit}} today', { spent, limit }) : t('{{spent}} of {{limit}} this month', { spent, limit }))

const SPEND = [
  ['spendDayExtension', t('Spent within a day, each extension')], ['spendMonthExtension', t('Spent within a month, each extension')], ['spendDayTenant', t('Spent within a day, all together')], ['spendMonthTenant', t('Spent within a month, all together')],
] as const
type Spend = Record<(typeof SPEND)[number][0], number | string>

/** What may be spent, where trunks have rates. */
function SpendFields({ values, errors, set }: { values: Spend; errors: Record<string, string | undefined>; set: (name: keyof Spend, value: number | string) => void }) {
  const spending = useQuery({ queryKey: [...keys.toll, 'spending'], queryFn: async () => (await getSpending({ throwOnError: true })).data.data })
  const currency = spending.data?.currency ?? null
  return (
    <>
      <Text size="sm">{currency === null ? t('What may be spent counts as soon as a trunk has rates (under Trunks).') : t('By the rates of the trunks, for all calls outside. An extension that reaches its limit is locked and its calls end; where all together reach theirs, calls end and no others begin. At 80 % somebody is told. What has no rate is not called while there is a limit.')}</Text>
      {SPEND.map(([field, label]) => {
        const state = spending.data?.states.find(({ extension, window }) => extension === null && `spend${window === 'day' ? t('Day') : t('Month')}Tenant` === field)
        return <NumberInput key={field} label={label} {...(state && { description: t('{{spent}} until now.', { spent: price(state.spent, currency) }) })} min={0.01} max={1e9} decimalScale={2} {...(currency !== null && { suffix: ` ${currency}` })} placeholder={t('No limit')} value={values[field]} error={errors[field]} onChange={(value) => set(field, value)} />
      })}
    </>
  )
}

/** Who has spent most of what may be. */
export function SpendAlert() {
  const spending = useQuery({ queryKey: [...keys.toll, 'spending'], queryFn: async () => (await getSpending({ throwOnError: true })).data.data, refetchInterval: 15_000 })
  const close = (spending.data?.states ?? []).filter(({ spent, limit }) => spent >= limit * 0.8)
  if (close.length === 0) return null
  return (
    <Alert color="orange" icon={<Coins size={18} aria-hidden />} title={t('Most of what may be spent is')}>
      {close.map(({ extension, window, spent, limit }) => <Text key={`${extension?.id} ${window}`} size="sm">{extension === null ? t('All together') : `${extension.number} ${extension.name}`}: {spentWords(price(spent, spending.data?.currency ?? null), price(limit, spending.data?.currency ?? null), window)}</Text>)}
    </Alert>
  )
}

function Fields({ settings, onClose }: { settings: TollSettings; onClose: () => void }) {
  const form = useForm({
    initial: { some: settings.countries !== null, countries: settings.countries ?? [], atOnceExtension: settings.atOnceExtension as number | string, atOnceTenant: settings.atOnceTenant as number | string, perHour: settings.perHour as number | string, minutesExtension: settings.minutesExtension ?? '', minutesTenant: settings.minutesTenant ?? '', spendDayExtension: settings.spendDayExtension ?? '', spendMonthExtension: settings.spendMonthExtension ?? '', spendDayTenant: settings.spendDayTenant ?? '', spendMonthTenant: settings.spendMonthTenant ?? '', mailTo: settings.mailTo },
    check: ({ countries, some }): Record<string, string> => (some && countries.some((country) => !/^[A-Z]{2}$/.test(country)) ? { countries: t('A country is two letters, such as CA or MX.') } : {}),
    onSaved: onClose,
    save: async ({ some, countries, atOnceExtension, atOnceTenant, perHour, minutesExtension, minutesTenant, mailTo, ...spend }) => {
      await updateTollSettings({ body: { countries: some ? countries : null, atOnceExtension: Number(atOnceExtension), atOnceTenant: Number(atOnceTenant), perHour: Number(perHour), minutesExtension: numberOrNull(minutesExtension), minutesTenant: numberOrNull(minutesTenant), mailTo, spendDayExtension: numberOrNull(spend.spendDayExtension), spendMonthExtension: numberOrNull(spend.spendMonthExtension), spendDayTenant: numberOrNull(spend.spendDayTenant), spendMonthTenant: numberOrNull(spend.spendMonthTenant) }, throwOnError: true })
      changed()
      notify.done(t('The limits are saved.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">{t('They count for extensions that may call everywhere; the others call nobody abroad at all. Stolen passwords are used for expensive numbers, many at once.')}</Text>
      <NumberInput label={t('At once, each extension')} min={1} max={1_000} allowDecimal={false} suffix={` ${t('calls')}`} value={values.atOnceExtension} error={errors.atOnceExtension} onChange={(value) => set('atOnceExtension', value)} />
      <NumberInput label={t('At once, all together')} min={1} max={10_000} allowDecimal={false} suffix={` ${t('calls')}`} value={values.atOnceTenant} error={errors.atOnceTenant} onChange={(value) => set('atOnceTenant', value)} />
      <NumberInput label={t('Within an hour, each extension')} description={t('With one more it is locked for calls abroad until somebody unlocks it.')} min={1} max={10_000} allowDecimal={false} suffix={` ${t('calls')}`} value={values.perHour} error={errors.perHour} onChange={(value) => set('perHour', value)} />
      <NumberInput label={t('Within 24 hours, each extension')} description={t('Then its calls abroad end and it is locked, too. Empty for no limit.')} min={1} max={100_000} allowDecimal={false} suffix={` ${t('minutes')}`} placeholder={t('No limit')} value={values.minutesExtension} error={errors.minutesExtension} onChange={(value) => set('minutesExtension', value)} />
      <NumberInput label={t('Within 24 hours, all together')} description={t('Then calls abroad end, and nobody begins another. Empty for no limit.')} min={1} max={1_000_000} allowDecimal={false} suffix={` ${t('minutes')}`} placeholder={t('No limit')} value={values.minutesTenant} error={errors.minutesTenant} onChange={(value) => set('minutesTenant', value)} />
      <SpendFields values={values} errors={errors} set={set} />
      <TagsInput label={t('A lock is told by e-mail to')} description={rich('Press Enter after each address. <link>Mail</link> says which server takes it.', { link: (inside) => <Link href="/mail">{inside}</Link> })} value={values.mailTo} error={errors.mailTo} onChange={(value) => set('mailTo', value)} />
      <Switch label={t('Only some countries')} description={t('Others are refused, whoever calls.')} checked={values.some} onChange={(change) => set('some', change.currentTarget.checked)} />
      {values.some && <TagsInput label={t('Countries that may be called')} description={t('Two letters each, such as CA, MX or GB; press Enter after each. The own one always may.')} value={values.countries} error={errors.countries} onChange={(value) => set('countries', value.map((country) => country.trim().toUpperCase()))} />}
    </FormBody>
  )
}
