import { Select, Stack, Text, Title } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { notify } from '../../app/notify.ts'
import { useCan } from '../../app/session.tsx'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { addressWords } from '../../words/emergency.ts'
import { putPeerAt, usePeers, usePlaces } from './data.ts'
import { t } from '../../words/translate.ts'

/** PBXs that register here: their calls for help are of one place each. */
export function Peers() {
  const [query, places, can] = [usePeers(), usePlaces(), useCan()]
  const put = useMutation({ mutationFn: ({ id, to }: { id: string; to: string | null }) => putPeerAt(id, to), onSuccess: () => notify.done(t('The place of the PBX is saved.')) })
  if (query.data === undefined || query.data.length === 0) return null
  return (
    <Panel component="section" aria-labelledby="peers" mt="md">
      <Title order={2} size="h4" id="peers" mb="xs">{t('PBXs that register here')}</Title>
      <Text size="sm" mb="sm">{t('Calls to the emergency services that one of them sends go out before every inbound number, as from its place.')}</Text>
      <Problem error={put.error} />
      <Stack gap="sm">
        {query.data.map(({ trunkId, name, locationId, located }) => (
          <Select
            key={trunkId} label={name} placeholder={t('Nobody said')} clearable searchable disabled={!can('emergency.write') || put.isPending} description={located === null ? t('Help would come to: not known, unless a network tells of its address') : t('Help would come to {{located}}', { located: addressWords(located) })}
            data={(places.data ?? []).map(({ id, name: place }) => ({ value: id, label: place }))} value={locationId} onChange={(to) => put.mutate({ id: trunkId, to })}
          />
        ))}
      </Stack>
    </Panel>
  )
}
