import type { ExtensionRow } from '../../migrations/tables.ts'
import type { ExtensionInput } from '../door.ts'

const COLUMNS: readonly (readonly [keyof ExtensionInput, keyof ExtensionRow])[] = [
  ['number', 'number'], ['name', 'name'], ['ringSeconds', 'ring_seconds'], ['maxContacts', 'max_contacts'], ['contactsFull', 'contacts_full'],
  ['enabled', 'enabled'], ['recording', 'recording'], ['recordingDays', 'recording_days'], ['encryption', 'encryption'],
  ['forwardAlways', 'forward_always'], ['forwardBusy', 'forward_busy'], ['forwardNoAnswer', 'forward_no_answer'], ['forwardUnreachable', 'forward_unreachable'],
  ['doNotDisturb', 'do_not_disturb'], ['vipNumbers', 'vip_numbers'], ['callLimit', 'call_limit'], ['voicemail', 'voicemail'], ['pickupGroup', 'pickup_group'], ['outsideCalls', 'outside_calls'], ['outsideNumber', 'outside_number'],
]

/** Only what was given; the rest keeps its value, or gets the table's default. */
export function toRow(input: Partial<ExtensionInput>): Record<string, unknown> {
  const row: Record<string, unknown> = {}
  for (const [field, column] of COLUMNS) if (input[field] !== undefined) row[column] = input[field]
  return row
}

/** As the audit keeps it: fields named as in the input, so that a change can be undone. */
export function forAudit(row: ExtensionRow): Record<string, unknown> {
  return Object.fromEntries(COLUMNS.map(([field, column]) => [field, row[column]]))
}
