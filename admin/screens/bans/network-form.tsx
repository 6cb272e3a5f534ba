import { Select, TextInput } from '@mantine/core'
import { notify } from '../../app/notify.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { now } from '../../live/clock.ts'
import { addBan, allowNetwork } from './data.ts'

const HOUR = 3_600_000

const lengths = [
  { value: '1', label: 'One hour' },
  { value: '24', label: 'One day' },
  { value: '168', label: 'One week' },
  { value: 'always', label: 'Until it is lifted' },
]

interface NetworkFormProps {
  /** What is done with the network; null: closed. */
  kind: 'ban' | 'allow' | null
  onClose: () => void
}

/** Bans an address by hand, or names one that never is. */
export function NetworkForm({ kind, onClose }: NetworkFormProps) {
  return (
    <FormDrawer opened={kind !== null} onClose={onClose} title={kind === 'allow' ? 'Never ban a network' : 'Ban an address'}>
      <Fields ban={kind !== 'allow'} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ ban, onClose }: { ban: boolean; onClose: () => void }) {
  const form = useForm({
    initial: { network: '', note: '', length: 'always' },
    check: ({ network, note }) => {
      const errors: Record<string, string> = {}
      if (network.trim() === '') errors.network = 'Enter an address such as 203.0.113.7, or a network such as 203.0.113.0/24.'
      if (note.trim() === '') errors.note = 'Say why, for whoever looks at it later.'
      return errors
    },
    onSaved: onClose,
    save: async ({ network, note, length }) => {
      const input = { network: network.trim(), note: note.trim() }
      if (ban) await addBan({ ...input, until: length === 'always' ? null : new Date(now() + Number(length) * HOUR).toISOString() })
      else await allowNetwork(input)
      notify.done(ban ? `${input.network} is banned.` : `${input.network} is never banned from now on.`)
    },
  })
  const { values, errors, set } = form
  return (
    <FormBody submit={ban ? 'Ban' : 'Allow'} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label="Address or network" description="An IPv6 address means its /64." withAsterisk required data-autofocus autoComplete="off" value={values.network} error={errors.network} onChange={(change) => set('network', change.currentTarget.value)} />
      <TextInput label="Note" withAsterisk required autoComplete="off" value={values.note} error={errors.note} onChange={(change) => set('note', change.currentTarget.value)} />
      {ban && <Select label="How long" allowDeselect={false} data={lengths} value={values.length} error={errors.until} onChange={(value) => set('length', value ?? 'always')} />}
    </FormBody>
  )
}
