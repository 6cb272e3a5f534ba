/** The menu: one line an entry. Icons come from `icon.`, so that a new entry touches no other line. */
import * as icon from 'lucide-react'
import type { PermissionName } from './types.ts'

export interface Place {
  href: string
  label: string
  icon: icon.LucideIcon
  /** Needed to see it. */
  permission?: PermissionName
}

export interface PlaceGroup {
  /** What the browser remembers it by. */
  id: string
  label: string
  /** Unfolded until a person folds it. */
  open?: boolean
  places: Place[]
}

/** Above the groups, never folded away. */
export const overview: Place = { href: '/', label: 'Overview', icon: icon.Gauge }

/** The menu in order. A group of which a person may see one entry only is shown as that entry. */
export const placeGroups: PlaceGroup[] = [
  {
    id: 'calls',
    label: 'Calls',
    open: true,
    places: [
      { href: '/calls', label: 'Live calls', icon: icon.PhoneCall, permission: 'calls.read' },
      { href: '/history', label: 'Call history', icon: icon.History, permission: 'calls.read' },
      { href: '/call', label: 'Click to dial', icon: icon.MousePointerClick, permission: 'calls.own' },
      { href: '/voicemail', label: 'Voicemail', icon: icon.Voicemail, permission: 'voicemail.read' },
      { href: '/messages', label: 'Text messages', icon: icon.MessageSquare, permission: 'messages.read' },
    ],
  },
  {
    id: 'people',
    label: 'Phones and people',
    open: true,
    places: [
      { href: '/extensions', label: 'Extensions', icon: icon.Phone, permission: 'extensions.read' },
      { href: '/phones', label: 'Phones', icon: icon.Smartphone, permission: 'extensions.read' },
      { href: '/registrations', label: 'Registered phones', icon: icon.RadioTower, permission: 'registrations.read' },
      { href: '/users', label: 'Users', icon: icon.Users, permission: 'users.read' },
      { href: '/contacts', label: 'Contacts', icon: icon.BookUser, permission: 'contacts.read' },
    ],
  },
  {
    id: 'handling',
    label: 'Call handling',
    places: [
      { href: '/ring-groups', label: 'Ring groups', icon: icon.UsersRound, permission: 'extensions.read' },
      { href: '/attendants', label: 'Attendants', icon: icon.Grip, permission: 'extensions.read' },
      { href: '/hours', label: 'Opening hours', icon: icon.Clock, permission: 'extensions.read' },
      { href: '/conferences', label: 'Conference rooms', icon: icon.MessagesSquare, permission: 'conferences.read' },
      { href: '/paging', label: 'Paging', icon: icon.Speaker, permission: 'extensions.read' },
      { href: '/parking', label: 'Parking', icon: icon.CircleParking, permission: 'extensions.read' },
      { href: '/applications', label: 'Applications', icon: icon.Workflow, permission: 'extensions.read' },
      { href: '/prompts', label: 'Prompts', icon: icon.Megaphone, permission: 'prompts.read' },
      { href: '/dial-plan', label: 'Dial plan', icon: icon.Waypoints, permission: 'extensions.read' },
    ],
  },
  {
    id: 'outside',
    label: 'Outside lines',
    places: [
      { href: '/trunks', label: 'Trunks', icon: icon.Cable, permission: 'trunks.read' },
      { href: '/inbound-numbers', label: 'Inbound numbers', icon: icon.PhoneIncoming, permission: 'trunks.read' },
      { href: '/outbound-routes', label: 'Outbound routes', icon: icon.PhoneOutgoing, permission: 'trunks.read' },
      { href: '/pin-sets', label: 'PIN sets', icon: icon.LockKeyhole, permission: 'trunks.read' },
      { href: '/signed-calls', label: 'Signed calls', icon: icon.Signature, permission: 'trunks.read' },
      { href: '/blocked-callers', label: 'Blocked callers', icon: icon.PhoneOff, permission: 'trunks.read' },
      { href: '/sip-servers', label: 'SIP servers', icon: icon.Signpost, permission: 'targets.read' },
    ],
  },
  {
    id: 'emergency',
    label: 'Emergency calls',
    places: [
      { href: '/emergency', label: 'Emergency', icon: icon.Siren, permission: 'emergency.read' },
    ],
  },
  {
    id: 'compliance',
    label: 'Recordings and compliance',
    places: [
      { href: '/recordings', label: 'Recordings', icon: icon.AudioLines, permission: 'recordings.read' },
      { href: '/audit', label: 'Audit log', icon: icon.ScrollText, permission: 'audit.read' },
    ],
  },
  {
    id: 'access',
    label: 'Access and integrations',
    places: [
      { href: '/tokens', label: 'API tokens', icon: icon.KeyRound, permission: 'tokens.read' },
      { href: '/webhooks', label: 'Webhooks', icon: icon.Webhook, permission: 'webhooks.read' },
      { href: '/bans', label: 'Banned addresses', icon: icon.ShieldBan, permission: 'bans.read' },
    ],
  },
  {
    id: 'system',
    label: 'System',
    places: [
      { href: '/system', label: 'System health', icon: icon.Activity, permission: 'system.read' },
      { href: '/doctor', label: 'Doctor', icon: icon.Stethoscope, permission: 'system.diagnose' },
      { href: '/mail', label: 'Mail', icon: icon.Mail, permission: 'mail.read' },
      { href: '/backups', label: 'Backups', icon: icon.DatabaseBackup, permission: 'backups.read' },
      { href: '/configuration', label: 'Configuration', icon: icon.FileCode, permission: 'configuration.read' },
    ],
  },
]
