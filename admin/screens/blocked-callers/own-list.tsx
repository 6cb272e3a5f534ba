import { ActionIcon, Button, Card, Group, Input, Select, Stack, Text, TextInput, Title } from '@mantine/core'
import { PhoneOff, Plus, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { OwnBlockedCaller } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { useForm } from '../../components/use-form.ts'
import { ACTIONS, actionWords, CALLER_HINT, callerWords, isAction } from '../../words/blocked-caller.ts'
import { t } from '../../words/translate.ts'

interface OwnListProps {
  /** Number of the extension. */
  of: string
  list: readonly OwnBlockedCaller[]
  /** What else blocks a caller, such as a code. */
  also?: string | undefined
  /** Absent: it is only shown. */
  save?: ((list: OwnBlockedCaller[]) => Promise<unknown>) | undefined
}

const SHOWN = 5
const MOST = 200

/** The callers from outside whom one extension does not want, and its exceptions. */
export function OwnList({ of, list, also, save }: OwnListProps) {
  const [editing, setEditing] = useState(false)
  return (
    <Panel component="section" aria-labelledby="own-blocked">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} id="own-blocked">{t('Blocked callers')}</Title>
          <Text size="sm" c="dimmed">{list.length === 0 ? t('Nobody from outside is blocked for this extension alone.') : t('For this extension, besides those of the company.')}{also !== undefined && ` ${also}`}</Text>
          {list.slice(0, SHOWN).map(({ number, name, action }) => <Text key={number} size="sm"><span className="numbers">{callerWords(number)}</span> ({name}): {actionWords(action)}.</Text>)}
          {list.length > SHOWN && <Text size="sm">{t('And {{list}} more.', { list: list.length - SHOWN })}</Text>}
        </div>
        {save && <Button variant="default" flex="none" leftSection={<PhoneOff size={16} aria-hidden />} aria-label={t('Change blocked callers')} onClick={() => setEditing(true)}>{t('Change')}</Button>}
      </Group>
      {save && (
        <FormDrawer opened={editing} onClose={() => setEditing(false)} title={t('Blocked callers of {{of}}', { of })}>
          <Fields list={list} save={save} onClose={() => setEditing(false)} />
        </FormDrawer>
      )}
    </Panel>
  )
}

type Row = OwnBlockedCaller & { key: number }

function Fields({ list, save, onClose }: Required<Pick<OwnListProps, 'list'>> & { save: NonNullable<OwnListProps['save']>; onClose: () => void }) {
  const next = useRef(list.length)
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [saveAsOpened] = useState(() => save)
  const form = useForm<{ blockedCallers: Row[] }>({
    initial: { blockedCallers: list.map((each, key) => ({ ...each, key })) },
    check: ({ blockedCallers }): Record<string, string> => {
      if (blockedCallers.some(({ number }) => number.trim() === '')) return { blockedCallers: t('Enter whom each row is about, or take it out.') }
      return blockedCallers.some(({ name }) => name.trim() === '') ? { blockedCallers: t('Say why, such as “Sells things”.') } : {}
    },
    onSaved: onClose,
    save: async ({ blockedCallers }) => {
      await saveAsOpened(blockedCallers.map(({ key: _, ...rule }) => rule))
      notify.done(t('The blocked callers are saved.'))
    },
  })
  const rows = form.values.blockedCallers
  const set = (changed: Row[]): void => form.set('blockedCallers', changed)
  const change = (row: Row, values: Partial<OwnBlockedCaller>): void => set(rows.map((each) => (each === row ? { ...each, ...values } : each)))
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Input.Description>{CALLER_HINT}</Input.Description>
      <Input.Description>{t('What says most of a number counts, here or for the company; an exception lets a caller through whom the company blocks. Colleagues, and whoever calls back after a call for help, are never blocked.')}</Input.Description>
      {rows.map((row, at) => (
        <Card key={row.key} withBorder padding="xs" radius="md" component="fieldset" aria-label={t('Rule {{at}}', { at: at + 1 })}>
          <Stack gap="xs">
            <Group gap="xs" wrap="nowrap" align="flex-end">
              <TextInput flex={1} label={t('Caller')} placeholder="+12025550123" autoComplete="off" maxLength={110} value={row.number} onChange={(typed) => change(row, { number: typed.currentTarget.value })} />
              <ActionIcon variant="subtle" color="red" size={36} aria-label={row.number === '' ? t('Take out rule {{at}}', { at: at + 1 }) : t('Take out {{number}}', { number: row.number })} onClick={() => set(rows.filter((each) => each !== row))}><X size={16} aria-hidden /></ActionIcon>
            </Group>
            <TextInput label={t('Why')} placeholder={t('Sells things')} autoComplete="off" maxLength={100} value={row.name} onChange={(typed) => change(row, { name: typed.currentTarget.value })} />
            <Select label={t('What happens')} data={ACTIONS} allowDeselect={false} value={row.action} onChange={(action) => { if (isAction(action)) change(row, { action }) }} />
          </Stack>
        </Card>
      ))}
      {form.errors['blockedCallers'] !== undefined && <Input.Error role="alert">{form.errors['blockedCallers']}</Input.Error>}
      {rows.length < MOST && <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => set([...rows, { number: '', name: '', action: 'decline', key: (next.current += 1) }])}>{t('Add a caller')}</Button>}
    </FormBody>
  )
}
