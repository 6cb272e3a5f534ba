import { Anchor, Button, Divider, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Fingerprint, LogIn } from 'lucide-react'
import { useSearch } from 'wouter'
import { enter, rememberNext } from '../../app/auth.ts'
import { beginPasskeySignIn, beginProviderSignIn, signInWithPasskey } from '../../client/index.ts'
import { Problem } from '../../components/states.tsx'
import { passkeysHere, useSignInOptions } from '../second-factor/use-sign-in-options.ts'
import { askPasskey } from '../second-factor/webauthn.ts'
import { t } from '../../words/translate.ts'
import { rich } from '../../words/rich.ts'

/** The ways to sign in without a password; nothing where there is none. */
export default function OtherWays() {
  const query = new URLSearchParams(useSearch())
  const options = useSignInOptions(query.get('organisation') ?? undefined)
  const passkey = useMutation({
    mutationFn: async () => {
      const answer = await askPasskey((await beginPasskeySignIn({ throwOnError: true })).data.data)
      enter((await signInWithPasskey({ body: { passkey: answer }, throwOnError: true })).data.data)
    },
  })
  const provider = useMutation({
    mutationFn: async (providerId: string) => {
      const { url } = (await beginProviderSignIn({ body: { providerId }, throwOnError: true })).data.data
      rememberNext(query.get('next'))
      window.location.assign(url)
    },
  })
  const { usable, at } = passkeysHere(options.data)
  const providers = options.data?.providers ?? []
  if (!usable && at === undefined && providers.length === 0) return null
  return (
    <Stack gap="md" mt="md">
      {(usable || providers.length > 0) && <Divider label={t('or')} />}
      {providers.map(({ id, name }) => (
        <Button key={id} variant="default" fullWidth leftSection={<LogIn size={18} aria-hidden />} loading={provider.isPending && provider.variables === id} onClick={() => provider.mutate(id)}>{t('Sign in with {{name}}', { name })}</Button>
      ))}
      <Problem error={provider.error} />
      {usable && <Button variant="default" fullWidth leftSection={<Fingerprint size={18} aria-hidden />} loading={passkey.isPending} onClick={() => passkey.mutate()}>{t('Sign in with a passkey')}</Button>}
      <Problem error={passkey.error} />
      {at !== undefined && <Text size="xs" c="dimmed">{rich('Passkeys work at {{address}}.', { address: <Anchor href={`${at}/admin/`}>{at}</Anchor> })}</Text>}
    </Stack>
  )
}
