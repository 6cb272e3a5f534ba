import { Refusal } from '../../config/errors.ts'
import type { Directory } from '../directory/types.ts'
import type { Registrar } from '../registrar/types.ts'
import type { TrunkRoom } from '../trunks/trunks.ts'
import { callerOf } from './visit.ts'
import type { Step } from './visit.ts'

/** Whether this device may register that address of record (RFC 3261 §10.3 step 4): its extension's number or its own user name. */
export const createMayRegister = (directory: Pick<Directory, 'snapshot'>): Step => (visit) => {
  const wanted = visit.request.to.uri.user
  if (visit.peer) {
    if (wanted !== visit.peer.username) throw new Refusal('forbidden', 'These credentials belong to another trunk')
    return
  }
  const { device, extension } = callerOf(visit)
  // Whoever sits at a shared phone changes nothing of how it registers.
  const home = device.desk && directory.snapshot().extension(device.desk.homeId)
  if (wanted !== extension.number && wanted !== device.sipUsername && (home === undefined || wanted !== home.number)) {
    throw new Refusal('forbidden', 'These credentials belong to another extension')
  }
}

export function createRegister(registrar: Pick<Registrar, 'register'>, trunks: Pick<TrunkRoom, 'register'>): Step {
  return (visit) => (visit.peer ? trunks.register(visit.request, visit.peer) : registrar.register(visit.request, callerOf(visit).device))
}
