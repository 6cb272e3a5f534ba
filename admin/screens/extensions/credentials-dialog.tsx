import { Alert, Button, Code, Group, Modal, SegmentedControl, Stack, Tabs, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { KeyRound, List, QrCode as QrIcon, SquareTerminal } from 'lucide-react'
import { useState } from 'react'
import type { Extension, SipCredentials } from '../../app/types.ts'
import { CopyButton, CopyField } from '../../components/copy.tsx'
import { transportWords } from '../../words/transport.ts'
import { baresipAccount, phoneSettings, phoneTransports, sipUri } from './phone-settings.ts'
import { QrCode } from './qr-code.tsx'
import { rich } from '../../words/rich.ts'
import { t } from '../../words/translate.ts'

interface CredentialsDialogProps {
  credentials: SipCredentials
  extension: Pick<Extension, 'number' | 'name'>
  onClose: () => void
}

function TransportChoice({ transports, value, onChange }: { transports: string[]; value: string; onChange: (transport: string) => void }) {
  if (transports.length < 2) return null
  return <SegmentedControl mb="md" size="xs" aria-label={t('Transport')} value={value} onChange={onChange} data={transports.map((name) => ({ value: name, label: transportWords(name) }))} />
}

/** Shows new SIP credentials, this once. A click beside it does not close it: the password would be gone. */
export function CredentialsDialog({ credentials, extension, onClose }: CredentialsDialogProps) {
  const narrow = useMediaQuery('(max-width: 36em)', false, { getInitialValueInEffect: false })
  const settings = phoneSettings(credentials)
  const transports = phoneTransports(credentials)
  const [transport, setTransport] = useState(transports[0] ?? 'udp')
  const account = baresipAccount(credentials, transport)
  const uri = sipUri(credentials, transport)
  const everything = settings.map(({ label, value }) => `${label}: ${value}`).join('\n')
  return (
    <Modal opened onClose={onClose} closeOnClickOutside={false} size="lg" fullScreen={narrow} title={<Text span fw={650} fz="lg">{t('Sign-in for the phone of {{number}} {{name}}', { number: extension.number, name: extension.name })}</Text>}>
      <Stack gap="md">
        <Alert icon={<KeyRound size={18} aria-hidden />} color="orange">
          {t('The password is shown only now. Enter it in the phone or keep it somewhere safe; if it is lost, make a new one.')}
        </Alert>
        <Tabs defaultValue="settings" keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="settings" leftSection={<List size={16} aria-hidden />}>{t('Settings')}</Tabs.Tab>
            <Tabs.Tab value="qr" leftSection={<QrIcon size={16} aria-hidden />}>{t('QR code')}</Tabs.Tab>
            <Tabs.Tab value="baresip" leftSection={<SquareTerminal size={16} aria-hidden />}>{t('baresip')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="settings">
            <Stack gap="sm">
              {settings.map((setting) => <CopyField key={setting.label} {...setting} />)}
              <Group gap="xs">
                <CopyButton text={everything} what={t('all settings')} />
                <Text size="sm" c="dimmed">{t('Copy all settings at once')}</Text>
              </Group>
            </Stack>
          </Tabs.Panel>
          <Tabs.Panel value="qr">
            <TransportChoice transports={transports} value={transport} onChange={setTransport} />
            <Group align="flex-start" gap="lg">
              <QrCode text={uri} label={t('QR code with the SIP address, user name and password')} />
              <Stack gap="xs" flex="1 1 220px">
                <Text size="sm">
                  {t('For softphones that read a SIP address from a QR code. It holds the user name, the password, the server and the transport as one line:')}
                </Text>
                <Code block className="break-anywhere" style={{ whiteSpace: 'pre-wrap' }}>{t('sip:user:password@server:port;transport=…')}</Code>
                <Text size="sm" c="dimmed">{t('Treat a photo of it like the password itself. If your softphone does not take it, use the settings instead.')}</Text>
                <Group gap="xs">
                  <CopyButton text={uri} what={t('the line in the code')} />
                  <Text size="sm" c="dimmed">{t('Copy the line in the code')}</Text>
                </Group>
              </Stack>
            </Group>
          </Tabs.Panel>
          <Tabs.Panel value="baresip">
            <TransportChoice transports={transports} value={transport} onChange={setTransport} />
            <Stack gap="xs">
              <Text size="sm">{rich('Add this line to {{code}} and start baresip:', { code: <Code>~/.baresip/accounts</Code> })}</Text>
              <Group wrap="nowrap" align="flex-start" gap="xs">
                <Code block flex={1} style={{ whiteSpace: 'pre-wrap' }} className="break-anywhere">{account}</Code>
                <CopyButton text={account} what={t('the baresip line')} />
              </Group>
            </Stack>
          </Tabs.Panel>
        </Tabs>
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('Done')}</Button>
        </Group>
      </Stack>
    </Modal>
  )
}
