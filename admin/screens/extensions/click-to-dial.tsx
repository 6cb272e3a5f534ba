import { Anchor, Button, Checkbox, Group, MultiSelect, NumberInput, Select, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { History, MousePointerClick } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { numberOrNull, trimmedOrNull } from '../../app/fields.ts'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { rereading } from '../../app/query-client.ts'
import { useCan } from '../../app/session.tsx'
import type { Extension } from '../../app/types.ts'
import { getClickToDialConfig, listClickToDialHistory, setClickToDialConfig, type ClickToDialConfig, type ClickToDialHistory } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useForm } from '../../components/use-form.ts'
import { HistoryDrawer } from '../audit/history.tsx'
import { plural, sentences, t } from '../../words/translate.ts'

type Style = ClickToDialConfig['autoAnswerStyle']

const styles: { value: Style; label: string }[] = [
  { value: 'by-phone', label: t('As the vendor of the phone wants it') },
  { value: 'call-info', label: t('Call-Info only: Yealink, Cisco, Grandstream, Snom, softphones') },
  { value: 'alert-info', label: t('Alert-Info only: Fanvil and others') },
  { value: 'poly', label: t('Poly: Alert-Info Ring Answer') },
  { value: 'panasonic', label: t('Panasonic: Alert-Info Intercom') },
  { value: 'mitel', label: t('Mitel, Aastra: Alert-Info') },
  { value: 'answer-mode', label: t('Answer-Mode only (RFC 5373)') },
]

/** Which phones ring first, and how. */
function firstWords({ autoAnswer, ringSeconds: seconds }: ClickToDialConfig, chosen: readonly string[]): string {
  const [count, names] = [chosen.length, chosen.join(', ')]
  if (count === 0) {
    if (seconds === null) return autoAnswer ? t('All of its phones ring first, asked to answer by themselves.') : t('All of its phones ring first.')
    return autoAnswer ? t('All of its phones ring first, for {{seconds}} s, asked to answer by themselves.', { seconds }) : t('All of its phones ring first, for {{seconds}} s.', { seconds })
  }
  if (seconds === null) return autoAnswer ? plural(count, '{{names}} rings first, asked to answer by themselves.', '{{names}} ring first, asked to answer by themselves.', { names }) : plural(count, '{{names}} rings first.', '{{names}} ring first.', { names })
  return autoAnswer
    ? plural(count, '{{names}} rings first, for {{seconds}} s, asked to answer by themselves.', '{{names}} ring first, for {{seconds}} s, asked to answer by themselves.', { names, seconds })
    : plural(count, '{{names}} rings first, for {{seconds}} s.', '{{names}} ring first, for {{seconds}} s.', { names, seconds })
}

/** What happens at a click, in sentences. */
function sentencesOf(config: ClickToDialConfig, { devices }: Extension): string[] {
  if (!config.enabled) return [t('Switched off: every click is refused.')]
  const chosen = config.deviceIds === null ? [] : devices.filter(({ id }) => config.deviceIds?.includes(id)).map(({ name }) => name)
  return [
    firstWords(config, chosen),
    ...(config.namePrefix === '' ? [] : [t('They show “{{namePrefix}}” before the name of who will be called.', { namePrefix: config.namePrefix })]),
    ...(config.outsideNumber === null ? [] : [t('Outside, {{outsideNumber}} is shown.', { outsideNumber: config.outsideNumber })]),
  ]
}

/** Click-to-dial of one extension: how it goes, and the latest clicks. */
export function ExtensionClickToDial({ extension }: { extension: Extension }) {
  const can = useCan()
  const [editing, setEditing] = useState(false)
  const [history, setHistory] = useState(false)
  const config = useQuery({ queryKey: [...keys.extensions, 'click-to-dial', extension.id], queryFn: async () => (await getClickToDialConfig({ path: { extension: extension.id }, throwOnError: true })).data.data })
  return (
    <Panel component="section" aria-labelledby="click-to-dial">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2} id="click-to-dial">{t('Click to dial')}</Title>
          {config.data !== undefined && sentencesOf(config.data, extension).map((sentence) => <Text key={sentence} size="sm">{sentence}</Text>)}
          <Problem error={config.error} />
        </div>
        <Group gap="xs">
          {can('audit.read') && <Button variant="default" leftSection={<History size={16} aria-hidden />} onClick={() => setHistory(true)}>{t('Changes')}</Button>}
          {can('extensions.write') && config.data !== undefined && <Button variant="default" leftSection={<MousePointerClick size={16} aria-hidden />} onClick={() => setEditing(true)}>{t('Change click to dial')}</Button>}
        </Group>
      </Group>
      {can('calls.read') && <LatestClicks extension={extension} />}
      <FormDrawer opened={editing} onClose={() => setEditing(false)} title={t('Click to dial of {{number}}', { number: extension.number })}>
        {config.data !== undefined && <Fields extension={extension} current={config.data} onClose={() => setEditing(false)} />}
      </FormDrawer>
      <HistoryDrawer of={history ? { type: 'click-to-dial', id: extension.id, title: t('click-to-dial of {{number}}', { number: extension.number }) } : undefined} onClose={() => setHistory(false)} />
    </Panel>
  )
}

function LatestClicks({ extension }: { extension: Extension }) {
  const clicks = useQuery({ queryKey: [...keys.history, 'clicks', extension.id], queryFn: async () => (await listClickToDialHistory({ path: { extension: extension.id }, query: { limit: 5 }, throwOnError: true })).data.data })
  if (clicks.data === undefined || clicks.data.length === 0) return null
  return (
    <ul aria-label={t('Latest clicks')} style={{ margin: '0.75rem 0 0', paddingInlineStart: '1.25rem' }}>
      {clicks.data.map((click) => (
        <li key={click.own.id}><Text size="sm" span><Anchor component={Link} inherit href={`/calls/${click.then?.id ?? click.own.id}`}>{click.then?.to.name ?? click.own.from.number}</Anchor> <Time at={click.own.startedAt} />: {outcomeOf(click)}</Text></li>
      ))}
    </ul>
  )
}

function outcomeOf({ own, then }: ClickToDialHistory): string {
  if (then === null) return sentences(t('the own phone was not answered.'), own.termination?.explanation)
  return then.answeredAt === null ? (then.termination?.explanation ?? t('not answered')) : 'answered'
}

const changed = rereading(keys.extensions)

function Fields({ extension, current, onClose }: { extension: Extension; current: ClickToDialConfig; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [config] = useState(current)
  const form = useForm({
    initial: {
      enabled: config.enabled, deviceIds: config.deviceIds?.filter((id) => extension.devices.some((device) => device.id === id)) ?? [], autoAnswer: config.autoAnswer, autoAnswerStyle: config.autoAnswerStyle, namePrefix: config.namePrefix,
      outsideNumber: config.outsideNumber ?? '', ringSeconds: config.ringSeconds ?? ('' as number | string),
    },
    onSaved: onClose,
    save: async ({ deviceIds, outsideNumber, ringSeconds, ...rest }) => {
      await changed(setClickToDialConfig({
        path: { extension: extension.id }, throwOnError: true,
        body: { ...rest, deviceIds: deviceIds.length === 0 ? null : deviceIds, outsideNumber: trimmedOrNull(outsideNumber), ringSeconds: numberOrNull(ringSeconds), version: config.version },
      }))
      notify.done(t('Click to dial of {{number}} is saved.', { number: extension.number }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Checkbox label={t('May be used')} description={t('Without it every click is refused, before anything rings.')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
      <MultiSelect label={t('Phones that ring first')} description={t('None chosen: all of them.')} data={extension.devices.map(({ id, name }) => ({ value: id, label: name }))} value={values.deviceIds} error={errors.deviceIds} onChange={(value) => set('deviceIds', value)} />
      <NumberInput label={t('Ring the own phone for')} description={t('Empty: as long as for other calls.')} min={5} max={300} allowDecimal={false} suffix=" s" placeholder={t('Standard time')} value={values.ringSeconds} error={errors.ringSeconds} onChange={(value) => set('ringSeconds', value)} />
      <Checkbox label={t('Answers by itself')} description={t('The phone is asked to. Most desk phones must allow it in their settings.')} checked={values.autoAnswer} onChange={(change) => set('autoAnswer', change.currentTarget.checked)} />
      <Select label={t('How it is asked')} description={t('Another than the first for a phone that does not answer, or whose vendor is not seen.')} data={styles} allowDeselect={false} value={values.autoAnswerStyle} onChange={(value) => set('autoAnswerStyle', (value ?? 'by-phone') as Style)} />
      <TextInput label={t('Before the name')} description={t('The own phone shows it before who will be called, so that a click is told from a caller.')} placeholder={t('Click:')} autoComplete="off" maxLength={40} value={values.namePrefix} error={errors.namePrefix} onChange={(change) => set('namePrefix', change.currentTarget.value)} />
      <TextInput label={t('Number shown outside')} description={t('An inbound number, or that of a trunk; empty: as for other calls of the extension.')} inputMode="tel" autoComplete="off" value={values.outsideNumber} error={errors.outsideNumber} onChange={(change) => set('outsideNumber', change.currentTarget.value)} />
    </FormBody>
  )
}
