import { ActionIcon, Button, Card, Group, Input, Stack, Text, TextInput, Title } from '@mantine/core'
import { Plus, X, Zap } from 'lucide-react'
import { useRef, useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { notify } from '../../app/notify.ts'
import type { OwnSpeedDial } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { useForm } from '../../components/use-form.ts'
import { t } from '../../words/translate.ts'

interface OwnDialsProps {
  /** Number of the extension. */
  of: string
  list: readonly OwnSpeedDial[]
  /** Those of the company, where they are to be shown as well. */
  company?: readonly OwnSpeedDial[]
  /** Absent: it is only shown. */
  save?: ((list: OwnSpeedDial[]) => Promise<unknown>) | undefined
}

const SHOWN = 5
const MOST = 100

/** The short numbers of one extension. */
export function OwnDials({ of, list, company = [], save }: OwnDialsProps) {
  const [editing, setEditing] = useState(false)
  const code = useCode()('speed-dial') ?? ''
  const theirs = company.filter(({ number }) => !list.some((own) => own.number === number))
  return (
    <Panel component="section" aria-labelledby="own-dials">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div>
          <Title order={2} id="own-dials">{t('Speed dials')}</Title>
          <Text size="sm" c="dimmed">{list.length === 0 ? t('None for this extension alone.') : t('For the phones of this extension. They come before those of the company.')}</Text>
          <Lines of={list} code={code} />
          {theirs.length > 0 && <Text size="sm" c="dimmed" mt="xs">{t('Of the company:')}</Text>}
          <Lines of={theirs} code={code} />
        </div>
        {save && <Button variant="default" flex="none" leftSection={<Zap size={16} aria-hidden />} aria-label={t('Change speed dials')} onClick={() => setEditing(true)}>{t('Change')}</Button>}
      </Group>
      {save && (
        <FormDrawer opened={editing} onClose={() => setEditing(false)} title={t('Speed dials of {{of}}', { of })}>
          <Fields list={list} code={code} save={save} onClose={() => setEditing(false)} />
        </FormDrawer>
      )}
    </Panel>
  )
}

function Lines({ of, code }: { of: readonly OwnSpeedDial[]; code: string }) {
  return (
    <>
      {of.slice(0, SHOWN).map(({ number, name, target }) => <Text key={number} size="sm"><span className="numbers">{code}{number}</span> {name}: <span className="numbers">{target}</span></Text>)}
      {of.length > SHOWN && <Text size="sm">{t('And {{list}} more.', { list: of.length - SHOWN })}</Text>}
    </>
  )
}

type Row = OwnSpeedDial & { key: number }

function Fields({ list, code, save, onClose }: Required<Pick<OwnDialsProps, 'list'>> & { code: string; save: NonNullable<OwnDialsProps['save']>; onClose: () => void }) {
  const next = useRef(list.length)
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [saveAsOpened] = useState(() => save)
  const form = useForm<{ speedDials: Row[] }>({
    initial: { speedDials: list.map((each, key) => ({ ...each, key })) },
    check: ({ speedDials }): Record<string, string> => {
      if (speedDials.some(({ number }) => !/^[0-9]{2,4}$/.test(number.trim()))) return { speedDials: t('Each short number has two to four digits.') }
      return speedDials.some(({ name, target }) => name.trim() === '' || target.trim() === '') ? { speedDials: t('Each needs a name and what it dials.') } : {}
    },
    onSaved: onClose,
    save: async ({ speedDials }) => {
      await saveAsOpened(speedDials.map(({ key: _, ...dial }) => dial))
      notify.done(t('The speed dials are saved.'))
    },
  })
  const rows = form.values.speedDials
  const set = (changed: Row[]): void => form.set('speedDials', changed)
  const change = (row: Row, values: Partial<OwnSpeedDial>): void => set(rows.map((each) => (each === row ? { ...each, ...values } : each)))
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Input.Description>{t('{{code}} and the short number dials what stands here, as if the phone had dialled it. The same short number of the company is not reached then.', { code })}</Input.Description>
      {rows.map((row, at) => (
        <Card key={row.key} withBorder padding="xs" radius="md" component="fieldset" aria-label={t('Speed dial {{number}}', { number: at + 1 })}>
          <Stack gap="xs">
            <Group gap="xs" wrap="nowrap" align="flex-end">
              <TextInput w={110} label={t('Short number')} placeholder="01" inputMode="numeric" autoComplete="off" maxLength={4} value={row.number} onChange={(typed) => change(row, { number: typed.currentTarget.value })} />
              <TextInput flex={1} label={t('Name')} placeholder={t('Home')} autoComplete="off" maxLength={100} value={row.name} onChange={(typed) => change(row, { name: typed.currentTarget.value })} />
              <ActionIcon variant="subtle" color="red" size={36} aria-label={t('Take out {{name}}', { name: row.name || String(at + 1) })} onClick={() => set(rows.filter((each) => each !== row))}><X size={16} aria-hidden /></ActionIcon>
            </Group>
            <TextInput label={t('Dials')} placeholder="92025550123" inputMode="tel" autoComplete="off" maxLength={30} value={row.target} onChange={(typed) => change(row, { target: typed.currentTarget.value })} />
          </Stack>
        </Card>
      ))}
      {form.errors['speedDials'] !== undefined && <Input.Error role="alert">{form.errors['speedDials']}</Input.Error>}
      {rows.length < MOST && <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => set([...rows, { number: '', name: '', target: '', key: (next.current += 1) }])}>{t('Add a speed dial')}</Button>}
    </FormBody>
  )
}
