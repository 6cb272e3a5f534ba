import { messageOf, Refusal } from '../../config/errors.ts'
import type { Conference } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import { hangUp } from '../calls/hang-up.ts'
import { terminate } from '../calls/termination.ts'
import type { CallWorld } from '../calls/world.ts'
import type { SnapshotConference } from '../directory/types.ts'
import type { ConferenceAction } from '../door.ts'
import type { ConferenceView } from '../events/catalogue.ts'
import { Room, type Party } from './room.ts'

/** Changes within this time are told as one: who speaks changes with every word. */
const TOGETHER_MS = 250

export interface Rooms {
  enter(call: Call, conferenceId: string, moderator: boolean): Promise<void>
  /** The sound of a room that somebody is in. */
  media(id: string): Conference | undefined
  live(tenantId: string): ConferenceView[]
  /** @param by who asked, in words for the history */
  steer(tenantId: string, id: string, action: ConferenceAction, by: string): Promise<ConferenceView>
  steerParty(tenantId: string, id: string, callId: string, action: 'mute' | 'unmute' | 'kick', by: string): Promise<ConferenceView>
  close(): void
}

/**
 * The conference rooms that somebody is in. A room opens with the first who enters and closes behind the last.
 * @param record begins the recording of a call
 */
export function createRooms(world: CallWorld, record: (call: Call) => void): Rooms {
  const rooms = new Map<string, Promise<Room>>()
  const open = new Map<string, Room>()
  const telling = new Map<string, NodeJS.Timeout>()

  const tell = (tenantId: string, id: string): void => {
    if (telling.has(id)) return
    telling.set(id, setTimeout(() => {
      telling.delete(id)
      const room = open.get(id)
      if (room) world.events.emit('conference.changed', tenantId, { conference: room.view() })
    }, TOGETHER_MS))
  }

  const close = (tenantId: string, id: string): void => {
    const room = open.get(id)
    open.delete(id)
    rooms.delete(id)
    clearTimeout(telling.get(id))
    telling.delete(id)
    void room?.media.close()
    world.events.emit('conference.ended', tenantId, { conferenceId: id })
  }

  const openRoom = async (config: SnapshotConference): Promise<Room> => {
    const { id, tenantId } = config
    const media = await world.media.createConference(`${config.number} ${config.name}`)
    const room = new Room({ world, config, media, record, onChange: () => tell(tenantId, id), onEmpty: () => close(tenantId, id) })
    open.set(id, room)
    return room
  }

  const roomOf = (config: SnapshotConference): Promise<Room> => {
    const known = rooms.get(config.id)
    if (known) return known
    const opening = openRoom(config)
    rooms.set(config.id, opening)
    opening.catch(() => rooms.delete(config.id))
    return opening
  }

  const find = (tenantId: string, id: string): Room => {
    const room = open.get(id)
    if (room?.view().tenantId !== tenantId) throw new Refusal('not-found', 'Nobody is in this conference room.')
    return room
  }

  const stopEvents = world.events.subscribe((event) => {
    if (event.type !== 'call.updated') return
    const call = world.registry.get(event.tenantId, event.data.call.id)
    if (call) for (const room of open.values()) room.holds(call, call.caller.state === 'held')
  })

  return {
    async enter(call, conferenceId, moderator) {
      const config = world.directory.snapshot().conference(conferenceId)
      if (!config?.enabled) return hangUp(world, call, terminate('conference-disabled', 'system'))
      try {
        let room = await roomOf(config)
        // The last one left it in this very moment.
        while (open.get(conferenceId) !== room) room = await roomOf(config)
        await room.enter(call, config, moderator)
        // It was the first, and hung up before it was in.
        if (room.parties.size === 0 && open.get(conferenceId) === room) close(config.tenantId, conferenceId)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        hangUp(world, call, terminate('no-media', 'system', null, `The conference cannot be opened: ${messageOf(error)}.`))
      }
    },
    media: (id) => open.get(id)?.media,
    live: (tenantId) => [...open.values()].map((room) => room.view()).filter((view) => view.tenantId === tenantId).sort((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true })),
    async steer(tenantId, id, action, by) {
      const room = find(tenantId, id)
      if (action === 'end') void room.end(`${by} ended the conference.`)
      else if (action === 'lock' || action === 'unlock') room.lock(action === 'lock')
      else await room.muteAll(action === 'mute-all')
      return room.view()
    },
    async steerParty(tenantId, id, callId, action, by) {
      const room = find(tenantId, id)
      const party = [...room.parties.values()].find(({ call }) => call.id === callId)
      if (!party) throw new Refusal('not-found', 'This caller is not in the conference. It may have left a moment ago.')
      if (action === 'kick') kick(room, party, by)
      else await room.mute(party, action === 'mute')
      return room.view()
    },
    close() {
      stopEvents()
      for (const timer of telling.values()) clearTimeout(timer)
      telling.clear()
    },
  }
}

/** Not waited for: it is told why first. */
function kick(room: Room, party: Party, by: string): void {
  room.kick(party, by).catch((error: unknown) => party.call.log.warn({ err: error }, 'a caller was not taken out of the conference'))
}
