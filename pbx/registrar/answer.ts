/** The 200 to a REGISTER. */
import type { SnapshotDevice } from '../directory/types.ts'
import { namesExtension, REGISTRAR_EXTENSIONS } from '../sip/headers.ts'
import type { IncomingRequest } from '../sip/types.ts'
import { instanceOf } from './binding.ts'
import type { Binding } from './binding.ts'
import { writePath } from './path.ts'
import type { HeldBinding } from './types.ts'

/** A phone that keeps a flow must be heard this often, in seconds (RFC 5626 §4.4.1, Flow-Timer); what NATs allow is shorter than what we do. */
const FLOW_SECONDS = 120

/** Of a REGISTER what its answer depends on. */
type Asking = Pick<IncomingRequest, 'header' | 'source'>

const SUPPORTED = REGISTRAR_EXTENSIONS.join(', ')

export function answer(request: IncomingRequest, bindings: ReadonlySet<Binding>, device: SnapshotDevice, path: readonly string[], now: number): void {
  request.reply(200, { headers: answerHeaders(request, bindings, device.id, path, now) })
}

/**
 * RFC 3261 §10.3 step 8: all current bindings, each with what is left of its time; the asking device's own come first.
 *
 * @param path given back to phones that understand it (RFC 3327 §5.3)
 */
export function answerHeaders(request: Asking, bindings: Iterable<HeldBinding>, deviceId: string, path: readonly string[], now: number): Record<string, string> {
  const contacts = [...bindings]
    .sort((a, b) => Number(b.deviceId === deviceId) - Number(a.deviceId === deviceId))
    .map((binding) => `<${binding.uri}>;expires=${Math.max(0, Math.round((binding.expiresAt - now) / 1000))}${binding.q === 1 ? '' : `;q=${binding.q}`}${instanceParams(binding)}`)
  const headers: Record<string, string> = { Date: new Date(now).toUTCString(), Supported: SUPPORTED }
  if (contacts.length > 0) headers['Contact'] = contacts.join(', ')
  if (path.length > 0 && namesExtension(request.header('supported'), 'path')) headers['Path'] = writePath(path)
  if (keepsFlow(request)) Object.assign(headers, { Require: 'outbound', 'Flow-Timer': String(FLOW_SECONDS) })
  return headers
}

function instanceParams(binding: Pick<Binding, 'key'>): string {
  const phone = instanceOf(binding)
  if (!phone) return ''
  return `;+sip.instance="${phone.instance}"${phone.regId === '' ? '' : `;reg-id=${phone.regId}`}`
}

/**
 * RFC 5626 §6: whether the phone is told that requests come over the flow it opened. Over a connection they do, and it is
 * kept open by its line ends; over UDP it would wait for STUN answers that nobody gives.
 */
function keepsFlow(request: Asking): boolean {
  return namesExtension(request.header('supported'), 'outbound') && request.source.transport !== 'udp' && /;\s*reg-id\s*=/i.test(request.header('contact') ?? '')
}
