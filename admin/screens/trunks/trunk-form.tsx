import { Checkbox, NumberInput, PasswordInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { numberOrNull, trimmedOrNull } from '../../app/fields.ts'
import { notify } from '../../app/notify.ts'
import type { Trunk } from '../../app/types.ts'
import { FormBody, FormDrawer } from '../../components/form-drawer.tsx'
import { useForm } from '../../components/use-form.ts'
import { verifyChoices } from '../../words/identity.ts'
import { formatChoices, identityChoices, kindChoices, trunkKind, type TrunkKind } from '../../words/trunk.ts'
import { CertificateFields, certificatesOf } from './certificate-fields.tsx'
import { addTrunk, changeTrunk } from './data.ts'
import { t } from '../../words/translate.ts'
import { SoundFields } from './sound-fields.tsx'

export type Editing = { kind: 'new' } | { kind: 'edit'; trunk: Trunk } | null

/** Creates or changes a trunk. */
export function TrunkForm({ editing, onClose }: { editing: Editing; onClose: () => void }) {
  const trunk = editing?.kind === 'edit' ? editing.trunk : undefined
  return (
    <FormDrawer opened={editing !== null} onClose={onClose} title={trunk === undefined ? t('New trunk') : t('Edit trunk {{name}}', { name: trunk.name })}>
      <Fields current={trunk} onClose={onClose} />
    </FormDrawer>
  )
}

const locationChoices = [{ value: 'value', label: t('The place itself') }, { value: 'reference', label: t('An address where it is asked for') }, { value: 'both', label: t('Both') }]

type Values = Pick<Trunk, 'name' | 'host' | 'transport' | 'networks' | 'country' | 'format' | 'identity' | 'emergency' | 'sendLocation' | 'locationBy' | 'codecs' | 'dtmf' | 'packetMs' | 'signCalls' | 'verifyCalls' | 'readDiversion' | 'enabled'> & {
  kind: TrunkKind
  /** Empty: where DNS says. */
  port: number | string
  registerSeconds: number | string
  /** PEM. Empty: the stored one stays. */
  clientCertificate: string
  clientKey: string
  forgetCertificate: boolean
  peerAuthority: string
  peerName: string
  /** Empty: none. */
  username: string
  /** Empty: the stored one stays. */
  password: string
  callerId: string
  /** Empty: no limit. */
  maxCalls: number | string
  maxCallsPerSecond: number | string
}

const transports = [{ value: 'udp', label: 'UDP' }, { value: 'tcp', label: 'TCP' }, { value: 'tls', label: t('TLS (encrypted)') }]

function Fields({ current, onClose }: { current: Trunk | undefined; onClose: () => void }) {
  // As it was when the form opened: what someone else changes meanwhile is a conflict, not overwritten.
  const [trunk] = useState(current)
  const form = useForm<Values>({
    initial: {
      name: trunk?.name ?? '', host: trunk?.host ?? '', port: trunk?.port ?? '', registerSeconds: trunk?.registerSeconds ?? 600, clientCertificate: '', clientKey: '', forgetCertificate: false, peerAuthority: trunk?.peerAuthority ?? '', peerName: trunk?.peerName ?? '', transport: trunk?.transport ?? 'udp', username: trunk?.username ?? '', password: '',
      kind: trunk === undefined ? 'register' : trunkKind(trunk), networks: trunk?.networks ?? [], country: trunk?.country ?? 'US', format: trunk?.format ?? 'plus', callerId: trunk?.callerId ?? '',
      identity: trunk?.identity ?? 'pai', maxCalls: trunk?.maxCalls ?? '', maxCallsPerSecond: trunk?.maxCallsPerSecond ?? '', emergency: trunk?.emergency ?? false, sendLocation: trunk?.sendLocation ?? false, locationBy: trunk?.locationBy ?? 'value', codecs: trunk?.codecs ?? [], dtmf: trunk?.dtmf ?? 'auto', packetMs: trunk?.packetMs ?? null, signCalls: trunk?.signCalls ?? false, verifyCalls: trunk?.verifyCalls ?? 'off', readDiversion: trunk?.readDiversion ?? true, enabled: trunk?.enabled ?? true,
    },
    check: ({ name, host, country, kind, username, password }): Record<string, string> => ({
      ...(name.trim() === '' && { name: t('Name it as you speak of it, such as the carrier’s name.') }),
      ...(host.trim() === '' && kind !== 'peer' && { host: t('Enter the SIP server that the carrier told you, such as sip.carrier.example.') }),
      ...(!/^[A-Z]{2}$/.test(country) && { country: t('Two letters, such as US, GB or DE.') }),
      ...(kind === 'register' && username.trim() === '' && { username: t('Registering needs the user name that the carrier gave you.') }),
      ...(kind === 'register' && username.trim() !== '' && password === '' && trunk?.hasPassword !== true && { password: t('Registering needs the password that the carrier gave you.') }),
      ...(kind === 'peer' && username.trim() === '' && { username: t('Choose a name that the PBX registers with, such as branch.') }),
      ...(kind === 'peer' && (password === '' ? trunk?.hasPassword !== true : password.length < 12) && { password: t('At least 12 characters: whoever finds it out calls at your cost.') }),
    }),
    onSaved: onClose,
    save: async ({ kind, port, registerSeconds, clientCertificate, clientKey, forgetCertificate, peerAuthority, peerName, username, password, callerId, maxCalls, maxCallsPerSecond, ...rest }) => {
      const input = {
        ...rest, register: kind === 'register', registersHere: kind === 'peer', port: numberOrNull(port), registerSeconds: Number(registerSeconds) || 600,
        ...certificatesOf(kind !== 'peer' && rest.transport === 'tls', { clientCertificate, clientKey, forgetCertificate, peerAuthority, peerName }, trunk), username: trimmedOrNull(username), callerId: trimmedOrNull(callerId),
        maxCalls: numberOrNull(maxCalls), maxCallsPerSecond: numberOrNull(maxCallsPerSecond),
        // Without a user name there is nothing that a password could prove.
        ...(username.trim() === '' ? { password: null } : password !== '' && { password }),
      }
      if (trunk === undefined) await addTrunk(input)
      else await changeTrunk(trunk.id, { ...input, version: trunk.version })
      notify.done(t('Trunk {{name}} is saved.', { name: input.name.trim() }))
    },
  })
  const { values, errors, set } = form
  const carrier = values.kind !== 'peer'
  return (
    <FormBody submit={trunk === undefined ? t('Create trunk') : t('Save')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
      <TextInput label={t('Name')} placeholder={t('Carrier')} withAsterisk required data-autofocus autoComplete="off" value={values.name} error={errors.name} onChange={(change) => set('name', change.currentTarget.value)} />
      <Select label={t('Kind')} data={kindChoices} allowDeselect={false} value={values.kind} onChange={(value) => set('kind', (value ?? 'register') as TrunkKind)} />
      {carrier && <TextInput label={t('SIP server')} description={t('The carrier’s host name or address, without a port.')} placeholder="sip.carrier.example" withAsterisk required spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.host} error={errors.host} onChange={(change) => set('host', change.currentTarget.value)} />}
      {values.kind === 'register' && <NumberInput label={t('Registered for')} description={t('What we ask for; the carrier may grant less.')} min={60} max={86_400} allowDecimal={false} suffix={` ${t('seconds')}`} value={values.registerSeconds} error={errors.registerSeconds} onChange={(value) => set('registerSeconds', value)} />}
      {carrier && <NumberInput label={t('Port')} description={t('Empty unless the carrier names one: then it is found by DNS.')} min={1} max={65_535} allowDecimal={false} thousandSeparator="" value={values.port} error={errors.port} onChange={(value) => set('port', value)} />}
      {carrier && <Select label={t('Transport')} data={transports} allowDeselect={false} value={values.transport} onChange={(value) => set('transport', (value ?? 'udp') as Trunk['transport'])} />}
      <TextInput label={t('User name')} description={carrier ? t('Empty where the carrier knows you by your address.') : t('What the PBX registers with. Enter it there, with the password and our address as its SIP server.')} spellCheck={false} autoCapitalize="none" autoComplete="off" value={values.username} error={errors.username} onChange={(change) => set('username', change.currentTarget.value)} />
      <PasswordInput label={t('Password')} description={trunk?.hasPassword ? t('Stored, and never shown again. Empty: it stays as it is.') : t('Kept encrypted, and never shown again.')} autoComplete="new-password" value={values.password} error={errors.password} onChange={(change) => set('password', change.currentTarget.value)} />
      <TagsInput label={t('Calls also come from')} description={carrier ? t('Addresses or networks besides those of the SIP server; press Enter after each.') : t('Addresses or networks from which no password is asked for; press Enter after each.')} placeholder="198.51.100.0/24" value={values.networks} error={errors.networks} onChange={(value) => set('networks', value)} />
      <TextInput label={t('Country')} description={t('Numbers without a country code are of there, and all others are abroad.')} styles={{ input: { width: 120 } }} maxLength={2} autoComplete="off" value={values.country} error={errors.country} onChange={(change) => set('country', change.currentTarget.value.trim().toUpperCase())} />
      <Select label={t('Numbers are sent')} data={formatChoices} allowDeselect={false} value={values.format} onChange={(value) => set('format', (value ?? 'plus') as Trunk['format'])} />
      <TextInput label={t('Number shown to those who are called')} description={t('Where neither the extension nor the route has one. The carrier must know it as yours.')} placeholder="+12025550100" inputMode="tel" autoComplete="off" value={values.callerId} error={errors.callerId} onChange={(change) => set('callerId', change.currentTarget.value)} />
      <Select label={t('The caller is named in')} data={identityChoices} allowDeselect={false} value={values.identity} onChange={(value) => set('identity', (value ?? 'pai') as Trunk['identity'])} />
      <NumberInput label={t('Calls at once')} description={t('What you pay for, or empty for no limit. Further calls take the next trunk of their route.')} min={1} max={10_000} allowDecimal={false} placeholder={t('No limit')} value={values.maxCalls} error={errors.maxCalls} onChange={(value) => set('maxCalls', value)} />
      <NumberInput label={t('New calls a second')} description={t('What the carrier takes, or empty for no limit. Further calls take the next trunk of their route, or wait up to three seconds. Calls for help never wait.')} min={1} max={1_000} allowDecimal={false} placeholder={t('No limit')} value={values.maxCallsPerSecond} error={errors.maxCallsPerSecond} onChange={(value) => set('maxCallsPerSecond', value)} />
      {carrier && values.transport === 'tls' && <CertificateFields values={values} errors={errors} set={(field, value) => set(field, value as never)} kept={trunk?.clientCertificate != null} />}
      <Checkbox label={t('Carries calls to the emergency services')} description={t('Without such a trunk, a caller of 911 or 112 is told to use another phone. Ask the carrier which address it gives.')} checked={values.emergency} onChange={(change) => set('emergency', change.currentTarget.checked)} />
      {values.emergency && <Checkbox label={t('Send the caller’s place along')} description={t('As PIDF-LO, for carriers that take it (dynamic location). Others go by the address registered for the number.')} checked={values.sendLocation} onChange={(change) => set('sendLocation', change.currentTarget.checked)} />}
      {values.emergency && values.sendLocation && <Select label={t('The place is sent as')} description={t('An address needs PUBLIC_URL, which the carrier must reach over HTTPS.')} data={locationChoices} allowDeselect={false} value={values.locationBy} onChange={(value) => set('locationBy', (value ?? 'value') as Trunk['locationBy'])} />}
      <SoundFields values={values} errors={errors} set={(field, value) => set(field, value as never)} />
      <Checkbox label={t('Sign our calls')} description={t('STIR/SHAKEN, with the certificate under Signed calls. Ask the carrier whether it wants them signed, or signs them itself.')} checked={values.signCalls} onChange={(change) => set('signCalls', change.currentTarget.checked)} />
      <Select label={t('Calls of this carrier')} description={t('By their signatures (STIR/SHAKEN). Calls for help and calls back from dispatchers always come through.')} data={verifyChoices} allowDeselect={false} value={values.verifyCalls} onChange={(value) => set('verifyCalls', (value ?? 'off') as Trunk['verifyCalls'])} />
      <Checkbox label={t('Believe who sent a call on before it came here')} description={t('By Diversion and History-Info. It is shown with the call and on the phones, and no forward sends the call back there.')} checked={values.readDiversion} onChange={(change) => set('readDiversion', change.currentTarget.checked)} />
      <Checkbox label={t('Turned on')} checked={values.enabled} onChange={(change) => set('enabled', change.currentTarget.checked)} />
    </FormBody>
  )
}
