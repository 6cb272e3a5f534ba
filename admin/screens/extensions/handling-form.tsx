import { Checkbox, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useCode } from '../../app/feature-codes.ts'
import { numberOrNull, trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { Extension } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { TargetInput } from '../dial-plan/target-input.tsx'
import { changeExtension } from './data.ts'
import { MissedCallMail } from '../mail/missed-call-mail.tsx'
import { FollowMe, type Followed } from './follow-me.tsx'
import { listWords, sentences, t } from '../../words/translate.ts'

const forwards = [
  { field: 'forwardAlways', label: t('Forward all calls to'), description: t('Its phones do not ring at all.'), codes: ['forward-always-on', 'forward-always-off'] },
  { field: 'forwardBusy', label: t('Forward when busy to'), description: t('Also where calls go while do not disturb is on.'), codes: ['forward-busy-on', 'forward-busy-off'] },
  { field: 'forwardNoAnswer', label: t('Forward when nobody answers to'), description: t('After its phones rang for their time.'), codes: ['forward-no-answer-on', 'forward-no-answer-off'] },
  { field: 'forwardUnreachable', label: t('Forward while no phone is reachable to'), description: t('When none is registered, or none answers.'), codes: ['forward-unreachable-on', 'forward-unreachable-off'] },
] as const

interface Values extends Record<(typeof forwards)[number]['field'], string>, Followed {
  doNotDisturb: boolean
  voicemail: boolean
  vipNumbers: string[]
  lampNumbers: string[]
  missedCallMail: string[]
  /** Empty: no limit. */
  callLimit: number | string
  /** Empty: no limit. */
  outsideAtOnce: number | string
  outsidePerMinute: number | string
  outsideCalls: Extension['outsideCalls']
  /** Empty: the route's or the trunk's. */
  outsideNumber: string
  /** Empty: none. */
  pickupGroup: string
  supervises: string[]
  pageable: boolean
  listed: boolean
  screening: Extension['screening']
}

const outside: { value: Extension['outsideCalls']; label: string }[] = [
  { value: 'none', label: t('Not at all, but for emergency calls') },
  { value: 'national', label: t('Within the country') },
  { value: 'international', label: t('Everywhere') },
]

const screenings: { value: Extension['screening']; label: string }[] = [
  { value: 'off', label: t('Nobody') },
  { value: 'unknown', label: t('Callers from outside whom no contact has') },
  { value: 'outside', label: t('All callers from outside') },
]

/** Where calls to an extension go when they do not simply ring. */
export function HandlingForm({ opened, extension, onClose }: { opened: boolean; extension: Extension; onClose: () => void }) {
  return (
    <FormDrawer opened={opened} onClose={onClose} title={t('Call handling of {{number}}', { number: extension.number })}>
      <Fields current={extension} onClose={onClose} />
    </FormDrawer>
  )
}

function Fields({ current, onClose }: { current: Extension; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [extension] = useState(current)
  const form = useForm<Values>({
    initial: {
      forwardAlways: extension.forwardAlways ?? '', forwardBusy: extension.forwardBusy ?? '', forwardNoAnswer: extension.forwardNoAnswer ?? '',
      forwardUnreachable: extension.forwardUnreachable ?? '', doNotDisturb: extension.doNotDisturb, voicemail: extension.voicemail, vipNumbers: extension.vipNumbers, lampNumbers: extension.lampNumbers, missedCallMail: extension.missedCallMail, callLimit: extension.callLimit ?? '',
      outsideCalls: extension.outsideCalls, outsideNumber: extension.outsideNumber ?? '', outsideAtOnce: extension.outsideAtOnce ?? '', outsidePerMinute: extension.outsidePerMinute ?? '', pickupGroup: extension.pickupGroup ?? '', supervises: extension.supervises, pageable: extension.pageable, listed: extension.listed, screening: extension.screening,
      followMe: extension.followMe, followMeOwnPhones: extension.followMeOwnPhones, followMeTo: extension.followMeTo,
    },
    check: ({ lampNumbers, supervises }): Record<string, string> => {
      const nobody = supervises.find((number) => !/^(?=.)[0-9XNZ]{0,15}\.?$/i.test(number.trim()))
      if (nobody !== undefined) return { supervises: t('{{nobody}} is no number inside, such as 102, and no pattern, such as 2XX.', { nobody }) }
      const wrong = lampNumbers.find((number) => !/^[*0-9][0-9]{0,14}$/.test(number.trim()))
      return wrong === undefined ? {} : { lampNumbers: t('{{wrong}} is no number inside, such as 102, and no code, such as *21.', { wrong }) }
    },
    onSaved: onClose,
    save: async ({ doNotDisturb, voicemail, vipNumbers, lampNumbers, missedCallMail, callLimit, outsideCalls, outsideNumber, outsideAtOnce, outsidePerMinute, pickupGroup, supervises, pageable, listed, screening, followMe, followMeOwnPhones, followMeTo, ...numbers }) => {
      const targets = Object.fromEntries(forwards.map(({ field }) => [field, trimmedOrNull(numbers[field])]))
      await changeExtension(extension.id, { ...targets, doNotDisturb, voicemail, vipNumbers, lampNumbers, missedCallMail, callLimit: callLimit === '' ? null : Number(callLimit), outsideCalls, outsideNumber: trimmedOrNull(outsideNumber), outsideAtOnce: numberOrNull(outsideAtOnce), outsidePerMinute: numberOrNull(outsidePerMinute), pickupGroup: trimmedOrNull(pickupGroup), supervises, pageable, listed, screening, followMe, followMeOwnPhones, followMeTo, version: extension.version })
      notify.done(t('The call handling of {{number}} is saved.', { number: extension.number }))
    },
  })
  const { values, errors, set } = form
  const follow = ({ followMe, followMeOwnPhones, followMeTo }: Partial<Followed>) => {
    if (followMe !== undefined) set('followMe', followMe)
    if (followMeOwnPhones !== undefined) set('followMeOwnPhones', followMeOwnPhones)
    if (followMeTo !== undefined) set('followMeTo', followMeTo)
  }
  const codeOf = useCode()
  const also = (...actions: readonly string[]): string | undefined => {
    const codes = actions.flatMap((action) => codeOf(action) ?? [])
    return codes.length === 0 ? undefined : t('Also {{codes}} on the phone.', { codes: listWords(codes) })
  }
  const [messages, pickUp, intercom, directory, supervise] = [codeOf('voicemail-own'), codeOf('pick-up-group'), codeOf('intercom'), codeOf('directory-by-name'), codeOf('supervise')]
  return (
    <FormBody submit={t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <Checkbox label={t('Do not disturb')} description={sentences(t('Callers hear busy, or leave a message where there is voicemail.'), also('do-not-disturb-on', 'do-not-disturb-off'))} checked={values.doNotDisturb} onChange={(change) => set('doNotDisturb', change.currentTarget.checked)} />
      <TagsInput label={t('May disturb all the same')} description={t('Numbers of callers; press Enter after each.')} value={values.vipNumbers} error={errors.vipNumbers} onChange={(value) => set('vipNumbers', value)} />
      <Checkbox label={t('Voicemail')} description={sentences(t('Callers who reach nobody may leave a message, also when busy or during do not disturb. A forward below comes first for its case.'), messages !== undefined && t('{{messages}} on the phone plays the messages.', { messages }))} checked={values.voicemail} onChange={(change) => set('voicemail', change.currentTarget.checked)} />
      <Select label={t('Ask for a name')} description={t('Callers say their name before it rings. Whoever answers hears it, and presses 1 to take the call or 2 not to; then it goes on as if nobody had answered. Colleagues are not asked, nor who may disturb all the same or is always put through.')} data={screenings} allowDeselect={false} value={values.screening} onChange={(value) => set('screening', (value ?? 'off') as Extension['screening'])} />
      <FollowMe of={extension} values={values} errors={errors} onChange={follow} />
      {forwards.map(({ field, label, description, codes }) => (
        <TargetInput key={field} label={label} description={sentences(description, also(...codes))} value={values[field]} error={errors[field]} onChange={(value) => set(field, value)} />
      ))}
      <MissedCallMail value={values.missedCallMail} error={errors.missedCallMail} onChange={(value) => set('missedCallMail', value)} />
      <NumberInput label={t('Busy from')} description={t('Calls at once from which on others are told it is busy; empty for no limit.')} min={1} max={50} allowDecimal={false} suffix={` ${t('calls')}`} placeholder={t('No limit')} value={values.callLimit} error={errors.callLimit} onChange={(value) => set('callLimit', value)} />
      <TextInput label={t('Pickup group')} description={pickUp === undefined ? t('Colleagues of the same group pick up its calls; empty: those who have none either.') : t('Colleagues of the same group pick up its calls with {{pickUp}}; empty: those who have none either.', { pickUp })} placeholder={t('Sales')} autoComplete="off" maxLength={40} value={values.pickupGroup} error={errors.pickupGroup} onChange={(change) => set('pickupGroup', change.currentTarget.value)} />
      <Checkbox label={t('Answers intercom and paging')} description={intercom === undefined ? t('Its phones pick up by themselves, with a beep, when a colleague pages it. Never during do not disturb.') : t('Its phones pick up by themselves, with a beep, when a colleague dials {{intercom}} and its number, or pages it. Never during do not disturb.', { intercom })} checked={values.pageable} onChange={(change) => set('pageable', change.currentTarget.checked)} />
      <Checkbox label={t('Listed in the company directory')} description={directory === undefined ? t('Callers who ask for the directory find it by its name.') : t('Callers who dial {{directory}}, or are led there, find it by its name.', { directory })} checked={values.listed} onChange={(change) => set('listed', change.currentTarget.checked)} />
      <TagsInput label={t('BLF list')} description={t('Numbers and codes whose lamps its phones get by one subscription; press Enter after each. The BLF list URI of its phones is blf-{{number}} at this server.', { number: extension.number })} placeholder={values.lampNumbers.length === 0 ? '102' : ''} value={values.lampNumbers} error={errors.lampNumbers} onChange={(value) => set('lampNumbers', value)} />
      <TagsInput label={t('Supervises')} description={supervise === undefined ? t('Whose calls its phones may listen to: numbers of extensions or ring groups, or patterns such as 2XX, a dot for everybody; press Enter after each. Only for who may listen to calls.') : t('Whose calls its phones may listen to with {{supervise}} and the extension: numbers of extensions or ring groups, or patterns such as 2XX, a dot for everybody; press Enter after each. Only for who may listen to calls.', { supervise })} placeholder={values.supervises.length === 0 ? t('Nobody') : ''} value={values.supervises} error={errors.supervises} onChange={(value) => set('supervises', value)} />
      <Select label={t('May call outside')} description={t('Also counts for calls that it forwards or transfers there.')} data={outside} allowDeselect={false} value={values.outsideCalls} onChange={(value) => set('outsideCalls', (value ?? 'national') as Extension['outsideCalls'])} />
      <NumberInput label={t('Calls outside at once')} description={t('Further ones are refused; empty for no limit. Calls for help always go out.')} min={1} max={50} allowDecimal={false} placeholder={t('No limit')} value={values.outsideAtOnce} error={errors.outsideAtOnce} onChange={(value) => set('outsideAtOnce', value)} />
      <NumberInput label={t('New calls outside a minute')} description={t('Further ones are refused; empty for no limit. Calls for help always go out.')} min={1} max={600} allowDecimal={false} placeholder={t('No limit')} value={values.outsidePerMinute} error={errors.outsidePerMinute} onChange={(value) => set('outsidePerMinute', value)} />
      <TextInput label={t('Number shown outside')} description={t('An inbound number, or that of a trunk; empty: the one of the outbound route.')} inputMode="tel" autoComplete="off" value={values.outsideNumber} error={errors.outsideNumber} onChange={(change) => set('outsideNumber', change.currentTarget.value)} />
    </FormBody>
  )
}
