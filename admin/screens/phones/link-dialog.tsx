import { Alert, Button, Code, Group, Modal, Skeleton, Stack, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { KeyRound, TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { PhoneLink, PhoneVendor, ProvisionedPhone } from '../../app/types.ts'
import { CopyField } from '../../components/copy.tsx'
import { Problem } from '../../components/states.tsx'
import { Time } from '../../components/time.tsx'
import { QrCode } from '../extensions/qr-code.tsx'
import { makeLink } from './data.ts'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

interface LinkDialogProps {
  phone: ProvisionedPhone
  vendor: PhoneVendor | undefined
  onClose: () => void
}

/** Makes a link to the first settings of a phone and shows it, this once. */
export function LinkDialog({ phone, vendor, onClose }: LinkDialogProps) {
  const narrow = useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false })
  const [link, setLink] = useState<PhoneLink | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  // Making one ends the one before: not without being asked to while another is good.
  const [ready, setReady] = useState(phone.link === null)
  const { id } = phone
  useEffect(() => {
    let gone = false
    if (ready) makeLink(id).then((made) => gone || setLink(made), (error: unknown) => gone || setProblem(error))
    return () => {
      gone = true
    }
  }, [ready, id])
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={false} size="lg" fullScreen={narrow} title={<Text span fw={650} fz="lg">{t('Set up {{name}}', { name: phone.name })}</Text>}>
      <Stack gap="md">
        <Problem error={problem} />
        {!ready && link === null && (
          <>
            <Text size="sm">{rich('There is a link already, good until {{link}}. It was shown when it was made; another one makes it void.', { link: phone.link !== null && <Time at={phone.link.until} /> })}</Text>
            <Group><Button onClick={() => setReady(true)}>{t('Make another link')}</Button></Group>
          </>
        )}
        {ready && link === null && problem === null && <Skeleton height={120} />}
        {link !== null && <Link link={link} vendor={vendor} />}
      </Stack>
    </Modal>
  )
}

function Link({ link, vendor }: { link: PhoneLink; vendor: PhoneVendor | undefined }) {
  return (
    <>
      {!link.served && (
        <Alert icon={<TriangleAlert size={18} aria-hidden />} color="red" title={t('Phones get nothing here yet')}>
          {t('Settings hold passwords and go over https only. Put a TLS proxy in front and set PUBLIC_URL to its https address, or name the network of the phones in PROVISION_PLAIN_NETWORKS.')}
        </Alert>
      )}
      <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">
        {rich('The link is shown only now, good until {{time}} and for one address. With its first settings the phone learns a link of its own.', { time: <Time at={link.until} /> })}
      </Alert>
      <Text size="sm">{vendor?.howTo}</Text>
      {vendor?.soft === true && <QrCode text={link.fileUrl} label={t('QR code with the link')} />}
      {vendor?.soft !== true && <CopyField label={t('Address')} value={link.url} note={t('For phones that add the name of their file themselves.')} />}
      <CopyField label={vendor?.soft === true ? t('Address') : t('Address of the file')} value={link.fileUrl} {...(vendor?.soft !== true && { note: t('For phones that want the whole address.') })} />
      {vendor?.soft !== true && (
        <Text size="sm" c="dimmed">
          {vendor?.dhcp != null && vendor.dhcp.suffix !== ''
          ? rich('By DHCP: the address and {{suffix}} behind it in option {{option}}, as a text, for this phone alone.', { suffix: <Code>{vendor.dhcp.suffix}</Code>, option: vendor.dhcp.option })
          : t('By DHCP: the address in option {{option}}, as a text, for this phone alone.', { option: vendor?.dhcp?.option ?? 66 })}
        {' '}{t('For many phones at once, use “Open for new phones”.')}
        </Text>
      )}
    </>
  )
}
