import { ActionIcon, Button, Code, Fieldset, Group, Select, Stack, Text, Textarea, TextInput, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { Trunk } from '../../app/types.ts'
import { previewHeaders, type HeaderRule } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { changeTrunk } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const directions: { value: HeaderRule['direction']; label: string }[] = [{ value: 'out', label: t('Calls to the carrier') }, { value: 'in', label: t('Calls from the carrier') }]
const actions: { value: HeaderRule['action']; label: string }[] = [{ value: 'add', label: t('Add') }, { value: 'remove', label: t('Remove') }, { value: 'replace', label: t('Replace in it') }]
/** What calls from a carrier are read by. */
const readInwards = ['From', 'P-Asserted-Identity', 'Privacy']

/** A rule as it is edited: with a key that stays when it moves. */
interface Edited {
  key: number
  direction: HeaderRule['direction']
  action: HeaderRule['action']
  header: string
  /** Empty: all of the header. */
  match: string
  value: string
}

const toSend = ({ key: _key, match, ...rule }: Edited): HeaderRule => ({ ...rule, match: rule.action === 'add' || match === '' ? null : match, value: rule.action === 'remove' ? '' : rule.value })

/** What a trunk changes in headers, with a trial on a message. */
export function HeaderRulesDrawer({ trunk, onClose }: { trunk: Trunk | null; onClose: () => void }) {
  return (
    <FormDrawer opened={trunk !== null} onClose={onClose} title={t('Header rules of trunk {{name}}', { name: trunk?.name ?? '' })}>
      {trunk !== null && <Rules current={trunk} onClose={onClose} />}
    </FormDrawer>
  )
}

function Rules({ current, onClose }: { current: Trunk; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [trunk] = useState(current)
  const form = useForm<{ rules: Edited[] }>({
    initial: { rules: trunk.headerRules.map((rule, key) => ({ ...rule, key, match: rule.match ?? '', value: rule.value ?? '' })) },
    onSaved: onClose,
    save: async ({ rules }) => {
      await changeTrunk(trunk.id, { headerRules: rules.map(toSend), version: trunk.version })
      notify.done(t('The header rules of trunk {{name}} are saved.', { name: trunk.name }))
    },
  })
  const { rules } = form.values
  const put = (next: Edited[]) => form.set('rules', next)
  const move = (at: number, by: number) => put(rules.map((rule, index) => (index === at ? (rules[at + by] ?? rule) : index === at + by ? (rules[at] ?? rule) : rule)))
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm">{rich('Carried out from top to bottom on the INVITE of each call. Expressions are those of RE2. In what is put in, {{code}} is what the first parentheses found, and {{value}}, {{value2}} and {{value3}} stand for themselves. Headers that carry the call itself, such as Via, CSeq or Contact, cannot be changed.', { code: <Code>$1</Code>, value: <Code>{'{caller}'}</Code>, value2: <Code>{'{called}'}</Code>, value3: <Code>{'{tenant}'}</Code> })}</Text>
      {rules.map((rule, at) => (
        <RuleFields key={rule.key} rule={rule} name={t('Rule {{rule}}', { rule: at + 1 })} set={(next) => put(rules.map((one) => (one.key === rule.key ? next : one)))}
          onUp={at > 0 ? () => move(at, -1) : undefined} onDown={at < rules.length - 1 ? () => move(at, 1) : undefined} onRemove={() => put(rules.filter((one) => one !== rule))} />
      ))}
      <Group><Button variant="default" leftSection={<Plus size={16} aria-hidden />} disabled={rules.length >= 50} onClick={() => put([...rules, { key: Math.max(-1, ...rules.map(({ key }) => key)) + 1, direction: 'out', action: 'add', header: '', match: '', value: '' }])}>{t('Add rule')}</Button></Group>
      <Preview rules={rules} />
    </FormBody>
  )
}

interface RuleFieldsProps {
  rule: Edited
  name: string
  set: (rule: Edited) => void
  onUp: (() => void) | undefined
  onDown: (() => void) | undefined
  onRemove: () => void
}

const plain = { spellCheck: false, autoCapitalize: 'none', autoComplete: 'off' } as const

function RuleFields({ rule, name, set, onUp, onDown, onRemove }: RuleFieldsProps) {
  const { direction, action, header, match, value } = rule
  const turn = (to: HeaderRule['direction']) => set({ ...rule, direction: to, ...(to === 'in' && !readInwards.includes(header) && { header: 'P-Asserted-Identity' }) })
  return (
    <Fieldset legend={name}>
      <Stack gap="xs">
        <Select label={t('Of')} data={directions} allowDeselect={false} value={direction} onChange={(to) => turn((to ?? 'out') as HeaderRule['direction'])} />
        <Select label={t('What to do')} data={actions} allowDeselect={false} value={action} onChange={(to) => set({ ...rule, action: (to ?? 'add') as HeaderRule['action'] })} />
        {direction === 'in'
          ? <Select label={t('Header')} description={t('What the caller is read from.')} data={readInwards} allowDeselect={false} value={header} onChange={(to) => set({ ...rule, header: to ?? 'From' })} />
          : <TextInput label={t('Header')} placeholder="X-Account" {...plain} value={header} onChange={(change) => set({ ...rule, header: change.currentTarget.value })} />}
        {action !== 'add' && <TextInput label={action === 'remove' ? t('Only if it contains') : t('What is replaced')} description={action === 'remove' ? t('A regular expression. Empty: always.') : t('A regular expression; .+ is all of it.')} {...plain} value={match} onChange={(change) => set({ ...rule, match: change.currentTarget.value })} />}
        {action !== 'remove' && <TextInput label={action === 'add' ? t('Content') : t('By')} {...plain} value={value} onChange={(change) => set({ ...rule, value: change.currentTarget.value })} />}
        <Group gap={4} justify="flex-end">
          <Tooltip label={t('Earlier')}><ActionIcon variant="subtle" color="gray" aria-label={t('{{name}} earlier', { name })} disabled={onUp === undefined} onClick={onUp}><ArrowUp size={16} aria-hidden /></ActionIcon></Tooltip>
          <Tooltip label={t('Later')}><ActionIcon variant="subtle" color="gray" aria-label={t('{{name}} later', { name })} disabled={onDown === undefined} onClick={onDown}><ArrowDown size={16} aria-hidden /></ActionIcon></Tooltip>
          <Tooltip label={t('Remove')}><ActionIcon variant="subtle" color="red" aria-label={t('Remove {{name}}', { name: name.toLowerCase() })} onClick={onRemove}><Trash2 size={16} aria-hidden /></ActionIcon></Tooltip>
        </Group>
      </Stack>
    </Fieldset>
  )
}

function Preview({ rules }: { rules: Edited[] }) {
  const [message, setMessage] = useState('')
  const [direction, setDirection] = useState<HeaderRule['direction']>('out')
  const trial = useMutation({ mutationFn: async () => (await previewHeaders({ body: { direction, rules: rules.map(toSend), message }, throwOnError: true })).data.data })
  return (
    <Fieldset legend={t('Try them on a message')}>
      <Stack gap="sm">
        <Select label={t('As one of')} data={directions} allowDeselect={false} value={direction} onChange={(to) => setDirection((to ?? 'out') as HeaderRule['direction'])} />
        <Textarea label={t('Message')} description={t('An INVITE, as the ladder of a call shows it. Nothing is sent.')} placeholder="INVITE sip:+12025550123@carrier.example SIP/2.0" autosize minRows={4} maxRows={10} {...plain} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} value={message} onChange={(change) => setMessage(change.currentTarget.value)} />
        <Group justify="flex-end"><Button variant="default" disabled={message.trim() === ''} loading={trial.isPending} onClick={() => trial.mutate()}>{t('Try')}</Button></Group>
        <Problem error={trial.error} />
        {trial.data?.steps.map(({ rule, header, before, after, changed }) => (
          <Text key={rule} size="sm"><b>{t('Rule {{rule}}', { rule: rule + 1 })}</b>: {changed ? rich('{{header}} was {{before}} and is {{after}}.', { header, before: before.length === 0 ? t('not there') : <Code>{before.join(', ')}</Code>, after: after.length === 0 ? t('gone') : <Code>{after.join(', ')}</Code> }) : t('{{header}} stays as it is.', { header })}</Text>
        ))}
        {trial.data?.steps.length === 0 && <Text size="sm" c="dimmed">{t('No rule is for such calls.')}</Text>}
        {trial.data !== undefined && <Code block tabIndex={0} role="region" aria-label={t('The message afterwards')} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{trial.data.message}</Code>}
      </Stack>
    </Fieldset>
  )
}
