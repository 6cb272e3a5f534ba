/** What an audit entry changed, field by field, in words. */
import { exactTime, instant } from '../../words/time.ts'
import { t } from '../../words/translate.ts'

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
  'session.create': t('Signed in'),
  'session.delete': t('Signed out'),
  'user.change-password': t('Own password changed'),
  'user.begin-second-factor': t('Authenticator app begun to be set up'),
  'user.enable-second-factor': t('Authenticator app set up'),
  'user.disable-second-factor': t('Authenticator app turned off'),
  'user.pass-second-factor': t('Second factor shown'),
  'user.use-recovery-code': t('Recovery code used'),
  'user.renew-recovery-codes': t('New recovery codes made'),
  'user.reset-second-factor': t('Second factor reset'),
  'user.add-passkey': t('Passkey added'),
  'user.rename-passkey': t('Passkey renamed'),
  'user.remove-passkey': t('Passkey removed'),
  'user.passkey-copied': t('Copied passkey found and refused'),
  'user.sign-in-with-passkey': t('Signed in with a passkey'),
  'user.sign-in-with-provider': t('Signed in with a provider'),
  'user.link-provider': t('Known by a provider from now on'),
  'tenant.sign-in-policy': t('Rules of sign-in changed'),
  'device.credentials': t('Device given a new password'),
  'token.delete': t('API token revoked'),
  'token.create': t('API token created'),
  'call.hang-up': t('Call hung up'),
  'registration.remove': t('Registration forgotten'),
  'recording.listen': t('Recording listened to'),
  'recording.download': t('Recording downloaded'),
  'recording.hold': t('Recording put under legal hold'),
  'recording.release': t('Legal hold of a recording lifted'),
  'prompt.replace': t('Prompt replaced'),
  'prompt.revert': t('Prompt brought back to the standard'),
  'recording-key.create': t('Key for recordings made'),
  'recording-settings.update': t('Recording settings changed'),
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
