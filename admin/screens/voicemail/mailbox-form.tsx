import { Checkbox, NumberInput, Select, TagsInput } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import { useCode } from '../../app/feature-codes.ts'
import { numberOrNull, trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { Mailbox } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { PinField } from '../conferences/pin-field.tsx'
import { changeMailbox, changePin } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

interface Values {
  /** Undefined: as it is; null: none. */
  pin: string | null | undefined
  askOwnPhone: boolean
  operator: string
  maxMessages: number | string
  maxSeconds: number | string
  /** Empty: for ever. */
  keepDays: number | string
  mwiUnsolicited: boolean
  mailTo: string[]
  mailAttach: boolean
  mailThen: Mailbox['mailThen']
}

const thens: { value: Mailbox['mailThen']; label: string }[] = [
  { value: 'keep', label: t('it stays new') }, { value: 'heard', label: t('it counts as heard') }, { value: 'delete', label: t('it is deleted here') },
]

/** What a mailbox takes and keeps, and who may hear it. */
export function MailboxForm({ box, onClose }: { box: Mailbox | null; onClose: () => void }) {
  return (
    <FormDrawer opened={box !== null} onClose={onClose} title={t('Mailbox of {{number}}', { number: box?.number ?? '' })}>
      {box !== null && <Fields current={box} onClose={onClose} />}
    </FormDrawer>
  )
}

function Fields({ current, onClose }: { current: Mailbox; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [box] = useState(current)
  const form = useForm<Values>({
    initial: { pin: undefined, askOwnPhone: box.askOwnPhone, operator: box.operator ?? '', maxMessages: box.maxMessages, maxSeconds: box.maxSeconds, keepDays: box.keepDays ?? '', mwiUnsolicited: box.mwiUnsolicited, mailTo: box.mailTo, mailAttach: box.mailAttach, mailThen: box.mailThen },
    check: ({ pin, maxMessages, maxSeconds }): Record<string, string> => ({
      ...(typeof pin === 'string' && !/^[0-9]{4,12}$/.test(pin) && { pin: t('A PIN has 4 to 12 digits and nothing else.') }),
      ...(maxMessages === '' && { maxMessages: t('Say how many, 1 to 1000.') }),
      ...(maxSeconds === '' && { maxSeconds: t('Say how long, 10 to 1800 seconds.') }),
    }),
    onSaved: onClose,
    save: async ({ pin, askOwnPhone, operator, maxMessages, maxSeconds, keepDays, mwiUnsolicited, mailTo, mailAttach, mailThen }) => {
      // The PIN first: one that is refused leaves all as it was.
      const version = pin === undefined ? box.version : (await changePin(box.id, pin)).data.data.version
      await changeMailbox(box.id, {
        askOwnPhone, operator: trimmedOrNull(operator), maxMessages: Number(maxMessages), maxSeconds: Number(maxSeconds),
        keepDays: numberOrNull(keepDays), mwiUnsolicited, mailTo, mailAttach, mailThen: mailThen === 'delete' && !mailAttach ? 'keep' : mailThen, version,
      })
      notify.done(t('The mailbox of {{number}} is saved.', { number: box.number }))
    },
  })
  const { values, errors, set } = form
  const messages = useCode()('voicemail-own')
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <PinField label="PIN" description={messages === undefined ? t('4 to 12 digits. Without one, the extension’s own phone asks for a new one, and from other phones the mailbox cannot be heard.') : t('4 to 12 digits. Without one, the extension’s own phone asks for a new one at {{messages}}, and from other phones the mailbox cannot be heard.', { messages })} set={box.hasPin} value={values.pin} error={errors.pin} onChange={(value) => set('pin', value)} />
      <Checkbox label={t('Ask the extension’s own phones too')} description={t('Without it, whoever picks up such a phone hears the messages.')} checked={values.askOwnPhone} onChange={(change) => set('askOwnPhone', change.currentTarget.checked)} />
      <TargetInput label={t('With 0 callers reach')} description={t('Such as the reception; empty for nobody.')} value={values.operator} error={errors.operator} onChange={(value) => set('operator', value)} />
      <NumberInput label={t('Longest message')} min={10} max={1800} allowDecimal={false} suffix=" s" value={values.maxSeconds} error={errors.maxSeconds} onChange={(value) => set('maxSeconds', value)} />
      <NumberInput label={t('Messages at most')} description={t('New and heard together; from then on callers are told that it is full.')} min={1} max={1000} allowDecimal={false} value={values.maxMessages} error={errors.maxMessages} onChange={(value) => set('maxMessages', value)} />
      <NumberInput label={t('Messages are kept')} description={t('Then they are deleted, heard or not; empty for ever.')} min={1} max={3650} allowDecimal={false} suffix={` ${t('days')}`} placeholder={t('For ever')} value={values.keepDays} error={errors.keepDays} onChange={(value) => set('keepDays', value)} />
      <Checkbox label={t('Light the lamp of phones that do not ask for it')} description={t('They are told of messages when they register and when there is news. Phones that subscribe are told either way.')} checked={values.mwiUnsolicited} onChange={(change) => set('mwiUnsolicited', change.currentTarget.checked)} />
      <TagsInput label={t('Send each message by e-mail to')} description={rich('Press Enter after each address. <link>Mail</link> says which server takes it.', { link: (inside) => <Link href="/mail">{inside}</Link> })} placeholder={values.mailTo.length === 0 ? 'ada@example.com' : ''} value={values.mailTo} error={errors.mailTo} onChange={(value) => set('mailTo', value)} />
      {values.mailTo.length > 0 && (
        <>
          <Checkbox label={t('With the message attached')} description={t('As a WAV file, which anybody who reads the mail can hear. Without it, the mail only tells who called.')} checked={values.mailAttach} onChange={(change) => set('mailAttach', change.currentTarget.checked)} />
          <Select label={t('When the mail is sent')} data={values.mailAttach ? thens : thens.slice(0, 2)} allowDeselect={false} value={!values.mailAttach && values.mailThen === 'delete' ? 'keep' : values.mailThen} onChange={(value) => set('mailThen', (value ?? 'keep') as Mailbox['mailThen'])} />
        </>
      )}
    </FormBody>
  )
}
