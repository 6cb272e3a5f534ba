/** How the audio of a leg may be encrypted: what its extension or the house wants, and what its way to us allows. */
import { Refusal } from '../../config/errors.ts'
import type { LegEncryption } from '../../media/contract.ts'
import type { Contact } from '../registrar/types.ts'
import type { CallWorld } from './world.ts'

/** For a phone that calls. Refuses `unprocessable` where encryption is required and the media engine has none. */
export function encryptionOfCaller(world: CallWorld, extensionId: string | null, transport: string): LegEncryption {
  return { policy: policyOf(world, extensionId, transport), readable: isReadable(world, transport), browser: false }
}

/** For a phone that is called; refuses likewise. */
export function encryptionOfCallee(world: CallWorld, extensionId: string, { transport, uri }: Pick<Contact, 'transport' | 'uri'>): LegEncryption {
  const policy = policyOf(world, extensionId, transport)
  // RFC 7118 §5: a browser does not know its own address, and registers a name that is none.
  const browser = policy !== 'off' && isWeb(transport) && /@[\w.-]+\.invalid\b/i.test(uri)
  return { policy, readable: isReadable(world, transport), browser }
}

/** Only an extension's own `off` is one for phones over WebSocket: browsers have no plain audio (RFC 8827 §6.5). */
function policyOf(world: CallWorld, extensionId: string | null, transport: string): LegEncryption['policy'] {
  const own = extensionId === null ? undefined : world.directory.snapshot().extension(extensionId)?.encryption
  const house = world.settings.media.encryption
  const policy = own ?? (house === 'off' && isWeb(transport) ? 'offer' : house)
  if (world.media.capabilities.srtp.length > 0) return policy
  if (policy === 'require') throw new Refusal('unprocessable', 'this phone must encrypt its audio, and the media engine in use cannot')
  return 'off'
}

function isWeb(transport: string): boolean {
  return /^wss?$/.test(transport)
}

/** Keys of SDES are as secret as the signalling they are in. */
function isReadable(world: CallWorld, transport: string): boolean {
  return !world.settings.media.sdesInClear && !/^(tls|wss)$/.test(transport)
}
