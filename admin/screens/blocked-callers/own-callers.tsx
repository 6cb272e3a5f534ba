import { useQuery } from '@tanstack/react-query'
import { useCode } from '../../app/feature-codes.ts'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { useCan, useSession } from '../../app/session.tsx'
import { getOwnBlockedCallers, setOwnBlockedCallers } from '../../client/index.ts'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { OwnList } from './own-list.tsx'
import { t } from '../../words/translate.ts'

const changed = rereading(keys.extensions)

/** Blocked callers of the own extension; nothing where there is none. */
export function OwnCallers() {
  const can = useCan()
  const { user } = useSession()
  const code = useCode()('block-last-caller-own')
  const mine = can('callers.block') && user.extensionId !== null
  const query = useQuery({ queryKey: [...keys.extensions, 'own-blocked'], queryFn: async () => (await getOwnBlockedCallers({ throwOnError: true })).data.data, enabled: mine })
  if (!mine) return null
  if (query.data === undefined) return query.isError ? <Panel><Problem error={query.error} /></Panel> : null
  const { number, blockedCallers, version } = query.data
  return <OwnList of={number} list={blockedCallers} also={code === undefined ? undefined : t('{{code}} on your phone blocks whoever called last.', { code })} save={(list) => changed(setOwnBlockedCallers({ body: { blockedCallers: list, version }, throwOnError: true }))} />
}
