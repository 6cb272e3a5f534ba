import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { createAllowedNetwork, createBan, deleteAllowedNetwork, deleteBan, listAllowedNetworks, listBans, type BanCreate, type ListBansData } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient } from '../../app/query-client.ts'
import type { Ban } from '../../app/types.ts'
import { t } from '../../words/translate.ts'

/** How often hits are read again; comings and goings are told by the live connection. */
const HITS_MS = 10_000

export function useBans(query: NonNullable<ListBansData['query']>) {
  return useQuery({
    queryKey: [...keys.bans, 'list', query],
    queryFn: async () => (await listBans({ query, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    refetchInterval: HITS_MS,
  })
}

export function useAllowedNetworks() {
  return useQuery({ queryKey: keys.allowedNetworks, queryFn: async () => (await listAllowedNetworks({ query: { limit: 100 }, throwOnError: true })).data })
}

export const refreshBans = (): void => void queryClient.invalidateQueries({ queryKey: keys.bans })

export async function addBan(body: BanCreate): Promise<void> {
  await createBan({ body, throwOnError: true })
  refreshBans()
}

export async function liftBan(id: string): Promise<void> {
  await deleteBan({ path: { id }, throwOnError: true })
  refreshBans()
}

export async function allowNetwork(body: { network: string; note: string }): Promise<void> {
  await createAllowedNetwork({ body, throwOnError: true })
  refreshBans()
}

export async function disallowNetwork(id: string): Promise<void> {
  await deleteAllowedNetwork({ path: { id }, throwOnError: true })
  refreshBans()
}

export const reasonWords: Record<Ban['reason'], string> = {
  flood: t('Too many requests'),
  garbage: t('Sends what is no SIP'),
  scanner: t('Scanning tool'),
  'unknown-domain': t('Asks for foreign domains'),
  'wrong-passwords': t('Wrong passwords'),
  'by-hand': t('Added by hand'),
}
