/** The 200 to a REGISTER. */
import type { SnapshotDevice } from '../directory/types.ts'
import { namesExtension, REGISTRAR_EXTENSIONS } from '../sip/headers.ts'
import type { IncomingRequest } from '../sip/types.ts'
import { instanceOf } from './binding.ts'
import type { Binding } from './binding.ts'
import type { Outbound } from './outbound.ts'
import { writePath } from './path.ts'
import type { HeldBinding } from './types.ts'

/** A phone that keeps a flow must be heard this often, in seconds (RFC 5626 §4.4.1, Flow-Timer); what NATs allow is shorter than what we do. */
const FLOW_SECONDS = 120

/** What a REGISTER came to, apart from its contacts. */
export interface Outcome {
  /** Given back to phones that understand it (RFC 3327 §5.3). */
  path: readonly string[]
  outbound: Outbound
  /** Contact parameters with the GRUUs of a binding, for a phone that asked for them (RFC 5627 §5.3). */
  gruus?: (bindingId: string) => string
}

/** Of a REGISTER what its answer depends on. */
type Asking = Pick<IncomingRequest, 'header' | 'source'>

const SUPPORTED = REGISTRAR_EXTENSIONS.join(', ')

export function answer(request: IncomingRequest, bindings: ReadonlySet<Binding>, device: SnapshotDevice, outcome: Outcome, now: number): void {
  request.reply(200, { headers: answerHeaders(request, bindings, device.id, outcome, now) })
}

/**
 * RFC 3261 §10.3 step 8: all current bindings, each with what is left of its time; the asking device's own come first.
 */
export function answerHeaders(request: Asking, bindings: Iterable<HeldBinding>, deviceId: string, { path, outbound, gruus }: Outcome, now: number): Record<string, string> {
  const contacts = [...bindings]
    .sort((a, b) => Number(b.deviceId === deviceId) - Number(a.deviceId === deviceId))
    .map((binding) => `<${binding.uri}>;expires=${Math.max(0, Math.round((binding.expiresAt - now) / 1000))}${binding.q === 1 ? '' : `;q=${binding.q}`}${instanceParams(binding)}${gruus?.(binding.id) ?? ''}`)
  const headers: Record<string, string> = { Date: new Date(now).toUTCString(), Supported: SUPPORTED }
  if (contacts.length > 0) headers['Contact'] = contacts.join(', ')
  if (path.length > 0 && namesExtension(request.header('supported'), 'path')) headers['Path'] = writePath(path)
  if (outbound === 'kept') {
    headers['Require'] = 'outbound'
    // Over UDP a phone sends STUN every 24 to 29 s by itself (RFC 5626 §4.4.2), as often as NATs need; between it and a proxy it is that proxy's to say.
    if (request.source.transport !== 'udp' && path.length === 0) headers['Flow-Timer'] = String(FLOW_SECONDS)
  }
  return headers
}

function instanceParams(binding: Pick<Binding, 'key'>): string {
  const phone = instanceOf(binding)
  if (!phone) return ''
  return `;+sip.instance="${phone.instance}"${phone.regId === '' ? '' : `;reg-id=${phone.regId}`}`
}
