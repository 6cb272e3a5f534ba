/** What a carrier wants of the sound of its calls. */
import type { EndpointOptions } from '../../media/contract.ts'
import type { CallWorld } from './world.ts'

type Wish = Pick<EndpointOptions, 'codecs' | 'dtmf' | 'packetMs'>

/**
 * For a leg over a trunk; nothing for any other. Codecs that the media engine has not are left out, and where it has none of them a call for
 * help is offered all that it has.
 *
 * @param urgent a call for help
 */
export function soundOverTrunk({ directory, media }: Pick<CallWorld, 'directory' | 'media'>, trunkId: string | undefined, urgent = false): Wish {
  const trunk = trunkId === undefined ? undefined : directory.snapshot().trunk(trunkId)
  if (trunk === undefined) return {}
  const codecs = trunk.codecs.filter((name) => media.capabilities.codecs.includes(name))
  return {
    ...(trunk.codecs.length > 0 && (codecs.length > 0 || !urgent) && { codecs }),
    ...(trunk.dtmf !== 'auto' && { dtmf: trunk.dtmf }),
    ...(trunk.packetMs !== null && { packetMs: trunk.packetMs }),
  }
}

/** Whether what a phone sends may not go to the carrier as it is. */
export function hasSoundPolicy(world: Pick<CallWorld, 'directory' | 'media'>, trunkId: string | undefined): boolean {
  return Object.keys(soundOverTrunk(world, trunkId)).length > 0
}
