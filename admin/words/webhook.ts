import type { Webhook, WebhookEventName } from '../app/types.ts'
import type { Wording } from './call.ts'

/** What each event is, for people, grouped as they look for it. */
export const eventGroups: { group: string; events: Partial<Record<WebhookEventName, string>> }[] = [
  { group: 'Calls', events: { 'call.started': 'A call begins', 'call.updated': 'A call rings, is answered, held or changed', 'call.ended': 'A call ends, with its whole record', 'park.changed': 'A call is parked or fetched' } },
  { group: 'Recordings and messages', events: { 'recording.finished': 'A recording ends, or fails', 'recording.stored': 'A recording can be heard', 'recording.deleted': 'A recording is deleted', 'voicemail.changed': 'A mailbox has other messages than before', 'message.waiting': 'A text message waits for a phone, or is delivered' } },
  { group: 'Conferences', events: { 'conference.changed': 'Somebody joins, leaves, speaks or is muted', 'conference.ended': 'A conference ends' } },
  { group: 'Alarms', events: { 'emergency.called': 'Somebody calls for help', 'emergency.changed': 'More is known of a call for help', 'toll.locked': 'An extension is locked for calls abroad', 'backup.failed': 'There is no new backup', 'ban.added': 'An address is banned', 'ban.lifted': 'A ban is lifted' } },
  { group: 'Phones and settings', events: { 'registration.changed': 'A phone registers', 'registration.removed': 'A phone is no longer registered', 'directory.changed': 'The settings are changed' } },
]

const words = new Map(eventGroups.flatMap(({ events }) => Object.entries(events)))

/** An event in words; one that is new to the panel is shown by its name. */
export const eventWords = (event: string): string => words.get(event) ?? event

export function webhookState({ enabled, pausedUntil, waiting, failed }: Webhook): Wording {
  if (!enabled) return { label: 'Turned off', tone: 'quiet' }
  if (pausedUntil !== null) return { label: 'Does not answer', tone: 'bad' }
  if (failed > 0) return { label: `${failed} given up`, tone: 'warning' }
  return waiting > 0 ? { label: `${waiting} on the way`, tone: 'busy' } : { label: 'Delivers', tone: 'good' }
}
