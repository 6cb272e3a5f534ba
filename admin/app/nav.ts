/** The menu: one line an entry. Icons come from `icon.`, so that a new entry touches no other line. */
import * as icon from 'lucide-react'
import type { PermissionName } from './types.ts'
import { t } from '../words/translate.ts'

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
export const overview: Place = { href: '/', label: t('Overview'), icon: icon.Gauge }

/** The menu in order. A group of which a person may see one entry only is shown as that entry. */
export const placeGroups: PlaceGroup[] = [
  {
    id: 'calls',
    label: t('Calls'),
    open: true,
    places: [
      { href: '/calls', label: t('Live calls'), icon: icon.PhoneCall, permission: 'calls.read' },
      { href: '/history', label: t('Call history'), icon: icon.History, permission: 'calls.read' },
      { href: '/call', label: t('Click to dial'), icon: icon.MousePointerClick, permission: 'calls.own' },
      { href: '/voicemail', label: t('Voicemail'), icon: icon.Voicemail, permission: 'voicemail.read' },
      { href: '/wake-ups', label: t('Wake-up calls'), icon: icon.AlarmClock, permission: 'wakeups.read' },
      { href: '/messages', label: t('Text messages'), icon: icon.MessageSquare, permission: 'messages.read' },
    ],
  },
  {
    id: 'people',
    label: t('Phones and people'),
    open: true,
    places: [
      { href: '/extensions', label: t('Extensions'), icon: icon.Phone, permission: 'extensions.read' },
      { href: '/phones', label: t('Phones'), icon: icon.Smartphone, permission: 'extensions.read' },
      { href: '/shared-phones', label: t('Shared phones'), icon: icon.Armchair, permission: 'extensions.read' },
      { href: '/registrations', label: t('Registered phones'), icon: icon.RadioTower, permission: 'registrations.read' },
      { href: '/users', label: t('Users'), icon: icon.Users, permission: 'users.read' },
      { href: '/contacts', label: t('Contacts'), icon: icon.BookUser, permission: 'contacts.read' },
    ],
  },
  {
    id: 'handling',
    label: t('Call handling'),
    places: [
      { href: '/ring-groups', label: t('Ring groups'), icon: icon.UsersRound, permission: 'extensions.read' },
      { href: '/attendants', label: t('Attendants'), icon: icon.Grip, permission: 'extensions.read' },
      { href: '/hours', label: t('Opening hours'), icon: icon.Clock, permission: 'extensions.read' },
      { href: '/conferences', label: t('Conference rooms'), icon: icon.MessagesSquare, permission: 'conferences.read' },
      { href: '/paging', label: t('Paging'), icon: icon.Speaker, permission: 'extensions.read' },
      { href: '/parking', label: t('Parking'), icon: icon.CircleParking, permission: 'extensions.read' },
      { href: '/speed-dials', label: t('Speed dials'), icon: icon.Zap, permission: 'extensions.read' },
      { href: '/applications', label: t('Applications'), icon: icon.Workflow, permission: 'extensions.read' },
      { href: '/prompts', label: t('Prompts'), icon: icon.Megaphone, permission: 'prompts.read' },
      { href: '/dial-plan', label: t('Dial plan'), icon: icon.Waypoints, permission: 'extensions.read' },
    ],
  },
  {
    id: 'outside',
    label: t('Outside lines'),
    places: [
      { href: '/trunks', label: t('Trunks'), icon: icon.Cable, permission: 'trunks.read' },
      { href: '/inbound-numbers', label: t('Inbound numbers'), icon: icon.PhoneIncoming, permission: 'trunks.read' },
      { href: '/outbound-routes', label: t('Outbound routes'), icon: icon.PhoneOutgoing, permission: 'trunks.read' },
      { href: '/pin-sets', label: t('PIN sets'), icon: icon.LockKeyhole, permission: 'trunks.read' },
      { href: '/signed-calls', label: t('Signed calls'), icon: icon.Signature, permission: 'trunks.read' },
      { href: '/blocked-callers', label: t('Blocked callers'), icon: icon.PhoneOff, permission: 'trunks.read' },
      { href: '/sip-servers', label: t('SIP servers'), icon: icon.Signpost, permission: 'targets.read' },
    ],
  },
  {
    id: 'emergency',
    label: t('Emergency calls'),
    places: [
      { href: '/emergency', label: t('Emergency'), icon: icon.Siren, permission: 'emergency.read' },
    ],
  },
  {
    id: 'compliance',
    label: t('Recordings and compliance'),
    places: [
      { href: '/recordings', label: t('Recordings'), icon: icon.AudioLines, permission: 'recordings.read' },
      { href: '/audit', label: t('Audit log'), icon: icon.ScrollText, permission: 'audit.read' },
    ],
  },
  {
    id: 'access',
    label: t('Access and integrations'),
    places: [
      { href: '/tokens', label: t('API tokens'), icon: icon.KeyRound, permission: 'tokens.read' },
      { href: '/webhooks', label: t('Webhooks'), icon: icon.Webhook, permission: 'webhooks.read' },
      { href: '/crm', label: t('CRM'), icon: icon.Contact, permission: 'webhooks.read' },
      { href: '/bans', label: t('Banned addresses'), icon: icon.ShieldBan, permission: 'bans.read' },
    ],
  },
  {
    id: 'system',
    label: t('System'),
    places: [
      { href: '/system', label: t('System health'), icon: icon.Activity, permission: 'system.read' },
      { href: '/doctor', label: t('Doctor'), icon: icon.Stethoscope, permission: 'system.diagnose' },
      { href: '/mail', label: t('Mail'), icon: icon.Mail, permission: 'mail.read' },
      { href: '/backups', label: t('Backups'), icon: icon.DatabaseBackup, permission: 'backups.read' },
      { href: '/configuration', label: t('Configuration'), icon: icon.FileCode, permission: 'configuration.read' },
    ],
  },
]
