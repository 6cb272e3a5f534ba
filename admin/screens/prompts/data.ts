import { useQuery } from '@tanstack/react-query'
import { listPrompts, previewSpeech, replacePrompt, revertPrompt } from '../../client/index.ts'
import { keys } from '../../app/keys.ts'
import { queryClient } from '../../app/query-client.ts'
import type { Prompt } from '../../app/types.ts'
import { t } from '../../words/translate.ts'

export function usePrompts() {
  return useQuery({ queryKey: keys.prompts, queryFn: async () => (await listPrompts({ throwOnError: true })).data.data })
}

const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: keys.prompts })

export async function sayText(name: string, text: string): Promise<void> {
  await replacePrompt({ path: { name }, body: { text }, throwOnError: true })
  await refresh()
}

export async function sayFile(name: string, file: File): Promise<void> {
  await replacePrompt({ path: { name }, body: { sound: await base64Of(file) }, throwOnError: true })
  await refresh()
}

export async function revert(name: string): Promise<void> {
  await revertPrompt({ path: { name }, throwOnError: true })
  await refresh()
}

/** An address of the spoken text; give it back with URL.revokeObjectURL. */
export async function speak(text: string): Promise<string> {
  const { data } = await previewSpeech({ body: { text }, parseAs: 'blob', throwOnError: true })
  return URL.createObjectURL(data as Blob)
}

/** Its sound changes with it, so the address does too. */
export const audioOf = (prompt: Prompt): string => `/api/v1/prompts/${prompt.name}/audio?${encodeURIComponent(prompt.changedAt ?? '')}`

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')))
    reader.addEventListener('error', () => reject(reader.error ?? new Error(t('The file cannot be read.'))))
    reader.readAsDataURL(file)
  })
}
