import { Alert, Button, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Trunk } from '../../app/types.ts'
import type { Carrier } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { PageLoader, Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { answerWords, soundWords } from '../../words/trunk.ts'
import { addTrunk, askCarrier, changeTrunk, useCarriers } from './data.ts'
import { t } from '../../words/translate.ts'
import { SoundFields } from './sound-fields.tsx'

interface WizardProps {
  opened: boolean
  onClose: () => void
  /** The form with all settings instead, of this trunk or of a new one. */
  onAll: (trunk: Trunk | undefined) => void
}

/** A new trunk in three steps: which carrier, what its account says, whether it answers. */
export function TrunkWizard({ opened, onClose, onAll }: WizardProps) {
  const carriers = useCarriers()
  return <FormDrawer opened={opened} onClose={onClose} title={t('New trunk')}>{carriers.data === undefined ? <PageLoader /> : <Steps carriers={carriers.data} onClose={onClose} onAll={onAll} />}</FormDrawer>
}

function Steps({ carriers, onClose, onAll }: { carriers: readonly Carrier[] } & Omit<WizardProps, 'opened'>) {
  const [id, setId] = useState<string | null>(null)
  const [made, setMade] = useState<Trunk | undefined>(undefined)
  const [checking, setChecking] = useState(false)
  const carrier = carriers.find((one) => one.id === id)
  if (made !== undefined && checking) return <Check trunk={made} onBack={(current) => (setMade(current), setChecking(false))} onClose={onClose} onAll={() => onAll(made)} />
  return (
    <Stack gap="md">
      <Select label={t('Carrier')} placeholder={t('Choose or type')} searchable data-autofocus disabled={made !== undefined} data={carriers.map(({ id: value, name }) => ({ value, label: name }))} nothingFoundMessage={t('Not known: choose another carrier with user name and password, or one that knows our address.')} value={id} onChange={setId} />
      {carrier !== undefined && <Account key={carrier.id} carrier={carrier} made={made} onCancel={onClose} onSaved={(trunk) => (setMade(trunk), setChecking(true))} />}
      {carrier === undefined && <Group justify="space-between"><Button variant="subtle" onClick={() => onAll(undefined)}>{t('All settings instead')}</Button><Button variant="default" onClick={onClose}>{t('Cancel')}</Button></Group>}
    </Stack>
  )
}

/** Their names say what they are, not whose. */
const UNNAMED: ReadonlySet<string> = new Set(['register', 'address', 'peer'])

interface AccountProps {
  carrier: Carrier
  /** It was made already, and did not answer well. */
  made: Trunk | undefined
  onSaved: (trunk: Trunk) => void
  onCancel: () => void
}

function Account({ carrier, made, onSaved, onCancel }: AccountProps) {
  const { asks, trunk, hostExample, help } = carrier
  const form = useForm({
    initial: { name: made?.name ?? (UNNAMED.has(carrier.id) ? '' : carrier.name), host: made === undefined ? trunk.host : `${made.host}${made.port === null ? '' : `:${made.port}`}`, username: made?.username ?? '', password: '', callerId: made?.callerId ?? '', codecs: made?.codecs ?? trunk.codecs, dtmf: made?.dtmf ?? trunk.dtmf, packetMs: made?.packetMs ?? trunk.packetMs },
    check: ({ name, host, username, password }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Name it as you speak of it.') }),
      ...(asks.host !== undefined && host.trim() === '' && { host: t('The carrier tells it to you.') }),
      ...(asks.username !== undefined && username.trim() === '' && { username: t('It is needed here.') }),
      ...(asks.password !== undefined && (password === '' ? made?.hasPassword !== true : trunk.registersHere && password.length < 12) && { password: trunk.registersHere ? t('At least 12 characters.') : t('It is needed here.') }),
    }),
    save: async ({ name, host, username, password, callerId, codecs, dtmf, packetMs }) => {
      const [, server = '', port] = /^(.*?)(?::([0-9]{1,5}))?$/.exec(host.trim()) ?? []
      const input = { name: name.trim(), codecs, dtmf, packetMs, ...(server !== '' && { host: server, port: port === undefined ? null : Number(port) }), callerId: callerId.trim() || null, username: username.trim() || null, ...(password !== '' && { password }) }
      if (made === undefined) onSaved(await addTrunk({ ...trunk, ...input }))
      else {
        await changeTrunk(made.id, input)
        onSaved(made)
      }
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save and check')} onSubmit={form.submit} onCancel={onCancel} busy={form.busy} problem={form.problem}>
      <Text size="sm">{help}</Text>
      <TextInput label={t('Name')} withAsterisk required autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      {asks.host !== undefined && <TextInput label={asks.host} placeholder={hostExample} withAsterisk required spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.host} error={errors.host} onChange={(change) => set('host', change.currentTarget.value)} />}
      {asks.username !== undefined && <TextInput label={asks.username} withAsterisk required spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.username} error={errors.username} onChange={(change) => set('username', change.currentTarget.value)} />}
      {asks.password !== undefined && <PasswordInput label={asks.password} description={made?.hasPassword ? t('Stored. Empty: it stays as it is.') : undefined} withAsterisk required autoComplete="new-password" value={values.password} error={errors.password} onChange={(change) => set('password', change.currentTarget.value)} />}
      <TextInput label={t('Number shown to those who are called')} description={t('One that the carrier gave you, with its country code. It can be entered later.')} placeholder="+12025550100" inputMode="tel" autoComplete="off" value={values.callerId} error={errors.callerId} onChange={(change) => set('callerId', change.currentTarget.value)} />
      {UNNAMED.has(carrier.id) ? <SoundFields values={values} errors={errors} set={(field, value) => set(field, value as never)} /> : <Text size="sm" c="dimmed">{soundWords(trunk)}</Text>}
    </FormBody>
  )
}

function Check({ trunk, onBack, onClose, onAll }: { trunk: Trunk; onBack: (current: Trunk) => void; onClose: () => void; onAll: () => void }) {
  const check = useMutation({ mutationFn: () => askCarrier(trunk.id) })
  // Once, when the step is reached.
  const { mutate } = check
  useEffect(() => mutate(), [mutate])
  const asked = check.data
  // A PBX that registers here does so later.
  const waits = asked?.registersHere === true && asked.status.peer === null
  const good = asked?.status.state === 'up'
  return (
    <Stack gap="md">
      {asked === undefined && check.error === null && <Text size="sm" c="dimmed" role="status">{t('Asking {{name}}, which may take half a minute when nothing answers…', { name: trunk.name })}</Text>}
      <Problem error={check.error} />
      {asked !== undefined && <Alert role="status" color={good ? 'green' : waits ? 'blue' : 'orange'} icon={good ? <CircleCheck size={18} aria-hidden /> : <TriangleAlert size={18} aria-hidden />} title={good ? t('It works') : waits ? t('It is ready') : t('Not yet')}>{answerWords(asked)}</Alert>}
      {good && <Text size="sm">{t('Now say which calls go out over it under Outbound routes, and where calls to its numbers go under Inbound numbers.')}</Text>}
      {asked !== undefined && !good && !waits && <Text size="sm">{t('The trunk is saved, and is tried again by itself. Correct what you entered, or look after it later.')}</Text>}
      <Group justify="flex-end" gap="xs">
        {asked !== undefined && !good && <><Button variant="subtle" onClick={onAll}>{t('All settings')}</Button><Button variant="default" onClick={() => onBack(asked)}>{t('Back')}</Button><Button variant="default" loading={check.isPending} onClick={() => check.mutate()}>{t('Check again')}</Button></>}
        <Button disabled={check.isPending} onClick={onClose}>{t('Done')}</Button>
      </Group>
    </Stack>
  )
}
