import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { rereading } from '../../app/query-client.ts'
import type { NewWebhook } from '../../app/types.ts'
import { createWebhook, deleteWebhook, listWebhookDeliveries, listWebhooks, renewWebhookSecret, replayWebhook, replayWebhookDelivery, testWebhook, updateWebhook, type WebhookCreate, type WebhookDelivery, type WebhookUpdate } from '../../client/index.ts'
import { t } from '../../words/translate.ts'

/** How each fares is told by nobody, so it is asked for again while somebody looks. */
export function useWebhooks() {
  return useQuery({ queryKey: keys.webhooks, queryFn: async () => (await listWebhooks({ throwOnError: true })).data.data, refetchInterval: 5_000 })
}

export function useDeliveries(id: string, query: { page: number; limit: number; state?: WebhookDelivery['state'] }) {
  return useQuery({ queryKey: [...keys.webhooks, id, query], queryFn: async () => (await listWebhookDeliveries({ path: { id }, query, throwOnError: true })).data, placeholderData: keepPreviousData, refetchInterval: 5_000 })
}

const changed = rereading(keys.webhooks)

export async function addWebhook(body: WebhookCreate): Promise<NewWebhook> {
  return (await changed(createWebhook({ body, throwOnError: true }))).data.data
}

export async function changeWebhook(id: string, body: WebhookUpdate): Promise<void> {
  await changed(updateWebhook({ path: { id }, body, throwOnError: true }))
}

export async function removeWebhook(id: string): Promise<void> {
  await changed(deleteWebhook({ path: { id }, throwOnError: true }))
}

export async function renewSecret(id: string): Promise<NewWebhook> {
  return (await changed(renewWebhookSecret({ path: { id }, throwOnError: true }))).data.data
}

/** What the receiver answered to a test, in a sentence; throws it as an error when it did not take it. */
export async function sendTest(id: string): Promise<string> {
  const { status, error, ms } = (await testWebhook({ path: { id }, throwOnError: true })).data.data
  if (error !== null) throw new Error(error)
  return t('The receiver took the test with {{status}} within {{ms}} ms.', { status: String(status), ms })
}

export async function sendAllAgain(id: string): Promise<number> {
  return (await changed(replayWebhook({ path: { id }, throwOnError: true }))).data.data.count
}

export async function sendAgain(id: string): Promise<void> {
  await changed(replayWebhookDelivery({ path: { id }, throwOnError: true }))
}
