import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { useCan, useSession } from '../../app/session.tsx'
import { getOwnSpeedDials, setOwnSpeedDials } from '../../client/index.ts'
import { Panel } from '../../components/panel.ts'
import { Problem } from '../../components/states.tsx'
import { OwnDials } from './own-list.tsx'

const changed = rereading(keys.extensions)

/** Speed dials of the own extension; nothing where there is none. */
export function MyDials() {
  const can = useCan()
  const { user } = useSession()
  const mine = can('dials.keep') && user.extensionId !== null
  const query = useQuery({ queryKey: [...keys.extensions, 'own-dials'], queryFn: async () => (await getOwnSpeedDials({ throwOnError: true })).data.data, enabled: mine })
  if (!mine) return null
  if (query.data === undefined) return query.isError ? <Panel><Problem error={query.error} /></Panel> : null
  const { number, speedDials, company, version } = query.data
  return <OwnDials of={number} list={speedDials} company={company} save={(list) => changed(setOwnSpeedDials({ body: { speedDials: list, version }, throwOnError: true }))} />
}
