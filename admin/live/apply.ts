/** What each message of the live connection does to the store and to the query cache. */
import { keys } from '../app/keys.ts'
import { notify } from '../app/notify.ts'
import { queryClient } from '../app/query-client.ts'
import type { LiveMessage } from '../app/types.ts'
import { instant } from '../words/time.ts'
import { noteServerTime } from './clock.ts'
import { liveStore } from './store.ts'
import { plural, sentences, t } from '../words/translate.ts'

function byId<T extends { id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]))
}

function withRow<T extends { id: string }>(map: ReadonlyMap<string, T>, row: T): Map<string, T> {
  return new Map(map).set(row.id, row)
}

function without<T>(map: ReadonlyMap<string, T>, id: string): Map<string, T> {
  const next = new Map(map)
  next.delete(id)
  return next
}

export function isLiveMessage(message: unknown): message is LiveMessage {
  return typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string'
}

export function applyMessage(message: LiveMessage): void {
  noteServerTime(instant(message.at), 0)
  switch (message.type) {
    case 'hello':
      liveStore.update(() => ({ calls: byId(message.calls), registrations: byId(message.registrations), conferences: byId(message.conferences) }))
      return
    case 'resumed':
      return
    case 'call.started':
    case 'call.updated':
      liveStore.update((state) => ({ calls: withRow(state.calls, message.data.call) }))
      void queryClient.invalidateQueries({ queryKey: keys.trace(message.data.call.id) })
      return
    case 'call.ended':
      liveStore.update((state) => ({ calls: without(state.calls, message.data.call.id) }))
      void queryClient.invalidateQueries({ queryKey: keys.calls })
      return
    case 'registration.changed':
      liveStore.update((state) => ({ registrations: withRow(state.registrations, message.data.registration) }))
      return
    case 'registration.removed':
      liveStore.update((state) => ({ registrations: without(state.registrations, message.data.registration.id) }))
      return
    case 'recording.finished':
    case 'recording.stored':
    case 'recording.deleted':
      void queryClient.invalidateQueries({ queryKey: keys.calls })
      void queryClient.invalidateQueries({ queryKey: keys.recordings })
      return
    case 'emergency.called': {
      const { name, number, dialled, place, callId } = message.data
      notify.alarm(t('{{name}} calls for help', { name: name ?? number }), sentences(t('{{number}} dialled {{dialled}}.', { number, dialled }), place === null ? t('Where the phone is, is not known.') : t('Help comes to {{place}}.', { place })), `/emergency/${callId}`)
      void queryClient.invalidateQueries({ queryKey: keys.emergency })
      return
    }
    case 'toll.locked':
      notify.alarm(t('{{number}} {{name}} is locked', { number: message.data.number, name: message.data.name }), t('It has made {{reason}}.', { reason: message.data.reason }), '/outbound-routes')
      void queryClient.invalidateQueries({ queryKey: keys.toll })
      return
    case 'desk.changed':
      void queryClient.invalidateQueries({ queryKey: keys.sharedPhones })
      return
    case 'backup.failed':
      notify.alarm(t('There is no new backup'), message.data.cause, '/backups')
      void queryClient.invalidateQueries({ queryKey: keys.backups })
      return
    case 'emergency.tested':
      if (!message.data.passed) notify.alarm(t('The place {{name}} has failed its test', { name: message.data.name }), message.data.message, '/emergency?tab=tests')
      void queryClient.invalidateQueries({ queryKey: keys.emergency })
      return
    case 'emergency.untested':
      notify.alarm(plural(message.data.places, '{{count}} place has had no good test for too long', '{{count}} places have had no good test for too long'), t('Help might not find a caller there.'), '/emergency?tab=tests')
      void queryClient.invalidateQueries({ queryKey: keys.emergency })
      return
    case 'emergency.changed':
      void queryClient.invalidateQueries({ queryKey: keys.emergency })
      return
    case 'message.waiting':
      void queryClient.invalidateQueries({ queryKey: keys.messages })
      return
    case 'park.changed':
      void queryClient.invalidateQueries({ queryKey: keys.parked })
      return
    case 'voicemail.changed':
      void queryClient.invalidateQueries({ queryKey: keys.voicemail })
      return
    case 'ban.added':
    case 'ban.lifted':
      void queryClient.invalidateQueries({ queryKey: keys.bans })
      return
    case 'conference.changed':
      liveStore.update((state) => ({ conferences: withRow(state.conferences, message.data.conference) }))
      return
    case 'conference.ended':
      liveStore.update((state) => ({ conferences: without(state.conferences, message.data.conferenceId) }))
      return
    case 'directory.changed':
      void queryClient.invalidateQueries({ queryKey: keys.extensions })
      void queryClient.invalidateQueries({ queryKey: keys.conferences })
      void queryClient.invalidateQueries({ queryKey: keys.schedules })
      return
  }
}
