/** How the audio of a leg may be encrypted: what its extension or the house wants, and what its way to us allows. */
import type { LegEncryption } from '../../media/contract.ts'
import type { Contact } from '../registrar/types.ts'
import type { CallWorld } from './world.ts'

/** For a phone that calls. */
export function encryptionOfCaller(world: CallWorld, extensionId: string | null, transport: string): LegEncryption {
  return { policy: policyOf(world, extensionId), readable: isReadable(world, transport), browser: false }
}

/** For a phone that is called. */
export function encryptionOfCallee(world: CallWorld, extensionId: string, { transport, uri }: Pick<Contact, 'transport' | 'uri'>): LegEncryption {
  // RFC 7118 §5: a browser does not know its own address, and registers a name that is none.
  const browser = /^wss?$/.test(transport) && /@[\w.-]+\.invalid\b/i.test(uri)
  return { policy: policyOf(world, extensionId), readable: isReadable(world, transport), browser: browser && world.media.capabilities.srtp.includes('dtls') }
}

function policyOf(world: CallWorld, extensionId: string | null): LegEncryption['policy'] {
  const own = extensionId === null ? undefined : world.directory.snapshot().extension(extensionId)?.encryption
  return own ?? world.settings.media.encryption
}

/** Keys of SDES are as secret as the signalling they are in. */
function isReadable(world: CallWorld, transport: string): boolean {
  return !world.settings.media.sdesInClear && !/^(tls|wss)$/.test(transport)
}
