/** Permissions in plain words, grouped as people think of them. One that is not named here is shown by its key. */
import { t } from './translate.ts'

export const permissionGroups: { group: string; permissions: Record<string, string> }[] = [
  {
    group: t('Extensions and phones'),
    permissions: {
      'extensions.read': t('See extensions and their devices'),
      'extensions.write': t('Create, change and delete extensions and devices'),
      'registrations.read': t('See registered phones'),
      'registrations.write': t('Forget registrations'),
    },
  },
  {
    group: t('Calls'),
    permissions: {
      'calls.listen': t('Listen to calls, whisper into them and join them'),
      'conferences.read': t('See conference rooms and who is in them'),
      'conferences.write': t('Create, change and delete conference rooms'),
      'conferences.control': t('Mute and remove people in conferences, lock and end them'),
      'calls.read': t('See live calls and the history'),
      'calls.trace': t('See the SIP messages of calls'),
      'calls.control': t('Hang up calls'),
      'calls.dial': t('Call numbers with the phone of any extension'),
      'calls.own': t('Call with the own phone, see and end the own calls'),
      'wakeups.read': t('See wake-up calls'),
      'wakeups.write': t('Set, change and cancel wake-up calls'),
      'dials.keep': t('Keep the speed dials of the own extension'),
      'callers.block': t('Say who from outside is not put through to the own extension'),
      'softphone.use': t('Call and be called in the browser, with the own extension'),
      'contacts.read': t('See contacts'),
      'contacts.write': t('Create, change and delete contacts'),
      'contacts.manage': t('Import and export contacts, say how they are used'),
      'calls.record': t('Record calls'),
      'messages.read': t('See which text messages wait for phones'),
      'messages.write': t('Send text messages, discard those that wait, say how long they do'),
      'recordings.read': t('Listen to recordings'),
      'recordings.write': t('Put recordings under legal hold, and say how long they are kept'),
      'prompts.read': t('See and hear what Dialplane says'),
      'prompts.write': t('Change what Dialplane says'),
      'recordings.delete': t('Delete recordings'),
    },
  },
  {
    group: t('Administration'),
    permissions: {
      'users.read': t('See users and roles'),
      'users.write': t('Create, change and delete users'),
      'tokens.read': t('See API tokens'),
      'tokens.write': t('Create and revoke API tokens'),
      'webhooks.read': t('See webhooks and what was sent to them'),
      'webhooks.write': t('Create, change and delete webhooks, send events again'),
      'bans.read': t('See banned addresses'),
      'bans.write': t('Ban addresses, lift bans, name networks that never are'),
      'targets.read': t('See where SIP names lead'),
      'targets.write': t('Look SIP names up again'),
      'audit.read': t('See the audit log'),
      'backups.read': t('See backups and when they are made'),
      'backups.write': t('Make, try out and delete backups, say when they are made'),
      'backups.download': t('Download backups'),
      'configuration.read': t('Export the configuration as a file'),
      'configuration.write': t('Change the configuration by a file; each part needs its own permission as well'),
      'metrics.read': t('Read the figures for Prometheus'),
      'system.read': t('See system health'),
      'system.write': t('Have certificates read again, give media servers no new calls'),
      'system.diagnose': t('Have the doctor look at the machine, write a text for support'),
      'system.drain': t('Take no new calls, and stop after the last one'),
    },
  },
]

const words = new Map(permissionGroups.flatMap(({ permissions }) => Object.entries(permissions)))

export function permissionWords(permission: string): string {
  return words.get(permission) ?? permission
}
