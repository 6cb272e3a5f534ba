import { Refusal } from '../../config/errors.ts'
import type { Registrar } from '../registrar/types.ts'
import { callerOf } from './visit.ts'
import type { Step } from './visit.ts'

/** Whether this device may register that address of record (RFC 3261 §10.3 step 4): its extension's number or its own user name. */
export const mayRegister: Step = (visit) => {
  const { device, extension } = callerOf(visit)
  const wanted = visit.request.to.uri.user
  if (wanted !== extension.number && wanted !== device.sipUsername) {
    throw new Refusal('forbidden', 'These credentials belong to another extension')
  }
}

export function createRegister(registrar: Pick<Registrar, 'register'>): Step {
  return (visit) => registrar.register(visit.request, callerOf(visit).device)
}
