import { applyConfiguration, planConfiguration } from '../../client/index.ts'
import { queryClient } from '../../app/query-client.ts'

export const look = async (yaml: string, remove: boolean) => (await planConfiguration({ body: { yaml, remove }, throwOnError: true })).data.data

/** Nearly everything may have changed then. */
export async function carryOut(yaml: string, remove: boolean, fingerprint: string) {
  try {
    return (await applyConfiguration({ body: { yaml, remove, fingerprint }, throwOnError: true })).data.data
  } finally {
    void queryClient.invalidateQueries()
  }
}
