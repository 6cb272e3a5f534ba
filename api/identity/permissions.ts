/**
 * Every permission there is, and the built-in roles. A route names one of these; a token holds some
 * of its maker's. Built-in roles are brought up to this table at each start.
 */
export const permissions = {
  'users.read': 'See users and roles',
  'users.write': 'Add, change and remove users',
  'tokens.read': 'See API tokens',
  'tokens.write': 'Make and revoke API tokens',
  'webhooks.read': 'See webhooks and what was sent to them',
  'webhooks.write': 'Add, change and remove webhooks, and send events again',
  'extensions.read': 'See extensions and their devices',
  'extensions.write': 'Add, change and remove extensions and devices',
  'trunks.read': 'See trunks, inbound numbers and outbound routes',
  'trunks.write': 'Add, change and remove trunks, inbound numbers and outbound routes',
  'registrations.read': 'See registered phones',
  'registrations.write': 'Forget a registered phone',
  'calls.read': 'See live calls and the history',
  'calls.trace': 'See the SIP messages of a call',
  'calls.control': 'Hang up calls',
  'calls.dial': 'Call numbers with the phone of an extension (click to dial)',
  'calls.own': 'Call with the own phone, see and end the own calls',
  'callers.block': 'Say who from outside is not put through to the own extension',
  'dials.keep': 'Keep the speed dials of the own extension',
  'wakeups.read': 'See wake-up calls',
  'wakeups.write': 'Set, change and cancel wake-up calls',
  'contacts.read': 'See contacts',
  'contacts.write': 'Add, change and remove contacts',
  'contacts.manage': 'Import and export contacts, and say how they are used',
  'softphone.use': 'Call and be called in the browser, with the own extension',
  'calls.record': 'Start and stop recording',
  'calls.listen': 'Listen to living calls, whisper into them and join them',
  'conferences.read': 'See conference rooms and who is in them',
  'conferences.write': 'Add, change and remove conference rooms',
  'conferences.control': 'Mute and remove people in a conference, lock and end it',
  'recordings.read': 'Listen to recordings',
  'recordings.write': 'Put recordings under legal hold, and say how long they are kept',
  'prompts.read': 'See and hear what Dialplane says',
  'prompts.write': 'Change what Dialplane says',
  'recordings.delete': 'Delete recordings',
  'voicemail.read': 'See mailboxes and listen to their messages',
  'voicemail.write': 'Change mailboxes, mark, send on and delete messages',
  'emergency.read': 'See calls for help, and where phones are',
  'emergency.write': 'Say where phones are and who is told of calls for help, and acknowledge such calls',
  'messages.read': 'See which text messages wait for phones',
  'messages.write': 'Send text messages to extensions, discard those that wait, and say how long they do',
  'mail.read': 'See where mail is handed over, and what was sent',
  'mail.write': 'Change where mail is handed over, try again and discard mail',
  'bans.read': 'See banned addresses',
  'bans.write': 'Ban addresses, lift bans, and name those never banned',
  'targets.read': 'See where SIP names lead',
  'targets.write': 'Look SIP names up again',
  'audit.read': 'See who changed what',
  'backups.read': 'See backups and when they are made',
  'backups.write': 'Make, try out and delete backups, and say when they are made',
  'backups.download': 'Download backups',
  'configuration.read': 'Export the configuration as a file',
  'configuration.write': 'Change the configuration by a file; each part needs its own permission as well',
  'metrics.read': 'Read the figures for Prometheus',
  'system.read': 'See version, addresses and health',
  'system.write': 'Have certificates read again, give media servers no new calls',
  'system.diagnose': 'Have the doctor look at the machine, and write a text for support',
  'system.drain': 'Take no new calls, and stop after the last one',
} as const

export type PermissionName = keyof typeof permissions

export const permissionNames = Object.keys(permissions) as [PermissionName, ...PermissionName[]]

/** All that a token which people make for their own calls can do. */
export const OWN_CALLS = 'calls.own' satisfies PermissionName

/** Whose last active holder cannot be removed. */
export const ADMIN_ROLE = 'admin'

export const builtInRoles: readonly { key: string; name: string; permissions: readonly PermissionName[] }[] = [
  { key: ADMIN_ROLE, name: 'Administrator', permissions: permissionNames },
  { key: 'user', name: 'User', permissions: ['extensions.read', 'registrations.read', 'calls.read', 'calls.own', 'callers.block', 'dials.keep', 'softphone.use', 'conferences.read', 'contacts.read', 'contacts.write'] },
]
