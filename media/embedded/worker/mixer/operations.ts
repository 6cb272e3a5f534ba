/** What the main thread may ask of conferences, an entry an operation. */
import type { Handlers, Notice, OperationName, PartyFormat, WorkerSource } from '../../protocol.ts'
import type { Clock } from '../clock.ts'
import { Faulty } from '../fault.ts'
import type { Graph } from '../graph.ts'
import { playOn, type Plays } from '../plays.ts'
import { Recorder } from '../recorder.ts'
import type { Sound } from '../sounds.ts'
import type { Target } from '../target.ts'
import { Room } from './room.ts'

/** What a recording hears a room in: wide band, and dear to nobody. */
const RECORDED: PartyFormat = { encoding: 'G722', packetMs: 20 }
const RECORDED_RATE = 16_000

export interface RoomSurroundings {
  clock: Clock
  graph: Graph
  plays: Plays
  recordings: Map<number, Recorder>
  openSound: (source: WorkerSource) => Promise<Sound>
  tell: (notice: Notice) => void
}

type RoomOperation = Extract<OperationName, `${string}Room` | `${string}Party` | 'partyFigures'>

export function createRoomOperations({ clock, graph, plays, recordings, openSound, tell }: RoomSurroundings): { operations: Pick<Handlers, RoomOperation>; close(): void } {
  const rooms = new Map<number, Room>()
  /** Numbers of those who are in, so that a room which is closed leaves nobody behind. */
  const members = new Map<number, Set<number>>()

  function find(number: number): Room {
    const found = rooms.get(number)
    if (found === undefined) throw new Faulty('not-found', 'the conference is closed')
    return found
  }

  function legOf(party: number, endpoint: number, worker: number | undefined): Target {
    const found = graph.target(party, endpoint, worker)
    if (found === undefined) throw new Faulty('not-found', 'the media endpoint is closed')
    return found
  }

  function close(number: number): void {
    for (const party of members.get(number) ?? []) graph.remove(party)
    members.delete(number)
    rooms.get(number)?.close()
    rooms.delete(number)
  }

  return {
    operations: {
      openRoom({ room }) {
        rooms.set(room, new Room(clock, (parties) => tell({ notice: 'talkers', room, parties })))
        members.set(room, new Set())
        return null
      },
      closeRoom({ room }) {
        close(room)
        return null
      },
      joinRoom({ room, party, endpoint, worker, format, muted }) {
        graph.add(party, find(room).join(party, format, muted, legOf(party, endpoint, worker)))
        members.get(room)?.add(party)
        return null
      },
      reformatParty({ room, party, endpoint, worker, format }) {
        rooms.get(room)?.reformat(party, format, legOf(party, endpoint, worker))
        return null
      },
      leaveRoom({ room, party }) {
        graph.remove(party)
        members.get(room)?.delete(party)
        rooms.get(room)?.leave(party)
        return null
      },
      muteParty({ room, party, muted }) {
        find(room).mute(party, muted)
        return null
      },
      playRoom({ room, play, source, repeat }) {
        const on = find(room)
        return playOn(plays, play, openSound(source), repeat, (voice) => (on.play(voice) ? () => on.hush(voice) : undefined))
      },
      async recordRoom({ room, recording, path }) {
        const on = find(room)
        const recorder = new Recorder(path, RECORDED_RATE, clock, (outcome) => {
          recordings.delete(recording)
          on.unlisten(recorder)
          tell({ notice: 'recording-ended', recording, outcome })
        })
        recordings.set(recording, recorder)
        on.listen(recorder, RECORDED, {
          take: (_from, encoding, packet, view, now) => {
            if (encoding === -1) return
            recorder.hear('left', encoding, packet, view, now)
            recorder.hear('right', encoding, packet, view, now)
          },
          skip: () => undefined,
          digit: () => undefined,
        })
        await recorder.start()
        return null
      },
      partyFigures({ room, party }) {
        const figures = find(room).figures(party)
        if (figures === undefined) throw new Faulty('not-found', 'the party is not in the conference')
        return figures
      },
    },
    close() {
      for (const number of [...rooms.keys()]) close(number)
    },
  }
}
