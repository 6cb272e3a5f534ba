import { Alert, Badge, Button, Group, Menu, ActionIcon, Modal, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Ellipsis, Fingerprint, Pencil, Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { rereading } from '../../app/query-client.ts'
import { useSession } from '../../app/session.tsx'
import { addPasskey, beginPasskey, listPasskeys, removePasskey, renamePasskey, type Passkey } from '../../client/index.ts'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { useForm } from '../../components/use-form.ts'
import { useLastOpen } from '../../components/use-last-open.ts'
import { RecoveryCodeList } from '../second-factor/recovery-codes.tsx'
import { passkeysHere, useSignInOptions } from '../second-factor/use-sign-in-options.ts'
import { makePasskey } from '../second-factor/webauthn.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

const changed = rereading(keys.secondFactor)

type Doing = { what: 'add' } | { what: 'rename' | 'remove'; passkey: Passkey }

/** One's own passkeys. */
export function PasskeysPanel() {
  const list = useQuery({ queryKey: [...keys.secondFactor, 'passkeys'], queryFn: async () => (await listPasskeys({ query: { limit: 100 }, throwOnError: true })).data.data })
  const here = passkeysHere(useSignInOptions().data)
  const [doing, setDoing] = useState<Doing | null>(null)
  const shown = useLastOpen(doing !== null, doing)
  const close = () => setDoing(null)
  const titles = { add: t('Add a passkey'), rename: t('Rename {{name}}', { name: shown && 'passkey' in shown ? shown.passkey.name : '' }), remove: t('Remove {{name}}?', { name: shown && 'passkey' in shown ? shown.passkey.name : '' }) }
  return (
    <Panel component="section" aria-labelledby="passkeys">
      <Group justify="space-between" align="flex-start" mb="sm">
        <div style={{ flex: '1 1 260px' }}>
          <Title order={2} id="passkeys">{t('Passkeys and security keys')}</Title>
          <Text size="sm" c="dimmed">{t('They sign in without a password, and count as the second factor with it. No false page can ask for them.')}</Text>
        </div>
        {here.usable && <Button variant="default" leftSection={<Plus size={16} aria-hidden />} onClick={() => setDoing({ what: 'add' })}>{t('Add a passkey')}</Button>}
      </Group>
      {here.why !== undefined && <Alert color="orange" mb="sm" icon={<Fingerprint size={18} aria-hidden />}>{here.why}</Alert>}
      <Problem error={list.error} />
      {list.data?.length === 0 && <Text size="sm">{t('None yet.')}</Text>}
      <Stack gap="xs">{list.data?.map((passkey) => <Row key={passkey.id} passkey={passkey} onDo={(what) => setDoing({ what, passkey })} />)}</Stack>
      <Modal opened={doing !== null} onClose={close} title={<Text span fw={650} fz="lg">{shown && titles[shown.what]}</Text>}>
        {shown?.what === 'add' && <Add onClose={close} />}
        {shown?.what === 'rename' && <Rename passkey={shown.passkey} onClose={close} />}
        {shown?.what === 'remove' && <Remove passkey={shown.passkey} onClose={close} />}
      </Modal>
    </Panel>
  )
}

function Row({ passkey, onDo }: { passkey: Passkey; onDo: (what: 'rename' | 'remove') => void }) {
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Group gap="xs"><Text size="sm" fw={600}>{passkey.name}</Text>{passkey.refused && <Badge color="red" variant="light">{t('Refused')}</Badge>}{passkey.synced && <Badge variant="light" color="gray">{t('Synced')}</Badge>}</Group>
        <Text size="xs" c="dimmed">{passkey.lastUsedAt === null ? rich('For {{address}}, added {{time}}, never used', { address: passkey.address, time: <Time at={passkey.createdAt} /> }) : rich('For {{address}}, added {{time}}, used {{used}}', { address: passkey.address, time: <Time at={passkey.createdAt} />, used: <Time at={passkey.lastUsedAt} ago /> })}</Text>
        {passkey.refused && <Text size="xs" c="var(--mantine-color-error)">{t('Its counter went back, so there may be a copy of it. Remove it and add a new one.')}</Text>}
      </div>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target><ActionIcon aria-label={t('Actions for {{name}}', { name: passkey.name })}><Ellipsis size={18} aria-hidden /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={16} aria-hidden />} onClick={() => onDo('rename')}>{t('Rename')}</Menu.Item>
          <Menu.Item c="var(--mantine-color-error)" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => onDo('remove')}>{t('Remove')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  )
}

const named = (name: string) => (name.trim() === '' ? { name: t('Give it a name.') } : {})
const proved = (password: string, needed: boolean) => (needed && password === '' ? { password: t('Enter your password.') } : {})

function Add({ onClose }: { onClose: () => void }) {
  const { hasPassword } = useSession().user
  const [codes, setCodes] = useState<string[] | null>(null)
  const form = useForm({
    initial: { name: t('My passkey'), password: '' },
    check: ({ name, password }) => ({ ...named(name), ...proved(password, hasPassword) }),
    save: async ({ name, password }) => {
      const passkey = await makePasskey((await beginPasskey({ body: { password }, throwOnError: true })).data.data)
      const { recoveryCodes } = (await changed(addPasskey({ body: { name: name.trim(), passkey }, throwOnError: true }))).data.data
      notify.done(t('The passkey is added.'))
      if (recoveryCodes === null) onClose()
      else setCodes(recoveryCodes)
    },
  })
  if (codes !== null) return <RecoveryCodeList codes={codes} done={t('I have kept them')} onDone={onClose} />
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">{t('Your browser asks next where to keep it: this device, your phone, your password manager or a security key.')}</Text>
        <TextInput label={t('Name')} description={t('By which you know it again.')} maxLength={60} value={form.values.name} error={form.errors.name} onChange={(change) => form.set('name', change.currentTarget.value)} />
        {hasPassword && <PasswordInput label={t('Your password')} autoComplete="current-password" data-autofocus value={form.values.password} error={form.errors.password} onChange={(change) => form.set('password', change.currentTarget.value)} />}
        <Problem error={form.problem} />
        <Group><Button type="submit" loading={form.busy}>{t('Continue')}</Button></Group>
      </Stack>
    </form>
  )
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const form = useForm({ initial: { name: passkey.name }, check: ({ name }) => named(name), save: ({ name }) => changed(renamePasskey({ path: { id: passkey.id }, body: { name: name.trim() }, throwOnError: true })), onSaved: onClose })
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        <TextInput label={t('Name')} data-autofocus maxLength={60} value={form.values.name} error={form.errors.name} onChange={(change) => form.set('name', change.currentTarget.value)} />
        <Problem error={form.problem} />
        <Group><Button type="submit" loading={form.busy}>{t('Rename')}</Button></Group>
      </Stack>
    </form>
  )
}

function Remove({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const { hasPassword } = useSession().user
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => proved(password, hasPassword),
    save: ({ password }) => changed(removePasskey({ path: { id: passkey.id }, body: { password }, throwOnError: true })),
    onSaved: () => {
      notify.done(t('The passkey is removed.'))
      onClose()
    },
  })
  return (
    <form noValidate onSubmit={(submitted) => { submitted.preventDefault(); form.submit() }}>
      <Stack gap="md">
        <Text size="sm">{t('It opens nothing from now on. Your browser or password manager may still show it: delete it there too.')}</Text>
        {hasPassword && <PasswordInput label={t('Your password')} autoComplete="current-password" data-autofocus value={form.values.password} error={form.errors.password} onChange={(change) => form.set('password', change.currentTarget.value)} />}
        <Problem error={form.problem} />
        <Group><Button type="submit" color="red" loading={form.busy}>{t('Remove')}</Button></Group>
      </Stack>
    </form>
  )
}
