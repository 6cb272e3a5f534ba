import { Anchor, Button, Divider, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { enter } from '../../app/auth.ts'
import { beginPasskeySignIn, signInWithPasskey } from '../../client/index.ts'
import { Problem } from '../../components/states.tsx'
import { passkeysHere, useSignInOptions } from '../second-factor/use-sign-in-options.ts'
import { askPasskey } from '../second-factor/webauthn.ts'

/** The ways to sign in without a password; nothing where there is none. */
export default function PasskeyButton() {
  const options = useSignInOptions()
  const action = useMutation({
    mutationFn: async () => {
      const passkey = await askPasskey((await beginPasskeySignIn({ throwOnError: true })).data.data)
      enter((await signInWithPasskey({ body: { passkey }, throwOnError: true })).data.data)
    },
  })
  const { usable, at } = passkeysHere(options.data)
  if (at !== undefined) return <Text size="xs" c="dimmed" mt="md">Passkeys work at <Anchor href={`${at}/admin/`}>{at}</Anchor>.</Text>
  if (!usable) return null
  return (
    <Stack gap="md" mt="md">
      <Divider label="or" />
      <Button variant="default" fullWidth leftSection={<Fingerprint size={18} aria-hidden />} loading={action.isPending} onClick={() => action.mutate()}>Sign in with a passkey</Button>
      <Problem error={action.error} />
    </Stack>
  )
}
