import { useQuery } from '@tanstack/react-query'
import { beginDrain, drainMediaServer, endDrain, getCertificates, getDrain, getSystem, listMediaServers, readCertificates, resumeMediaServer } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient } from '../../app/query-client.ts'
import type { Certificates, Drain } from '../../app/types.ts'

/** Health is asked for every ten seconds while someone looks. */
export function useSystem({ enabled = true } = {}) {
  return useQuery({
    queryKey: keys.system,
    queryFn: async () => (await getSystem({ throwOnError: true })).data.data,
    refetchInterval: 10_000,
    enabled,
  })
}

export function useCertificates() {
  return useQuery({
    queryKey: keys.certificates,
    queryFn: async () => (await getCertificates({ throwOnError: true })).data.data,
    refetchInterval: 60_000,
  })
}

/** Has the files read at once. */
export async function readAgain(): Promise<Certificates> {
  const { data } = (await readCertificates({ throwOnError: true })).data
  queryClient.setQueryData(keys.certificates, data)
  void queryClient.invalidateQueries({ queryKey: keys.system })
  return data
}

export function useMediaServers() {
  return useQuery({
    queryKey: keys.mediaServers,
    queryFn: async () => (await listMediaServers({ query: { limit: 100 }, throwOnError: true })).data.data,
    refetchInterval: 5_000,
  })
}

/** Gives a media server no new calls, or some again. */
export async function setDraining(address: string, on: boolean): Promise<void> {
  const options = { path: { id: address }, throwOnError: true } as const
  await (on ? drainMediaServer(options) : resumeMediaServer(options))
  await queryClient.invalidateQueries({ queryKey: keys.system })
}

/** How many calls are left is worth a look every few seconds. */
export function useDrain() {
  return useQuery({
    queryKey: keys.drain,
    queryFn: async () => (await getDrain({ throwOnError: true })).data.data,
    refetchInterval: 5_000,
  })
}

/** Takes no new calls, or takes them again without a wish. */
export async function setDrain(wish: { thenStop: boolean } | undefined): Promise<Drain> {
  const { data } = (wish === undefined ? await endDrain({ throwOnError: true }) : await beginDrain({ body: wish, throwOnError: true })).data
  queryClient.setQueryData(keys.drain, data)
  void queryClient.invalidateQueries({ queryKey: keys.system })
  return data
}
