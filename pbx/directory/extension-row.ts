import type { ExtensionRow } from '../../migrations/tables.ts'
import type { ExtensionInput } from '../door.ts'
import { fromRow, toRow as columnsToRow, type Columns } from './columns.ts'

const COLUMNS: Columns<ExtensionInput, ExtensionRow> = [
  ['number', 'number'], ['name', 'name'], ['ringSeconds', 'ring_seconds'], ['maxContacts', 'max_contacts'], ['contactsFull', 'contacts_full'],
  ['enabled', 'enabled'], ['recording', 'recording'], ['recordingDays', 'recording_days'], ['encryption', 'encryption'],
  ['forwardAlways', 'forward_always'], ['forwardBusy', 'forward_busy'], ['forwardNoAnswer', 'forward_no_answer'], ['forwardUnreachable', 'forward_unreachable'],
  ['doNotDisturb', 'do_not_disturb'], ['vipNumbers', 'vip_numbers'], ['blockedCallers', 'blocked_callers'], ['lampNumbers', 'lamp_numbers'], ['missedCallMail', 'missed_call_mail'], ['callLimit', 'call_limit'], ['voicemail', 'voicemail'], ['pickupGroup', 'pickup_group'], ['supervises', 'supervises'], ['pageable', 'pageable'], ['listed', 'listed'], ['screening', 'screening'], ['speedDials', 'speed_dials'], ['outsideCalls', 'outside_calls'], ['outsideNumber', 'outside_number'],
  ['outsideAtOnce', 'outside_at_once'], ['outsidePerMinute', 'outside_per_minute'],
  ['followMe', 'follow_me'], ['followMeOwnPhones', 'follow_me_own_phones'], ['followMeTo', 'follow_me_to'],
]

const JSONB: ReadonlySet<string> = new Set(['followMeTo', 'blockedCallers', 'speedDials'])

export const toRow = (input: Partial<ExtensionInput>): Record<string, unknown> => columnsToRow(COLUMNS, input, JSONB)

/** As the audit keeps it: fields named as in the input, so that a change can be undone. */
export const forAudit = (row: ExtensionRow): Record<string, unknown> => fromRow(COLUMNS, row)
