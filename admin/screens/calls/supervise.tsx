import { ActionIcon, Button, Group, Modal, Select, SegmentedControl, Stack, Text, Tooltip } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Ear } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Call } from '../../app/types.ts'
import { Problem } from '../../components/states.tsx'
import { partyName } from '../../words/call.ts'
import { useExtensions } from '../extensions/data.ts'
import { supervise, type Mode, type Side } from './data.ts'
import { t } from '../../words/translate.ts'

const REMEMBERED = 'supervisor-extension'

const modes: { value: Mode; label: string }[] = [
  { value: 'listen', label: t('Listen') },
  { value: 'whisper', label: t('Whisper') },
  { value: 'barge', label: t('Join') },
]

const explained: Record<Mode, string> = {
  listen: t('Hears both, and is heard by nobody.'),
  whisper: t('Hears both, and is heard by one of them alone.'),
  barge: t('Talks with both.'),
}

/** Lets an extension listen to a call, whisper into it or join it. */
export function SuperviseButton({ call, compact }: { call: Call; compact: boolean }) {
  const can = useCan()
  const [open, setOpen] = useState(false)
  // One who listens himself, or is in a conference, has no phone at the other end.
  const twoPhones = call.legs.filter((leg) => (leg.state === 'answered' || leg.state === 'held') && leg.codec !== null).length === 2
  if (call.state !== 'answered' || !twoPhones || !can('calls.listen') || !can('extensions.read')) return null
  return (
    <>
      {compact
        ? <Tooltip label={t('Listen in')}><ActionIcon aria-label={t('Listen in')} onClick={() => setOpen(true)}><Ear size={16} aria-hidden /></ActionIcon></Tooltip>
        : <Button variant="default" leftSection={<Ear size={16} aria-hidden />} onClick={() => setOpen(true)}>{t('Listen in')}</Button>}
      <Modal opened={open} onClose={() => setOpen(false)} title={<Text fw={650} span>{t('Listen in on this call')}</Text>}>
        {open && <Choice call={call} onClose={() => setOpen(false)} />}
      </Modal>
    </>
  )
}

function Choice({ call, onClose }: { call: Call; onClose: () => void }) {
  const [extensionId, setExtensionId] = useState<string | null>(localStorage.getItem(REMEMBERED))
  const [mode, setMode] = useState<Mode>('listen')
  const [side, setSide] = useState<Side>('callee')
  const extensions = useExtensions({ limit: 100, sort: 'number', order: 'asc' })
  const choices = (extensions.data?.data ?? []).map(({ id, number, name }) => ({ value: id, label: `${number} ${name}` }))
  const chosen = choices.find(({ value }) => value === extensionId)
  const ringing = useMutation({
    mutationFn: async (id: string) => supervise(call.id, { extensionId: id, side, mode }),
    onSuccess: () => {
      localStorage.setItem(REMEMBERED, extensionId ?? '')
      notify.done(chosen === undefined ? t('The phone is ringing.') : t('{{name}} is ringing.', { name: chosen.label }))
      onClose()
    },
  })
  return (
    <Stack gap="md">
      <Select
        label={t('Phone to ring')}
        description={t('Whoever answers it listens. The two on the phone are not told; the history and the audit log say who it was.')}
        placeholder={t('Choose an extension')}
        searchable
        data={choices}
        value={chosen?.value ?? null}
        onChange={setExtensionId}
        data-autofocus
      />
      <div>
        <Text size="sm" fw={500} id="supervise-mode">{t('Begin with')}</Text>
        <SegmentedControl fullWidth aria-labelledby="supervise-mode" data={modes} value={mode} onChange={setMode} />
        <Text size="xs" c="dimmed" mt={4}>{t('{{explained}} Later the keys 0 (listen), 1 (whisper), 2 (whisper to the other side) and 3 (join) change it.', { explained: explained[mode] })}</Text>
      </div>
      <div>
        <Text size="sm" fw={500} id="supervise-side">{t('Who hears a whisper')}</Text>
        <SegmentedControl
          fullWidth
          aria-labelledby="supervise-side"
          data={[{ value: 'caller' as const, label: partyName(call.from) }, { value: 'callee' as const, label: partyName(call.to) }]}
          value={side}
          onChange={setSide}
        />
      </div>
      <Problem error={ringing.error} />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>{t('Cancel')}</Button>
        <Button disabled={chosen === undefined} loading={ringing.isPending} onClick={() => chosen && ringing.mutate(chosen.value)}>{t('Ring it')}</Button>
      </Group>
    </Stack>
  )
}
