import { useQuery } from '@tanstack/react-query'
import { keys } from '../../app/keys.ts'
import { getSignInOptions } from '../../client/index.ts'
import { t } from '../../words/translate.ts'

/** @param organisation whose providers; absent: of the only one there is */
export function useSignInOptions(organisation?: string) {
  return useQuery({ queryKey: [...keys.signInOptions, organisation], queryFn: async () => (await getSignInOptions({ query: organisation === undefined ? {} : { organisation }, throwOnError: true })).data.data, staleTime: Infinity, retry: false })
}

/** Whether passkeys can be used in this browser at this page; else why not, where it helps to know. */
export function passkeysHere(options: { address: string; passkeysRefused: string | null } | undefined): { usable: boolean; why?: string; at?: string } {
  if (options === undefined) return { usable: false }
  if (options.passkeysRefused !== null) return { usable: false, why: options.passkeysRefused }
  if (window.location.origin !== options.address) return { usable: false, why: t('Passkeys are for {{address}}. Open the panel there to use them.', { address: options.address }), at: options.address }
  if (typeof window.PublicKeyCredential !== 'function') return { usable: false, why: t('This browser knows no passkeys.') }
  return { usable: true }
}
