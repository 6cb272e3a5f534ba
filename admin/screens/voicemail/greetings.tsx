import { Button, FileInput, Group, SegmentedControl, Stack, Text, Textarea, Title } from '@mantine/core'
import { useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import type { Mailbox } from '../../app/types.ts'
import type { GreetingKind } from '../../client/index.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Panel } from '../../components/panel.ts'
import { useForm } from '../../components/use-form.ts'
import { dropGreeting, greetingOf, greetWithFile, greetWithText } from './data.ts'
import { t } from '../../words/translate.ts'

const kinds: { kind: GreetingKind; title: string; standard: string }[] = [
  { kind: 'temporary', title: t('Temporary greeting'), standard: t('None. While there is one, callers hear it instead of the others.') },
  { kind: 'unavailable', title: t('While nobody answers'), standard: t('Standard: “… is not available. Please leave a message after the tone.”') },
  { kind: 'busy', title: t('While busy'), standard: t('As while nobody answers; without that one, “… is busy. Please leave a message after the tone.”') },
  { kind: 'name', title: t('Name'), standard: t('Standard: the number. Said in the standard greetings.') },
]

/** What callers of a mailbox hear. */
export function Greetings({ box, onClose }: { box: Mailbox | null; onClose: () => void }) {
  const messages = useCode()('voicemail-own')
  return (
    <FormDrawer opened={box !== null} onClose={onClose} title={t('Greetings of {{number}}', { number: box?.number ?? '' })}>
      {box !== null && (
        <Stack gap="sm">
          {messages !== undefined && <Text size="sm" c="dimmed">{t('They are also recorded by phone: {{messages}}, then 0.', { messages })}</Text>}
          {kinds.map((one) => <Greeting key={one.kind} box={box} {...one} />)}
        </Stack>
      )}
    </FormDrawer>
  )
}

function Greeting({ box, kind, title, standard }: { box: Mailbox; kind: GreetingKind; title: string; standard: string }) {
  const can = useCan()
  const [changing, setChanging] = useState(false)
  const [removing, setRemoving] = useState(false)
  const there = box.greetings[kind] !== undefined
  const drop = () => {
    setRemoving(true)
    dropGreeting(box.id, kind).catch(notify.failed).finally(() => setRemoving(false))
  }
  return (
    <Panel component="section" aria-label={title}>
      <Title order={3} size="h5">{title}</Title>
      {there ? <audio key={box.version} controls preload="none" src={greetingOf(box.id, kind, box.version)} aria-label={title} style={{ width: '100%', height: 40, marginTop: 6 }} /> : <Text size="sm" c="dimmed">{standard}</Text>}
      {can('voicemail.write') && !changing && (
        <Group gap="xs" mt="xs">
          <Button size="xs" variant="default" onClick={() => setChanging(true)}>{there ? t('Replace') : t('Add')}</Button>
          {there && <Button size="xs" variant="default" color="red" loading={removing} onClick={drop}>{t('Remove')}</Button>}
        </Group>
      )}
      {changing && <Change box={box} kind={kind} onClose={() => setChanging(false)} />}
    </Panel>
  )
}

function Change({ box, kind, onClose }: { box: Mailbox; kind: GreetingKind; onClose: () => void }) {
  const form = useForm<{ way: 'text' | 'file'; text: string; file: File | null }>({
    initial: { way: 'text', text: '', file: null },
    check: (values): Record<string, string> => {
      if (values.way === 'text') return values.text.trim() === '' ? { text: t('Write what callers shall hear.') } : {}
      if (values.file === null) return { sound: t('Choose a file.') }
      return values.file.size > 10_000_000 ? { sound: t('The file is larger than 10 MB.') } : {}
    },
    onSaved: onClose,
    save: async ({ way, text, file }) => {
      if (way === 'text') await greetWithText(box.id, kind, text.trim())
      else if (file !== null) await greetWithFile(box.id, kind, file)
      notify.done(t('The next caller hears it.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <SegmentedControl mt="xs" aria-label={t('How')} data={[{ value: 'text', label: t('A text, spoken') }, { value: 'file', label: t('A recording') }]} value={values.way} onChange={(way) => set('way', way as 'text' | 'file')} />
      {values.way === 'text'
        ? <Textarea label={t('Text')} description={t('English, spoken by the voice of Dialplane.')} autosize minRows={2} maxLength={1000} value={values.text} error={errors.text} onChange={(change) => set('text', change.currentTarget.value)} />
        : <FileInput label={t('File')} description={t('WAV (16-bit PCM or G.711) or Opus in Ogg, up to 10 MB.')} placeholder={t('Choose a file')} accept=".wav,.ogg,.opus,audio/wav,audio/ogg" clearable value={values.file} error={errors.sound} onChange={(file) => set('file', file)} />}
    </FormBody>
  )
}
