import { Button, FileInput, SegmentedControl, Text, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Volume2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { Prompt } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { Problem } from '../../components/states.tsx'
import { useForm } from '../../components/use-form.ts'
import { sayFile, sayText, speak } from './data.ts'
import { t } from '../../words/translate.ts'

interface Values {
  way: 'text' | 'file'
  text: string
  file: File | null
}

/** Puts a text that is spoken, or a file, in place of a prompt. */
export function PromptForm({ prompt, onClose }: { prompt: Prompt | null; onClose: () => void }) {
  return (
    <FormDrawer opened={prompt !== null} onClose={onClose} title={t('Replace {{name}}', { name: prompt?.name ?? '' })}>
      {prompt !== null && <Fields prompt={prompt} onClose={onClose} />}
    </FormDrawer>
  )
}

function Fields({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const form = useForm<Values>({
    initial: { way: prompt.origin === 'upload' ? 'file' : 'text', text: prompt.text ?? prompt.sentence, file: null },
    check: (values): Record<string, string> => {
      if (values.way === 'text') return values.text.trim() === '' ? { text: t('Write what callers shall hear.') } : {}
      if (values.file === null) return { sound: t('Choose a file.') }
      return values.file.size > 10_000_000 ? { sound: t('The file is larger than 10 MB.') } : {}
    },
    onSaved: onClose,
    save: async (values) => {
      if (values.way === 'text') await sayText(prompt.name, values.text.trim())
      else if (values.file !== null) await sayFile(prompt.name, values.file)
      notify.done(t('The next caller hears it.'))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={t('Replace')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Text size="sm" c="dimmed">{t('As it comes: {{sentence}}', { sentence: prompt.sentence })}</Text>
      <SegmentedControl aria-label={t('How')} data={[{ value: 'text', label: t('A text, spoken') }, { value: 'file', label: t('A recording') }]} value={values.way} onChange={(way) => set('way', way as Values['way'])} />
      {values.way === 'text'
        ? (
            <>
              <Textarea label={t('Text')} description={t('English, spoken by the voice of Dialplane.')} autosize minRows={3} maxLength={3000} value={values.text} error={errors.text} onChange={(change) => set('text', change.currentTarget.value)} />
              <Preview text={values.text} />
            </>
          )
        : <FileInput label={t('File')} description={t('WAV (16-bit PCM or G.711) or Opus in Ogg, up to 10 MB and 5 minutes. Phones hear 8 kHz.')} placeholder={t('Choose a file')} accept=".wav,.ogg,.opus,audio/wav,audio/ogg" clearable value={values.file} error={errors.sound} onChange={(file) => set('file', file)} />}
    </FormBody>
  )
}

/** How the text sounds, before anybody else hears it. */
function Preview({ text }: { text: string }) {
  const [address, setAddress] = useState<string | null>(null)
  useEffect(() => () => {
    if (address !== null) URL.revokeObjectURL(address)
  }, [address])
  const speaking = useMutation({ mutationFn: () => speak(text.trim()), onSuccess: setAddress })
  return (
    <div>
      <Button variant="default" leftSection={<Volume2 size={16} aria-hidden />} disabled={text.trim() === ''} loading={speaking.isPending} onClick={() => speaking.mutate()}>{t('Listen first')}</Button>
      <Problem error={speaking.error} />
      {address !== null && <audio controls autoPlay src={address} aria-label={t('Preview')} style={{ width: '100%', height: 40, marginTop: 8 }} />}
    </div>
  )
}
