import { Alert, Button, Group, Modal, Select, Stack, Table, TagsInput, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { DoorOpen, KeyRound, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { notify } from '../../app/notify.ts'
import type { PhoneOpeningMade, PhoneVendor } from '../../app/types.ts'
import { FormBody } from '../../components/form-drawer.tsx'
import { CopyField } from '../../components/copy.tsx'
import { Time } from '../../components/time.tsx'
import { useForm } from '../../components/use-form.ts'
import { closeForPhones, openForPhones, usePhoneOpening } from './data.ts'
import { rich } from '../../words/rich.ts'
import { inSense, t } from '../../words/translate.ts'

const HOURS = [{ value: '1', label: t('One hour') }, { value: '8', label: t('8 hours') }, { value: '24', label: t('A day') }, { value: '72', label: t('3 days') }]

/** Says that it is open for new phones, and closes it. */
export function OpeningNotice({ mayWrite }: { mayWrite: boolean }) {
  const { data } = usePhoneOpening()
  if (data == null) return null
  return (
    <Alert icon={<DoorOpen size={18} aria-hidden />} color="orange" title={rich('Open for new phones until {{time}}', { time: <Time at={data.until} /> })}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('Phones of {{networks}} that are listed here and not set up yet get their settings by their MAC address. Opened by {{by}}.', { networks: data.networks.join(', '), by: data.by })}</Text>
        {mayWrite && <Button size="xs" variant="default" onClick={() => void closeForPhones().then(() => notify.done(t('It is closed for new phones.')), notify.failed)}>{t('Close now')}</Button>}
      </Stack>
    </Alert>
  )
}

/** Opens for all new phones of a network, and shows the one address for them, this once. */
export function OpeningDialog({ vendors, onClose }: { vendors: PhoneVendor[]; onClose: () => void }) {
  const narrow = useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false })
  const [made, setMade] = useState<PhoneOpeningMade | null>(null)
  const form = useForm<{ hours: string; networks: string[] }>({
    initial: { hours: '8', networks: [] },
    check: ({ networks }): Record<string, string> => (networks.length === 0 ? { networks: t('Name the network of the phones, such as 192.0.2.0/24.') } : {}),
    save: async ({ hours, networks }) => setMade(await openForPhones({ hours: Number(hours), networks })),
  })
  const { values, errors, set } = form
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={made === null} size="lg" fullScreen={narrow} title={<Text span fw={650} fz="lg">{t('Open for new phones')}</Text>}>
      {made === null ? (
        <FormBody submit={inSense('verb', 'Open')} onSubmit={form.submit} onCancel={onClose} busy={form.busy} problem={form.problem}>
          <Text size="sm">{t('One address for all phones of a network, to be given by DHCP. Add the phones first: those that are listed here and not set up yet get their settings there by their MAC address, each from one place. Others get nothing, and who tries many is banned.')}</Text>
          <TagsInput label={t('Networks of the phones')} description={t('As this server sees them: for phones behind a router, the router’s address.')} withAsterisk value={values.networks} error={errors.networks} onChange={(networks) => set('networks', networks)} />
          <Select label={t('For')} allowDeselect={false} data={HOURS} value={values.hours} error={errors.hours} onChange={(hours) => set('hours', hours ?? '8')} />
        </FormBody>
      ) : <Made made={made} vendors={vendors} />}
    </Modal>
  )
}

function Made({ made, vendors }: { made: PhoneOpeningMade; vendors: PhoneVendor[] }) {
  return (
    <Stack gap="md">
      {!made.served && <Alert icon={<TriangleAlert size={18} aria-hidden />} color="red">{t('Phones get nothing here yet: set PUBLIC_URL to an https address first.')}</Alert>}
      <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">{rich('The address is shown only now, good until {{time}}. Enter it in your DHCP server, as a text, then restart the phones.', { time: <Time at={made.opening.until} /> })}</Alert>
      <CopyField label={t('Address')} value={made.url} />
      <Table>
        <Table.Thead><Table.Tr><Table.Th>{t('Phones of')}</Table.Th><Table.Th>{t('DHCP option')}</Table.Th><Table.Th>{t('Behind the address')}</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {vendors.map(({ id, name, dhcp }) => dhcp !== null && (
            <Table.Tr key={id}><Table.Td>{name}</Table.Td><Table.Td>{dhcp.option}</Table.Td><Table.Td className="break-anywhere">{dhcp.suffix === '' ? t('nothing') : dhcp.suffix}</Table.Td></Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Group><Text size="sm" c="dimmed">{t('Once set up, phones no longer ask there: their settings name a link of their own.')}</Text></Group>
    </Stack>
  )
}
