import {
  Activity, AudioLines, Cable, CircleParking, Clock, DatabaseBackup, FileCode, Gauge, Grip, History, KeyRound, Mail, Megaphone, MessageSquare, MessagesSquare, MousePointerClick, Phone, PhoneCall, PhoneIncoming, PhoneOff, PhoneOutgoing, RadioTower, ScrollText, ShieldBan, Signpost, Siren, Smartphone, Speaker, Stethoscope, Users, UsersRound, Voicemail, Webhook, Waypoints, type LucideIcon,
} from 'lucide-react'
import type { PermissionName } from './types.ts'

export interface Place {
  href: string
  label: string
  icon: LucideIcon
  /** Needed to see it. */
  permission?: PermissionName
}

/** The navigation, in order, by group. */
export const places: { group: string; places: Place[] }[] = [
  {
    group: 'Telephony',
    places: [
      { href: '/', label: 'Overview', icon: Gauge },
      { href: '/extensions', label: 'Extensions', icon: Phone, permission: 'extensions.read' },
      { href: '/phones', label: 'Phones', icon: Smartphone, permission: 'extensions.read' },
      { href: '/ring-groups', label: 'Ring groups', icon: UsersRound, permission: 'extensions.read' },
      { href: '/attendants', label: 'Attendants', icon: Grip, permission: 'extensions.read' },
      { href: '/hours', label: 'Opening hours', icon: Clock, permission: 'extensions.read' },
      { href: '/parking', label: 'Parking', icon: CircleParking, permission: 'extensions.read' },
      { href: '/paging', label: 'Paging', icon: Speaker, permission: 'extensions.read' },
      { href: '/dial-plan', label: 'Dial plan', icon: Waypoints, permission: 'extensions.read' },
      { href: '/conferences', label: 'Conference rooms', icon: MessagesSquare, permission: 'conferences.read' },
      { href: '/registrations', label: 'Registered phones', icon: RadioTower, permission: 'registrations.read' },
    ],
  },
  {
    group: 'Outside lines',
    places: [
      { href: '/trunks', label: 'Trunks', icon: Cable, permission: 'trunks.read' },
      { href: '/inbound-numbers', label: 'Inbound numbers', icon: PhoneIncoming, permission: 'trunks.read' },
      { href: '/outbound-routes', label: 'Outbound routes', icon: PhoneOutgoing, permission: 'trunks.read' },
      { href: '/blocked-callers', label: 'Blocked callers', icon: PhoneOff, permission: 'trunks.read' },
      { href: '/emergency', label: 'Emergency', icon: Siren, permission: 'emergency.read' },
    ],
  },
  {
    group: 'Calls',
    places: [
      { href: '/calls', label: 'Live calls', icon: PhoneCall, permission: 'calls.read' },
      { href: '/call', label: 'Click to dial', icon: MousePointerClick, permission: 'calls.own' },
      { href: '/history', label: 'Call history', icon: History, permission: 'calls.read' },
      { href: '/voicemail', label: 'Voicemail', icon: Voicemail, permission: 'voicemail.read' },
      { href: '/messages', label: 'Text messages', icon: MessageSquare, permission: 'messages.read' },
      { href: '/recordings', label: 'Recordings', icon: AudioLines, permission: 'recordings.read' },
    ],
  },
  {
    group: 'Administration',
    places: [
      { href: '/prompts', label: 'Prompts', icon: Megaphone, permission: 'prompts.read' },
      { href: '/users', label: 'Users', icon: Users, permission: 'users.read' },
      { href: '/tokens', label: 'API tokens', icon: KeyRound, permission: 'tokens.read' },
      { href: '/webhooks', label: 'Webhooks', icon: Webhook, permission: 'webhooks.read' },
      { href: '/mail', label: 'Mail', icon: Mail, permission: 'mail.read' },
      { href: '/backups', label: 'Backups', icon: DatabaseBackup, permission: 'backups.read' },
      { href: '/configuration', label: 'Configuration', icon: FileCode, permission: 'configuration.read' },
      { href: '/bans', label: 'Banned addresses', icon: ShieldBan, permission: 'bans.read' },
      { href: '/audit', label: 'Audit log', icon: ScrollText, permission: 'audit.read' },
      { href: '/sip-servers', label: 'SIP servers', icon: Signpost, permission: 'targets.read' },
      { href: '/doctor', label: 'Doctor', icon: Stethoscope, permission: 'system.diagnose' },
      { href: '/system', label: 'System health', icon: Activity, permission: 'system.read' },
    ],
  },
]
