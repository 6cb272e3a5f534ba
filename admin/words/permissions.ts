/** Permissions in plain words, grouped as people think of them. One that is not named here is shown by its key. */
export const permissionGroups: { group: string; permissions: Record<string, string> }[] = [
  {
    group: 'Extensions and phones',
    permissions: {
      'extensions.read': 'See extensions and their devices',
      'extensions.write': 'Create, change and delete extensions and devices',
      'registrations.read': 'See registered phones',
      'registrations.write': 'Forget registrations',
    },
  },
  {
    group: 'Calls',
    permissions: {
      'calls.listen': 'Listen to calls, whisper into them and join them',
      'conferences.read': 'See conference rooms and who is in them',
      'conferences.write': 'Create, change and delete conference rooms',
      'conferences.control': 'Mute and remove people in conferences, lock and end them',
      'calls.read': 'See live calls and the history',
      'calls.trace': 'See the SIP messages of calls',
      'calls.control': 'Hang up calls',
      'calls.dial': 'Call numbers with the phone of any extension',
      'calls.own': 'Call with the own phone, see and end the own calls',
      'callers.block': 'Say who from outside is not put through to the own extension',
      'softphone.use': 'Call and be called in the browser, with the own extension',
      'contacts.read': 'See contacts',
      'contacts.write': 'Create, change and delete contacts',
      'contacts.manage': 'Import and export contacts, say how they are used',
      'calls.record': 'Record calls',
      'messages.read': 'See which text messages wait for phones',
      'messages.write': 'Send text messages, discard those that wait, say how long they do',
      'recordings.read': 'Listen to recordings',
      'recordings.write': 'Put recordings under legal hold, and say how long they are kept',
      'prompts.read': 'See and hear what Dialplane says',
      'prompts.write': 'Change what Dialplane says',
      'recordings.delete': 'Delete recordings',
    },
  },
  {
    group: 'Administration',
    permissions: {
      'users.read': 'See users and roles',
      'users.write': 'Create, change and delete users',
      'tokens.read': 'See API tokens',
      'tokens.write': 'Create and revoke API tokens',
      'webhooks.read': 'See webhooks and what was sent to them',
      'webhooks.write': 'Create, change and delete webhooks, send events again',
      'bans.read': 'See banned addresses',
      'bans.write': 'Ban addresses, lift bans, name networks that never are',
      'targets.read': 'See where SIP names lead',
      'targets.write': 'Look SIP names up again',
      'audit.read': 'See the audit log',
      'backups.read': 'See backups and when they are made',
      'backups.write': 'Make, try out and delete backups, say when they are made',
      'backups.download': 'Download backups',
      'configuration.read': 'Export the configuration as a file',
      'configuration.write': 'Change the configuration by a file; each part needs its own permission as well',
      'metrics.read': 'Read the figures for Prometheus',
      'system.read': 'See system health',
      'system.write': 'Have certificates read again, give media servers no new calls',
      'system.diagnose': 'Have the doctor look at the machine, write a text for support',
      'system.drain': 'Take no new calls, and stop after the last one',
    },
  },
]

const words = new Map(permissionGroups.flatMap(({ permissions }) => Object.entries(permissions)))

export function permissionWords(permission: string): string {
  return words.get(permission) ?? permission
}
