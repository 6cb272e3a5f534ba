/** What an audit entry changed, field by field, in words. */
import { exactTime, instant } from '../../words/time.ts'

export interface Change {
  field: string
  before: string | null
  after: string | null
}

const NOT_TOLD = new Set(['id', 'tenant_id', 'version', 'created_at', 'updated_at', 'createdAt', 'updatedAt', 'tenantId'])

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

function text(value: unknown): string | null {
  if (value === undefined) return null
  if (value === null) return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return ISO_TIME.test(value) ? exactTime(instant(value)) : value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((item) => text(item)).join(', ')
  const { name } = asRecord(value)
  return typeof name === 'string' ? name : JSON.stringify(value)
}

/** `ring_seconds` and `ringSeconds` become `Ring seconds`. */
export function fieldWords(field: string): string {
  const spaced = field.replaceAll('_', ' ').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

export function changesOf(before: unknown, after: unknown): Change[] {
  const old = asRecord(before)
  const fresh = asRecord(after)
  const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((field) => !NOT_TOLD.has(field))
  return fields
    .map((field) => ({ field, before: text(old[field]), after: text(fresh[field]) }))
    .filter((change) => change.before !== change.after)
}

const verbs: Record<string, string> = { create: 'created', update: 'changed', delete: 'deleted', start: 'started', stop: 'stopped', pause: 'paused', resume: 'resumed' }

const known: Record<string, string> = {
  'session.create': 'Signed in',
  'session.delete': 'Signed out',
  'user.change-password': 'Own password changed',
  'user.begin-second-factor': 'Authenticator app begun to be set up',
  'user.enable-second-factor': 'Authenticator app set up',
  'user.disable-second-factor': 'Authenticator app turned off',
  'user.pass-second-factor': 'Second factor shown',
  'user.use-recovery-code': 'Recovery code used',
  'user.renew-recovery-codes': 'New recovery codes made',
  'user.reset-second-factor': 'Second factor reset',
  'user.add-passkey': 'Passkey added',
  'user.rename-passkey': 'Passkey renamed',
  'user.remove-passkey': 'Passkey removed',
  'user.passkey-copied': 'Copied passkey found and refused',
  'user.sign-in-with-passkey': 'Signed in with a passkey',
  'user.sign-in-with-provider': 'Signed in with a provider',
  'user.link-provider': 'Known by a provider from now on',
  'tenant.sign-in-policy': 'Rules of sign-in changed',
  'device.credentials': 'Device given a new password',
  'token.delete': 'API token revoked',
  'token.create': 'API token created',
  'call.hang-up': 'Call hung up',
  'registration.remove': 'Registration forgotten',
  'recording.listen': 'Recording listened to',
  'recording.download': 'Recording downloaded',
  'recording.hold': 'Recording put under legal hold',
  'recording.release': 'Legal hold of a recording lifted',
  'prompt.replace': 'Prompt replaced',
  'prompt.revert': 'Prompt brought back to the standard',
  'recording-key.create': 'Key for recordings made',
  'recording-settings.update': 'Recording settings changed',
}

/** `extension.create` becomes `Extension created`; an unknown action is shown with its own words. */
export function actionWords(action: string): string {
  const words = known[action]
  if (words !== undefined) return words
  const at = action.lastIndexOf('.')
  const subject = fieldWords((at < 0 ? action : action.slice(0, at)).replaceAll('.', ' ').replaceAll('-', ' '))
  if (at < 0) return subject
  const verb = action.slice(at + 1)
  return `${subject} ${verbs[verb] ?? verb.replaceAll('-', ' ')}`
}

/** The name of the thing, when the entry holds one. */
export function subjectName(before: unknown, after: unknown): string | null {
  for (const row of [asRecord(after), asRecord(before)]) {
    const name = [row.number, row.name, row.email, row.username, row.network].filter((value) => typeof value === 'string')
    if (name.length > 0) return name.slice(0, 2).join(' ')
  }
  return null
}
