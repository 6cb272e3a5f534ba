/**
 * Row types of every table, by table name. Timestamps come back from `pg` as Date,
 * bigint as string, bytea as Buffer.
 */
export interface TenantRow {
  id: string
  slug: string
  name: string
  /** Digest realm; part of every stored HA1, so it never changes. */
  sip_realm: string
  /** Host names under which phones of this tenant register; an IP address of ours always means the default tenant. */
  sip_domains: string[]
  is_default: boolean
  time_zone: string
  /** Who must have a second factor to sign in. */
  second_factor: 'optional' | 'administrators' | 'everybody'
  /** Only administrators sign in otherwise than with a provider. */
  providers_only: boolean
  created_at: Date
  updated_at: Date
}

export interface UserRow {
  id: string
  tenant_id: string
  email: string
  name: string
  /** argon2id in PHC format; empty: none, the person signs in with a provider. */
  password_hash: string
  status: 'active' | 'disabled'
  /** The own extension. */
  extension_id: string | null
  last_login_at: Date | null
  created_at: Date
  updated_at: Date
}

export interface UserPasskeyRow {
  id: string
  tenant_id: string
  user_id: string
  name: string
  /** Base64url. */
  credential_id: string
  /** COSE. */
  public_key: Buffer
  /** Signatures so far, as the key counts; 0: it does not; bigint. */
  counter: string
  transports: string[]
  /** The host name it was made for. */
  rp_id: string
  /** Kept by a cloud, and so on several devices. */
  synced: boolean
  created_at: Date
  last_used_at: Date | null
  /** Not null: its counter went back. */
  refused_at: Date | null
}

/** A provider of OpenID Connect. */
export interface SignInProviderRow {
  id: string
  tenant_id: string
  name: string
  issuer: string
  client_id: string
  /** Sealed; null: a public client. */
  secret_sealed: Buffer | null
  scopes: string[]
  /** Lower case; empty: all. */
  domains: string[]
  /** Addresses count as verified although the provider does not say so. */
  trusts_email: boolean
  groups_claim: string | null
  group_roles: { group: string; role: string }[]
  creates_users: boolean
  /** Key of a role; null: only whom a group gives one. */
  default_role: string | null
  /** A second factor shown there counts here. */
  accepts_mfa: boolean
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface UserIdentityRow {
  provider_id: string
  /** `sub`: what the provider calls the person, for ever. */
  subject: string
  tenant_id: string
  user_id: string
  created_at: Date
}

export interface SpentChallengeRow {
  hash: Buffer
  tenant_id: string
  /** After this it is too old anyway. */
  until: Date
}

export interface UserAuthenticatorRow {
  user_id: string
  tenant_id: string
  /** The TOTP secret in base32, sealed. */
  secret_sealed: Buffer
  /** Null: no code of it was seen yet. */
  confirmed_at: Date | null
  /** The last period of 30 s whose code was taken; bigint. */
  last_period: string
  created_at: Date
}

export interface UserRecoveryCodeRow {
  tenant_id: string
  user_id: string
  code_hash: Buffer
  used_at: Date | null
}

export interface RoleRow {
  id: string
  tenant_id: string
  key: string
  name: string
  built_in: boolean
}

export interface RolePermissionRow {
  tenant_id: string
  role_id: string
  permission: string
}

export interface UserRoleRow {
  tenant_id: string
  user_id: string
  role_id: string
}

export interface SessionRow {
  id: string
  tenant_id: string
  user_id: string
  /** SHA-256 of the cookie value. */
  token_hash: Buffer
  /** Sent back by the panel in X-CSRF-Token with every write. */
  csrf_token: string
  address: string | null
  user_agent: string | null
  created_at: Date
  last_seen_at: Date
  expires_at: Date
  /** Whom the person came by; null: none. */
  provider_id: string | null
  /** Its ID token, sealed, to sign out there too. */
  id_token_sealed: Buffer | null
}

export interface PushSubscriptionRow {
  id: string
  tenant_id: string
  session_id: string
  /** Sealed JSON: endpoint, p256dh, auth. */
  subscription_sealed: Buffer
  created_at: Date
}

export interface ApiTokenRow {
  id: string
  tenant_id: string
  name: string
  /** SHA-256 of the token. */
  token_hash: Buffer
  /** First characters, to recognise it in a list. */
  prefix: string
  permissions: string[]
  created_by: string | null
  created_at: Date
  last_used_at: Date | null
  expires_at: Date | null
  revoked_at: Date | null
}

export interface SystemStateRow {
  key: string
  value: unknown
  updated_at: Date
}

export interface AuditLogRow {
  id: string
  tenant_id: string
  at: Date
  actor_kind: string
  actor_id: string
  actor_name: string
  address: string | null
  action: string
  subject_type: string
  subject_id: string
  before: unknown
  after: unknown
  /** Its place in the tenant's chain, from 1; both are set by a trigger. */
  seq: string
  hash: Buffer
}

export interface ExtensionRow {
  id: string
  tenant_id: string
  number: string
  name: string
  ring_seconds: number | null
  /** Contacts registered at once over all devices. */
  max_contacts: number
  contacts_full: 'replace' | 'reject' | null
  enabled: boolean
  /** Which calls of this extension are recorded. */
  recording: 'never' | 'on-demand' | 'always'
  /** Days its recordings are kept; null: the tenant's. */
  recording_days: number | null
  /** Whether its phones' audio is encrypted; null: the house's MEDIA_ENCRYPTION. */
  encryption: 'off' | 'offer' | 'require' | null
  /** Numbers that calls go on to; null: none. */
  forward_always: string | null
  forward_busy: string | null
  forward_no_answer: string | null
  forward_unreachable: string | null
  do_not_disturb: boolean
  /** Callers who ring all the same. */
  vip_numbers: string[]
  /** Callers from outside whom it does not want, and exceptions. */
  blocked_callers: { number: string; name: string; action: BlockedCallerRow['action'] }[]
  /** Whose lamps its phones get by one subscription. */
  lamp_numbers: string[]
  missed_call_mail: string[]
  /** Calls at once, from which on it is busy. */
  call_limit: number | null
  /** How far its calls to the outside may go. */
  outside_calls: 'none' | 'national' | 'international'
  /** Shown outside; null: the company's. */
  outside_number: string | null
  outside_at_once: number | null
  outside_per_minute: number | null
  pickup_group: string | null
  /** Numbers and patterns of those whose calls it may listen to. */
  supervises: string[]
  /** Its phones answer intercom and paging calls by themselves. */
  pageable: boolean
  listed: boolean
  /** Short numbers for its own phones. */
  speed_dials: { number: string; name: string; target: string }[]
  /** Which callers from outside are asked for their name before it rings. */
  screening: 'off' | 'unknown' | 'outside'
  follow_me: boolean
  follow_me_own_phones: boolean
  follow_me_to: { target: string; delaySeconds: number; ringSeconds: number; confirm: boolean }[]
  /** Callers who reach nobody may leave a message. */
  voicemail: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface DeviceRow {
  id: string
  tenant_id: string
  extension_id: string
  name: string
  /** Digest user name; the first device of an extension has the extension's number. */
  sip_username: string
  /** config/secrets envelope of {"md5": HA1, "sha256": HA1}. */
  credentials_sealed: Buffer
  credentials_changed_at: Date
  /** Of a phone in a browser: it goes with the session. */
  session_id: string | null
  enabled: boolean
  /** Of which phone that is set up from here it is a line, and which, from 1. */
  phone_id: string | null
  phone_line: number | null
  /** config/secrets envelope of the password, for such a phone. */
  password_sealed: Buffer | null
  /** Of a phone that people take turns at. */
  shared: { calls: 'help' | 'internal'; hours: number | null; at: string | null } | null
  version: number
  created_at: Date
  updated_at: Date
}

/** Who sits at a shared phone. */
export interface DeskLoginRow {
  device_id: string
  tenant_id: string
  extension_id: string
  since: Date
  /** When it ends by itself; null: when somebody ends it. */
  until: Date | null
}

/** `phone_openings`: for a while phones of a network get their first settings by their MAC address. */
export interface PhoneOpeningRow {
  tenant_id: string
  secret_hash: Buffer
  until: Date
  networks: string[]
  opened_by: string
  created_at: Date
}

/** `phones`: phones that are set up from here. */
export interface PhoneRow {
  id: string
  tenant_id: string
  name: string
  vendor: string
  model: string
  mac: string | null
  keys: { type: 'line' | 'lamp' | 'speed-dial' | 'park' | 'empty'; value: string; label: string }[]
  transport: 'udp' | 'tcp' | 'tls'
  time_zone: string | null
  language: string
  networks: string[]
  admin_password_sealed: Buffer
  secret_sealed: Buffer
  secret_hash: Buffer
  link_hash: Buffer | null
  link_until: Date | null
  link_address: string | null
  served_hash: string | null
  fetched_at: Date | null
  fetched_from: string | null
  fetched_agent: string | null
  fetched_file: string | null
  told_hash: string | null
  told_at: Date | null
  told_status: number | null
  opened_from: string | null
  version: number
  created_at: Date
  updated_at: Date
}

export interface ConferenceRow {
  id: string
  tenant_id: string
  number: string
  name: string
  /** config/secrets envelopes of the digits. */
  pin_sealed: Buffer | null
  moderator_pin_sealed: Buffer | null
  wait_for_moderator: boolean
  end_with_moderator: boolean
  max_parties: number
  announce: 'none' | 'tones' | 'words'
  muted_entry: boolean
  record: boolean
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface RingGroupRow {
  id: string
  tenant_id: string
  number: string
  name: string
  strategy: 'all' | 'enterprise' | 'in-order' | 'random' | 'in-turn' | 'memory-hunt' | 'first-available'
  members: { extensionId: string | null; number: string | null; delaySeconds: number; ringSeconds: number | null; confirm: boolean }[]
  ring_seconds: number
  member_seconds: number
  /** Null: until the time is up. */
  rounds: number | null
  skip_busy: boolean
  name_prefix: string
  alert_info: string
  no_answer: string | null
  missed_call_mail: string[]
  greeting: string
  /** Of the recording that is played instead; null: none. */
  recording_seconds: number | null
  music: boolean
  /** Rises with every call of a group that rings in turn. */
  next_member: number
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

/** Of each extension one, in use or not. */
export interface MailboxRow {
  /** The extension's. */
  id: string
  tenant_id: string
  /** config/secrets envelope of a scrypt hash; null: none was chosen yet. */
  pin_sealed: Buffer | null
  /** Its own phone is asked for the PIN too. */
  ask_own_phone: boolean
  /** Where 0 leads to; null: nowhere. */
  operator: string | null
  max_messages: number
  max_seconds: number
  /** Null: until they are deleted. */
  keep_days: number | null
  /** Phones that do not subscribe to waiting messages are told of them. */
  mwi_unsolicited: boolean
  /** Those that were recorded, with their length in seconds. */
  greetings: Partial<Record<'unavailable' | 'busy' | 'temporary' | 'name', number>>
  /** Each message goes to these by e-mail. */
  mail_to: string[]
  /** With its sound. */
  mail_attach: boolean
  /** What becomes of a message that went out by e-mail. */
  mail_then: 'keep' | 'heard' | 'delete'
  version: number
  updated_at: Date
}

export interface ScheduleRow {
  id: string
  tenant_id: string
  number: string
  name: string
  /** Null: the tenant's. */
  time_zone: string | null
  hours: { days: number[]; from: string; to: string }[]
  holidays: { name: string; from: string; to: string; yearly: boolean }[]
  open_target: string
  closed_target: string
  /** Null: as when closed. */
  holiday_target: string | null
  override: 'automatic' | 'open' | 'closed'
  by_phone: boolean
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface ParkLotRow {
  id: string
  tenant_id: string
  number: string
  name: string
  first_slot: string
  last_slot: string
  timeout_seconds: number
  /** Null: to who parked the call. */
  return_to: string | null
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface ApplicationRow {
  id: string
  tenant_id: string
  number: string
  name: string
  url: string
  /** Null: nobody has asked for one yet. */
  secret_sealed: Buffer | null
  answer_ms: number
  /** What is dialled for the caller when the program fails. */
  fallback: string
  outside_calls: 'none' | 'national' | 'international'
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface PagingGroupRow {
  id: string
  tenant_id: string
  number: string
  name: string
  /** Extensions. */
  members: string[]
  /** Who may page, as numbers or patterns; empty: all. */
  callers: string[]
  two_way: boolean
  skip_busy: boolean
  answer_seconds: number
  from_outside: boolean
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface EmergencySiteRow {
  id: string
  tenant_id: string
  name: string
  country: string
  state: string
  city: string
  postal_code: string
  street: string
  house_number: string
  callback_number: string | null
  callback_pool: string[]
  version: number
  created_at: Date
  updated_at: Date
}

export interface EmergencyLocationRow {
  id: string
  tenant_id: string
  site_id: string
  name: string
  floor: string
  room: string
  details: string
  callback_number: string | null
  version: number
  created_at: Date
  updated_at: Date
}

export interface EmergencyNetworkRow {
  id: string
  tenant_id: string
  kind: 'bssid' | 'switch-port' | 'network'
  value: string
  location_id: string
  version: number
  created_at: Date
  updated_at: Date
}

/** Where a PBX is that registers with us. */
export interface EmergencyTrunkRow {
  trunk_id: string
  tenant_id: string
  location_id: string | null
}

export interface EmergencyDeviceRow {
  device_id: string
  tenant_id: string
  /** Where it always is. */
  location_id: string | null
  confirmed_location_id: string | null
  confirmed_at: Date | null
  /** The address it was registered from then; null: it was not. */
  confirmed_from: string | null
  reported: { bssid?: string; chassis?: string; port?: string; address?: string } | null
  reported_at: Date | null
  reported_from: string | null
}

export interface EmergencySettingsRow {
  tenant_id: string
  location_id: string | null
  mail_to: string[]
  extensions: string[]
  escalate_minutes: number
  escalate_to: string[]
  callback_hours: number
  held: boolean
  test_days: number | null
  test_hour: number
  test_number: string | null
  updated_at: Date
}

/** A test of a place. */
export interface LocationTestRow {
  id: string
  tenant_id: string
  location_id: string
  tested_at: Date
  passed: boolean
  /** The number; null: nothing was called. */
  called: string | null
  trunk: string | null
  sip_status: number | null
  place: 'sent' | 'refused' | 'not-sent'
  callback_number: string | null
  address: string
  message: string
  /** Null: the schedule. */
  asked_by: string | null
}

/** Who tests the places of a tenant, and what was asked for. */
export interface LocationAuditRow {
  tenant_id: string
  asked_at: Date | null
  asked_by: string | null
  /** Null: all places. */
  asked_for: string[] | null
  holder: string | null
  held_until: Date | null
  told_at: Date | null
  untold: boolean
}

/** A call for help, or a test of one. It has the id of the call. */
export interface EmergencyCallRow {
  id: string
  tenant_id: string
  kind: 'call' | 'test'
  dialled: string
  started_at: Date
  caller: { number: string; name: string | null; extensionId: string | null; deviceId: string | null; device: string | null; address: string }
  /** Where the caller was taken to be, as it was sent. */
  location: unknown
  callback_number: string | null
  /** The number came out of the pool of a site; null: it did not. */
  pool: { number: string; size: number; takenFrom: { caller: string; at: number } | null } | null
  attempts: { trunk: string; at: number; status: number | null; answered: boolean }[]
  answered_at: Date | null
  ended_at: Date | null
  outcome: string | null
  /** Ordinary calls that made room for it. */
  displaced: { caller: string; called: string; held: string; at: number }[]
  notified: { how: 'mail' | 'phone' | 'panel'; to: string; at: number }[]
  escalated_at: Date | null
  acknowledged_at: Date | null
  acknowledged_by: string | null
  note: string | null
}

export interface MessageSettingsRow {
  tenant_id: string
  /** How long a text message waits for a phone. */
  keep_days: number
  /** How many one extension may send. */
  per_minute: number
  updated_at: Date
}

export interface WaitingMessageRow {
  id: string
  /** bigint: the order in which they came. */
  place: string
  tenant_id: string
  extension_id: string
  /** Empty: a program. */
  from_number: string
  from_name: string | null
  content_type: string
  bytes: number
  /** config/secrets envelope of its words and headers. */
  sealed: Buffer
  sent_at: Date
  expires_at: Date
}

export interface TollSettingsRow {
  tenant_id: string
  /** Null: all. */
  countries: string[] | null
  at_once_extension: number
  at_once_tenant: number
  per_hour: number
  /** Null: no limit. */
  minutes_extension: number | null
  minutes_tenant: number | null
  spend_day_extension: number | null
  spend_month_extension: number | null
  spend_day_tenant: number | null
  spend_month_tenant: number | null
  mail_to: string[]
  updated_at: Date
}

export interface StirSettingsRow {
  tenant_id: string
  /** PEM, with its chain. */
  certificate: string | null
  key_sealed: Buffer | null
  /** Null: published by us. */
  certificate_url: string | null
  /** PEM of all that are trusted. */
  authorities: string | null
  updated_at: Date
}

export interface ClickToDialSettingsRow {
  extension_id: string
  tenant_id: string
  enabled: boolean
  /** Null: all of its phones. */
  device_ids: string[] | null
  auto_answer: boolean
  auto_answer_style: 'by-phone' | 'call-info' | 'alert-info' | 'poly' | 'panasonic' | 'mitel' | 'answer-mode'
  name_prefix: string
  outside_number: string | null
  ring_seconds: number | null
  version: number
  updated_at: Date
}

export interface TollLockRow {
  extension_id: string
  tenant_id: string
  reason: string
  /** For all calls that cost, and not only for those abroad. */
  spend: boolean
  locked_at: Date
}

/** A call abroad of the last day or two, or one of the last weeks that cost something. */
export interface TollCallRow {
  id: string
  tenant_id: string
  /** Null: the house paid. */
  extension_id: string | null
  begun_at: Date
  seconds: number
  forgiven: boolean
  abroad: boolean
  cost: number
}

export interface WakeUpRow {
  id: string
  tenant_id: string
  extension_id: string
  /** By the clock of the tenant. */
  time: string
  repeats: 'once' | 'daily' | 'working-days'
  next_on: string
  stage: 'wake' | 'desk'
  tries: number
  /** Null: when its time comes. */
  try_at: Date | null
  last_result: 'answered' | 'not-answered' | 'too-late' | null
  last_at: Date | null
  version: number
  created_at: Date
  updated_at: Date
}

export interface CallSettingsRow {
  tenant_id: string
  /** Null: as long as what it was sent to rings. */
  transfer_seconds: number | null
  wake_up_desk: string | null
  updated_at: Date
}

export interface SpeedDialRow {
  id: string
  tenant_id: string
  number: string
  name: string
  target: string
  version: number
  created_at: Date
  updated_at: Date
}

export interface BlockedCallerRow {
  id: string
  tenant_id: string
  /** As the house writes numbers, a * at the end for all that begin so, an expression between slashes, or `anonymous`. */
  number: string
  /** Why, for people. */
  name: string
  action: 'decline' | 'busy' | 'not-in-service' | 'voicemail' | 'hold' | 'allow'
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface AttendantRow {
  id: string
  tenant_id: string
  number: string
  name: string
  greeting: string
  /** Of a recording that is played instead of the text; null: none. */
  recording_seconds: number | null
  keys: Record<string, string>
  direct_dial: boolean
  wait_seconds: number
  rounds: number
  /** Null: callers are hung up on. */
  no_input: string | null
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface MailSettingsRow {
  tenant_id: string
  host: string
  port: number
  security: 'tls' | 'starttls' | 'none'
  username: string | null
  /** config/secrets envelope, purpose `mail`. */
  password_sealed: Buffer | null
  sender: string
  sender_name: string
  version: number
  updated_at: Date
}

/** Mail on its way. It waits until `sent_at` or `gave_up_at` is set. */
export interface OutgoingMailRow {
  id: string
  tenant_id: string
  /** Who wrote it, e.g. `voicemail`. */
  kind: string
  /** What it is about; one mail of a kind about one thing. */
  subject_id: string | null
  /** Goes before all others. */
  urgent: boolean
  recipients: string[]
  title: string
  body: string
  created_at: Date
  tries: number
  next_try: Date
  last_error: string | null
  sent_at: Date | null
  gave_up_at: Date | null
}

export interface VoicemailMessageRow {
  id: string
  tenant_id: string
  mailbox_id: string
  call_id: string | null
  from_number: string
  from_name: string | null
  left_at: Date
  seconds: number
  /** Relative to the voicemail folder: the recorder's WAV file, the sealed file once stored. */
  path: string
  stored_at: Date | null
  bytes: number | null
  rate: number | null
  /** Of the Ogg file. */
  sha256: string | null
  peaks: Buffer | null
  urgent: boolean
  heard_at: Date | null
  /** By phone; it goes for good when the phone hangs up. */
  deleted_at: Date | null
  /** Who sent it on to this mailbox. */
  forwarded_by: string | null
  mailed_at: Date | null
}

/** Every number that can be dialled in a tenant, once. Kept by triggers of the tables that have numbers. */
export interface DialledNumberRow {
  tenant_id: string
  number: string
  owner_id: string
}

export interface BindingRow {
  id: string
  tenant_id: string
  extension_id: string
  device_id: string
  contact_uri: string
  /** What makes two contacts the same: +sip.instance when given, else the URI without parameters that vary. */
  contact_key: string
  call_id: string
  cseq: number
  q: number
  user_agent: string | null
  transport: string
  /** Where the REGISTER came from, host:port. */
  received: string
  path: string | null
  registered_at: Date
  updated_at: Date
  expires_at: Date
}

export interface CallRow {
  id: string
  tenant_id: string
  /** The first call of a chain of transfers; its own id when there was none. */
  root_id: string
  started_at: Date
  answered_at: Date | null
  ended_at: Date
  direction: 'internal' | 'inbound' | 'outbound'
  from_number: string
  from_name: string | null
  to_number: string
  to_name: string | null
  caller_extension_id: string | null
  callee_extension_id: string | null
  result: string
  reason: string
  /** The reason in a sentence for people. */
  explanation: string
  hung_up_by: 'caller' | 'callee' | 'system'
  sip_status: number | null
  /** The routing decision: steps with the reason for each. */
  plan: unknown
  /** Legs with device, address, user agent, codec, times and media figures. */
  legs: unknown
  /** What the lines to carriers cost, as text; null: nothing is known. */
  cost: string | null
  cost_currency: string | null
}

/** Everybody who was a party of a call that the history has, for searching. */
export interface CallPartyRow {
  tenant_id: string
  number: string
  /** Empty: none was told. */
  name: string
  last_at: Date
}

export interface CallTraceRow {
  call_id: string
  tenant_id: string
  started_at: Date
  messages: unknown
}

export interface RecordingRow {
  id: string
  tenant_id: string
  call_id: string
  root_id: string
  direction: 'internal' | 'inbound' | 'outbound'
  from_number: string
  from_name: string | null
  to_number: string
  to_name: string | null
  caller_extension_id: string | null
  callee_extension_id: string | null
  /** Of caller and callee, e.g. `G722, PCMU`. */
  codecs: string | null
  /** Relative to the recordings folder: the recorder's first WAV file, the sealed file once stored, empty once deleted. */
  path: string
  status: 'recording' | 'finished' | 'failed' | 'deleted'
  seconds: number | null
  bytes: string | null
  /** Samples a second. */
  rate: number | null
  failure: string | null
  started_by: string | null
  started_at: Date
  ended_at: Date | null
  /** Pauses: [{at: seconds, kind: 'pause' | 'resume', by}] */
  marks: { at: number; kind: 'pause' | 'resume'; by: string }[]
  /** When the sealed file was whole and verified; null: there are WAV files, if anything. */
  stored_at: Date | null
  /** Of the Ogg file. */
  sha256: string | null
  /** The waveform: pairs of left and right. */
  peaks: Buffer | null
  /** Legal hold: neither time nor people remove it. */
  held_at: Date | null
  held_by: string | null
  hold_reason: string | null
  deleted_at: Date | null
  deleted_by: string | null
}

export interface PromptRow {
  tenant_id: string
  /** Of media/prompts/catalogue. */
  name: string
  origin: 'upload' | 'speech'
  /** What is spoken; null for an upload. */
  text: string | null
  seconds: number
  changed_by: string
  changed_at: Date
}

export interface RecordingKeyRow {
  tenant_id: string
  /** config/secrets envelope of 32 bytes in base64. */
  sealed: Buffer
  created_at: Date
}

export interface RecordingSettingsRow {
  tenant_id: string
  /** Null: HISTORY_DAYS. */
  days: number | null
  notice: 'none' | 'beep' | 'announcement'
  updated_at: Date
}

export interface SipBanRow {
  id: string
  tenant_id: string
  /** An IPv4 address, the /64 of an IPv6 address, or a network with its prefix. */
  network: string
  reason: string
  detail: string
  since: Date
  /** Null: until it is lifted. Rows whose time is over stay a day, so that the next ban is longer. */
  until: Date | null
  hits: string
  /** How often in a row, from 1. */
  level: number
  added_by: string | null
}

export interface SipAllowedRow {
  id: string
  tenant_id: string
  network: string
  note: string
  added_by: string
  created_at: Date
}

/** A line to a carrier. */
export interface TrunkRow {
  id: string
  tenant_id: string
  name: string
  host: string
  port: number | null
  transport: 'udp' | 'tcp' | 'tls'
  username: string | null
  password_sealed: Buffer | null
  register: boolean
  registers_here: boolean
  register_seconds: number
  client_certificate: string | null
  client_key_sealed: Buffer | null
  peer_authority: string | null
  peer_name: string | null
  networks: string[]
  country: string
  format: 'plus' | 'digits' | 'national' | 'dialled'
  caller_id: string | null
  identity: 'pai' | 'rpid' | 'none'
  max_calls: number | null
  max_calls_per_second: number | null
  emergency: boolean
  send_location: boolean
  location_by: 'value' | 'reference' | 'both'
  header_rules: { direction: 'out' | 'in'; action: 'add' | 'remove' | 'replace'; header: string; match: string | null; value: string }[]
  codecs: ('PCMU' | 'PCMA' | 'G722' | 'opus')[]
  dtmf: 'auto' | 'rfc4733' | 'inband' | 'info'
  packet_ms: 10 | 20 | 30 | 40 | 60 | null
  sign_calls: boolean
  verify_calls: 'off' | 'mark' | 'refuse' | 'require'
  read_diversion: boolean
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface ContactRow {
  id: string
  tenant_id: string
  name: string
  company: string
  email: string
  external_id: string | null
  external_url: string | null
  tags: string[]
  version: number
  created_at: Date
  updated_at: Date
}

export interface ContactNumberRow {
  tenant_id: string
  contact_id: string
  position: number
  label: string
  written: string
  /** With +; null: it is no whole number. */
  e164: string | null
  digits: string
  /** The last six of the digits. */
  tail: string
}

export interface ContactSettingsRow {
  tenant_id: string
  country: string
  show_names: boolean
  record_url: string | null
  version: number
  updated_at: Date
}

/** What calls over a trunk cost. */
export interface RateDeckRow {
  trunk_id: string
  tenant_id: string
  currency: string
  /** A line for each rate: prefix, price a minute, first and further seconds, fee, valid from. */
  rates: string
  count: number
  imported_at: Date
}

/** Where the PBX at the far end of a trunk registered. */
export interface TrunkBindingRow {
  trunk_id: string
  tenant_id: string
  contact_uri: string
  call_id: string
  cseq: string
  transport: string
  received: string
  user_agent: string | null
  registered_at: Date
  updated_at: Date
  expires_at: Date
}

/** A number that carriers send calls for. */
export interface InboundNumberRow {
  id: string
  tenant_id: string
  number: string
  name: string
  destination: string
  /** The same otherwise, by who calls. */
  by_caller: { caller: string; destination: string }[]
  name_prefix: string
  max_calls: number | null
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

/** Which calls go out over which trunks. */
export interface OutboundRouteRow {
  id: string
  tenant_id: string
  name: string
  position: number
  pattern: string
  strip: number
  prepend: string
  trunk_ids: string[]
  caller_id: string | null
  /** Extensions that may take it, as patterns; empty: all. */
  callers: string[]
  /** Opening hours at which it may be taken. */
  schedule_id: string | null
  /** The cheapest trunk is tried first, instead of the first one. */
  cheapest_first: boolean
  /** Callers are asked for one of its PINs. */
  pin_set_id: string | null
  enabled: boolean
  version: number
  created_at: Date
  updated_at: Date
}

export interface FeatureCodeSettingsRow {
  tenant_id: string
  changed: Record<string, { code: string; enabled: boolean }>
  updated_at: Date
}

/** Who is told of what happens. */
export interface WebhookRow {
  id: string
  tenant_id: string
  name: string
  url: string
  events: string[]
  secret_sealed: Buffer
  old_secret_sealed: Buffer | null
  old_secret_until: Date | null
  enabled: boolean
  paused_until: Date | null
  failures: number
  version: number
  created_at: Date
  updated_at: Date
}

/** An event on its way to a webhook. */
export interface WebhookDeliveryRow {
  id: string
  seq: string
  tenant_id: string
  webhook_id: string
  event_id: string
  event_type: string
  order_key: string
  body: string
  created_at: Date
  tries: number
  claimed_until: Date | null
  delivered_at: Date | null
  gave_up_at: Date | null
  last_status: number | null
  last_error: string | null
  last_ms: number | null
  last_try_at: Date | null
}

/** A record that a CRM has made of a call itself. */
export interface CrmRecordRow {
  tenant_id: string
  root_id: string
  record_id: string
  call_id: string | null
  created_at: Date
}

/** Web pages that may call with tokens. */
export interface DialPagesRow {
  tenant_id: string
  origins: string[]
  version: number
  updated_at: Date
}

/** A CRM that calls are logged to. */
export interface CrmConnectionRow {
  id: string
  tenant_id: string
  name: string
  kind: 'hubspot' | 'zendesk'
  address: string
  email: string | null
  token_sealed: Buffer
  directions: ('inbound' | 'outbound')[]
  extension_ids: string[] | null
  unknown_callers: 'leave' | 'create'
  call_links: boolean
  enabled: boolean
  account: string | null
  record_base: string | null
  refused: string | null
  paused_until: Date | null
  failures: number
  version: number
  created_at: Date
  updated_at: Date
}

/** A call on its way to a CRM. */
export interface CrmCallRow {
  id: string
  seq: string
  tenant_id: string
  connection_id: string
  call_id: string
  note: unknown
  created_at: Date
  tries: number
  claimed_until: Date | null
  done_at: Date | null
  gave_up_at: Date | null
  record_id: string | null
  record_url: string | null
  contact_ids: string[]
  made_contact: boolean
  e164: string | null
  left_out: string | null
  last_status: number | null
  last_error: string | null
  last_ms: number | null
  last_try_at: Date | null
}

export interface BackupSettingsRow {
  id: true
  enabled: boolean
  /** `02:30`, by the clock of the machine. */
  at_time: string
  /** 1 is Monday. */
  days: number[]
  keep: number
  mail_to: string[]
  /** What scrypt made of the passphrase, with its salt; null until one is set. */
  salt: Buffer | null
  key_sealed: Buffer | null
  key_set_at: Date | null
  /** The time due for which somebody was told that there is no backup. */
  told_of: Date | null
  version: number
  updated_at: Date
}

export interface BackupRow {
  id: string
  /** Its name in the folder of backups. */
  file: string
  asked_by: string
  scheduled: boolean
  started_at: Date
  alive_at: Date
  finished_at: Date | null
  state: 'running' | 'done' | 'failed'
  cause: string | null
  bytes: string | null
  rows: string | null
  files: number | null
  /** It is being tried out. */
  trying: boolean
  tried_at: Date | null
  tried_well: boolean | null
  try_cause: string | null
  try_ms: number | null
}

export interface PinSetRow {
  id: string
  tenant_id: string
  name: string
  /** In order, without the PINs themselves. */
  pins: { id: string; label: string }[]
  /** A salt, and the hash of each PIN by its id. */
  hashes_sealed: Buffer
  version: number
  created_at: Date
  updated_at: Date
}
