import { Select, TextInput } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { now } from '../../live/clock.ts'
import { addBan, allowNetwork } from './data.ts'
import { inSense, t } from '../../words/translate.ts'

const HOUR = 3_600_000

const lengths = [
  { value: '1', label: t('One hour') },
  { value: '24', label: t('One day') },
  { value: '168', label: t('One week') },
  { value: 'always', label: t('Until it is lifted') },
]

interface NetworkFormProps {
  /** What is done with the network; null: closed. */
  kind: 'ban' | 'allow' | null
  onClose: () => void
}

/** Bans an address by hand, or names one that never is. */
export function NetworkForm({ kind, onClose }: NetworkFormProps) {
  return (
    <FormDrawer opened={kind !== null} onClose={onClose} title={kind === 'allow' ? t('Never ban a network') : t('Ban an address')}>
      <Fields ban={kind !== 'allow'} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ ban, onClose }: { ban: boolean; onClose: () => void }) {
  const form = useForm({
    initial: { network: '', note: '', length: 'always' },
    check: ({ network, note }) => {
      const errors: Record<string, string> = {}
      if (network.trim() === '') errors.network = t('Enter an address such as 203.0.113.7, or a network such as 203.0.113.0/24.')
      if (note.trim() === '') errors.note = t('Say why, for whoever looks at it later.')
      return errors
    },
    onSaved: onClose,
    save: async ({ network, note, length }) => {
      const input = { network: network.trim(), note: note.trim() }
      if (ban) await addBan({ ...input, until: length === 'always' ? null : new Date(now() + Number(length) * HOUR).toISOString() })
      else await allowNetwork(input)
      notify.done(ban ? t('{{network}} is banned.', { network: input.network }) : t('{{network}} is never banned from now on.', { network: input.network }))
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={ban ? inSense('verb', 'Ban') : t('Allow')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Address or network')} description={t('An IPv6 address means its /64.')} withAsterisk required data-autofocus autoComplete="off" value={values.network} error={errors.network} onChange={(change) => set('network', change.currentTarget.value)} />
      <TextInput label={t('Note')} withAsterisk required autoComplete="off" value={values.note} error={errors.note} onChange={(change) => set('note', change.currentTarget.value)} />
      {ban && <Select label={t('How long')} allowDeselect={false} data={lengths} value={values.length} error={errors.until} onChange={(value) => set('length', value ?? 'always')} />}
    </FormBody>
  )
}
