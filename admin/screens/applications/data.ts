import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import { createApplication, deleteApplication, listApplications, renewApplicationSecret, tryOutApplication, updateApplication, type ApplicationCreate, type ApplicationTrial, type ApplicationUpdate } from '../../client/index.ts'

export function useApplications() {
  return useQuery({ queryKey: keys.applications, queryFn: async () => (await listApplications({ throwOnError: true })).data.data })
}

const changed = rereading(keys.applications)

export const addApplication = async (body: ApplicationCreate) => (await changed(createApplication({ body, throwOnError: true }))).data.data
export const changeApplication = (id: string, body: ApplicationUpdate) => changed(updateApplication({ path: { id }, body, throwOnError: true }))
export const removeApplication = (id: string) => changed(deleteApplication({ path: { id }, throwOnError: true }))

/** Shown once. */
export const renewSecret = async (id: string): Promise<string> => (await changed(renewApplicationSecret({ path: { id }, throwOnError: true }))).data.data.secret

export const tryOut = async (id: string): Promise<ApplicationTrial> => (await tryOutApplication({ path: { id }, throwOnError: true })).data.data
