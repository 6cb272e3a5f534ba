import type { CallView } from '../events/catalogue.ts'
import type { WatchedDialog } from './documents.ts'

/** Which calls each extension is in, kept by the news of calls: asking costs nothing however many calls there are. */
export interface Engaged {
  /** Takes news of a call in; the extensions for which something changed. */
  heard(call: CallView): Set<string>
  of(extensionId: string): WatchedDialog[]
}

export function createEngaged(): Engaged {
  /** By extension, then by leg. */
  const dialogs = new Map<string, Map<string, WatchedDialog>>()
  /** The legs of each call that are written down, with their extension. */
  const calls = new Map<string, Map<string, string>>()

  return {
    heard(call) {
      const changed = new Set<string>()
      const known = calls.get(call.id) ?? new Map<string, string>()
      const over = call.state === 'ended' || call.state === 'ending'
      const now = new Map<string, string>()
      for (const leg of over ? [] : call.legs) {
        if (leg.extensionId === null || leg.state === 'ended') continue
        const other = leg.role === 'callee' ? call.from : call.to
        const dialog: WatchedDialog = {
          id: leg.id, direction: leg.role === 'callee' ? 'recipient' : 'initiator', state: stateOf(leg.state, call.state), number: other.number, name: other.name,
        }
        now.set(leg.id, leg.extensionId)
        const own = dialogs.get(leg.extensionId) ?? new Map<string, WatchedDialog>()
        dialogs.set(leg.extensionId, own)
        const before = own.get(leg.id)
        if (!before || before.state !== dialog.state || before.number !== dialog.number || before.name !== dialog.name) changed.add(leg.extensionId)
        own.set(leg.id, dialog)
      }
      for (const [legId, extensionId] of known) {
        if (now.has(legId)) continue
        const own = dialogs.get(extensionId)
        own?.delete(legId)
        if (own?.size === 0) dialogs.delete(extensionId)
        changed.add(extensionId)
      }
      if (now.size > 0) calls.set(call.id, now)
      else calls.delete(call.id)
      return changed
    },
    of: (extensionId) => [...(dialogs.get(extensionId)?.values() ?? [])],
  }
}

/** A caller's own phone knows that it rings elsewhere only from the call. */
function stateOf(leg: CallView['legs'][number]['state'], call: CallView['state']): WatchedDialog['state'] {
  if (leg === 'answered' || leg === 'held') return 'confirmed'
  return leg === 'ringing' || leg === 'early' || call === 'ringing' || call === 'early' ? 'early' : 'trying'
}
