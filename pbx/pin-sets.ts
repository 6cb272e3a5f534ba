import { Refusal } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { PinSets } from './door.ts'

/** PIN sets, of which none goes that a route asks for: the route would then ask nobody, or everybody in vain. */
export function guardPinSets(directory: Directory): PinSets {
  const { pinSets } = directory
  return {
    ...pinSets,
    async remove(actor, id) {
      const routes = directory.snapshot().outboundRoutesOf(actor.tenantId).filter(({ pinSetId }) => pinSetId === id)
      if (routes.length > 0) throw new Refusal('conflict', `The outbound ${routes.length === 1 ? 'route' : 'routes'} ${routes.map(({ name }) => name).join(', ')} ${routes.length === 1 ? 'asks' : 'ask'} for these PINs. Change that first.`)
      await pinSets.remove(actor, id)
    },
  }
}
