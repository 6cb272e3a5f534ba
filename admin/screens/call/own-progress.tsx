import { Button, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { PhoneOff } from 'lucide-react'
import { keys } from '../../app/keys.ts'
import { notify } from '../../app/notify.ts'
import { getOwnCall, hangUpOwnCall, type OwnCall } from '../../client/index.ts'
import { StatusBadge } from '../../components/status.tsx'
import { stateWords } from '../../words/call.ts'
import { sentences, t } from '../../words/translate.ts'

const EVERY_MS = 1_000

function sentenceOf({ ownPhone, state, name, number, explanation }: OwnCall): string {
  if (ownPhone === 'over') return sentences(t('The call is over.'), explanation)
  if (ownPhone === 'rings') return t('Your phone rings: answer it.')
  return state === 'answered' ? t('Talking to {{name}}.', { name: name ?? number }) : t('Calling {{name}}.', { name: name ?? number })
}

/** What becomes of an own call, asked for until it is over: nobody else's calls need be seen for that. */
export function OwnProgress({ first }: { first: OwnCall }) {
  const { data: now = first, error } = useQuery({
    queryKey: [...keys.calls, 'own', first.id],
    queryFn: async () => (await getOwnCall({ path: { id: first.id }, throwOnError: true })).data.data,
    refetchInterval: ({ state }) => (state.data?.ownPhone === 'over' ? false : EVERY_MS),
    refetchIntervalInBackground: true,
  })
  return (
    <Group mt="md" gap="sm" role="status" aria-live="polite">
      <StatusBadge {...stateWords[now.state]} />
      <Text size="sm">{error === null ? sentenceOf(now) : t('What becomes of the call cannot be told just now.')}</Text>
      {now.ownPhone !== 'over' && <Button size="xs" variant="default" color="red" leftSection={<PhoneOff size={14} aria-hidden />} onClick={() => void hangUpOwnCall({ path: { id: first.id }, throwOnError: true }).catch(notify.failed)}>{t('Hang up')}</Button>}
    </Group>
  )
}
