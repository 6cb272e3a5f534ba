import type { Webhook, WebhookEventName } from '../app/types.ts'
import type { Wording } from './call.ts'
import { t } from './translate.ts'

/** What each event is, for people, grouped as they look for it. */
export const eventGroups: { group: string; events: Partial<Record<WebhookEventName, string>> }[] = [
  { group: t('Calls'), events: { 'call.started': t('A call begins'), 'call.updated': t('A call rings, is answered, held or changed'), 'call.ended': t('A call ends, with its whole record'), 'park.changed': t('A call is parked or fetched') } },
  { group: t('Recordings and messages'), events: { 'recording.finished': t('A recording ends, or fails'), 'recording.stored': t('A recording can be heard'), 'recording.deleted': t('A recording is deleted'), 'voicemail.changed': t('A mailbox has other messages than before'), 'message.waiting': t('A text message waits for a phone, or is delivered') } },
  { group: t('Conferences'), events: { 'conference.changed': t('Somebody joins, leaves, speaks or is muted'), 'conference.ended': t('A conference ends') } },
  { group: t('Alarms'), events: { 'emergency.called': t('Somebody calls for help'), 'emergency.changed': t('More is known of a call for help'), 'emergency.tested': t('A place was tested for calls for help'), 'emergency.untested': t('Places have had no good test for too long'), 'toll.locked': t('An extension is locked for calls abroad'), 'backup.failed': t('There is no new backup'), 'ban.added': t('An address is banned'), 'ban.lifted': t('A ban is lifted') } },
  { group: t('Phones and settings'), events: { 'registration.changed': t('A phone registers'), 'registration.removed': t('A phone is no longer registered'), 'desk.changed': t('Somebody sits down at a shared phone, or leaves it'), 'directory.changed': t('The settings are changed') } },
]

const words = new Map(eventGroups.flatMap(({ events }) => Object.entries(events)))

/** An event in words; one that is new to the panel is shown by its name. */
export const eventWords = (event: string): string => words.get(event) ?? event

export function webhookState({ enabled, pausedUntil, waiting, failed }: Webhook): Wording {
  if (!enabled) return { label: t('Turned off'), tone: 'quiet' }
  if (pausedUntil !== null) return { label: t('Does not answer'), tone: 'bad' }
  if (failed > 0) return { label: t('{{failed}} given up', { failed }), tone: 'warning' }
  return waiting > 0 ? { label: t('{{waiting}} on the way', { waiting }), tone: 'busy' } : { label: t('Delivers'), tone: 'good' }
}
