import { Stack, Text } from '@mantine/core'
import { CopyField } from '../../components/copy.tsx'
import { transportWords } from '../../words/transport.ts'
import { listWords, t } from '../../words/translate.ts'

interface Place {
  host: string
  /** `5060` → UDP and TCP. */
  ports: Map<string, string[]>
}

/** `udp/192.0.2.1:5060`, one a transport, as one place a host. */
export function placesOf(addresses: readonly string[]): Place[] {
  const places = new Map<string, Place>()
  for (const address of addresses) {
    const [, transport, host, port] = /^(\w+)\/(.+):(\d+)$/.exec(address) ?? []
    if (transport === undefined || host === undefined || port === undefined) continue
    const place = places.get(host) ?? { host, ports: new Map<string, string[]>() }
    place.ports.set(port, [...(place.ports.get(port) ?? []), transport])
    places.set(host, place)
  }
  return [...places.values()]
}

/** Where phones register: each address with what it serves on which port. */
export function Addresses({ addresses }: { addresses: readonly string[] }) {
  return (
    <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {placesOf(addresses).map(({ host, ports }) => (
        <li key={host}>
          <CopyField label={t('SIP address')} value={host} />
          <Text size="sm" c="dimmed" className="numbers">
            {[...ports].map(([port, transports]) => `${listWords(transports.map(transportWords))} ${port}`).join(' · ')}
          </Text>
        </li>
      ))}
    </Stack>
  )
}
