import { serviceActor, type Actor } from '../../config/actor.ts'
import type { Database } from '../../config/database/index.ts'
import { Refusal } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { PromptDesk, SoundKeeper } from '../../media/contract.ts'
import type { Call } from '../calls/call.ts'
import type { CallWorld } from '../calls/world.ts'
import type { VoicemailDoor } from '../door.ts'
import type { MailRoom } from '../mail/room.ts'
import { createRecordingKeys } from '../recording/keys.ts'
import { createBoxes } from './boxes.ts'
import { watchCounts, type Counts } from './counts.ts'
import { leaveMessage } from './leave.ts'
import { mailMessages } from './mailing.ts'
import { listen } from './listen.ts'
import { createMessages, messageInfo } from './messages.ts'
import { openShelf } from './shelf.ts'
import { canTalk } from './talk.ts'
import type { VoicemailWorld } from './world.ts'

export interface VoicemailRoom {
  door: VoicemailDoor
  counts: Pick<Counts, 'of' | 'unsolicited'>
  /** False when the engine cannot record and play; else resolves when the caller has left the mailbox. */
  serve(call: Call, step: { what: 'leave' | 'listen'; extensionId: string | null; greeting: 'unavailable' | 'busy' }): Promise<boolean>
  /** Whether this is the PIN of a mailbox; false where it has none. */
  isPin(tenantId: string, mailboxId: string, pin: string): Promise<boolean>
  /** The extension of this mailbox is gone, and its row with it. */
  forget(tenantId: string, mailboxId: string): Promise<void>
  sweep(): Promise<number>
  readonly failing: number
  close(): Promise<void>
}

/** Everything about voicemail: taking messages, playing them, and what people see of them. */
export async function openVoicemailRoom(options: {
  world: CallWorld; database: Database; secrets: Secrets; logger: Logger; home: string; sounds: SoundKeeper; desk: PromptDesk; mail: Pick<MailRoom, 'post' | 'kind'>
  /** Why calls to a number would come to nothing; undefined when they would not. */
  deadEnd: (tenantId: string, number: string) => string | undefined
}): Promise<VoicemailRoom> {
  const { world: calls, database, secrets, home, sounds, desk, deadEnd, mail } = options
  const logger = options.logger.child({ room: 'voicemail' })
  const counts = await watchCounts({ database, events: calls.events, logger })
  const shelf = await openShelf({ database, logger, home, keys: createRecordingKeys(database, secrets), sounds, onStored: (trx, row) => mailing.stored(trx, row) })
  const boxes = createBoxes({ database, secrets, desk, counts, checkOperator: deadEnd })
  const messages = createMessages({ database, logger, home, shelf })
  const mailing = mailMessages({ mail, messages, shelf, directory: calls.directory })
  const world: VoicemailWorld = { calls, boxes, messages, shelf, findSound: (name, tenantId) => desk.own.find(name, tenantId) }
  const busy = new Set<Promise<unknown>>()
  // What was spooled first, then what waits to be stored.
  void messages.flush().then(() => shelf.wake())

  const boxOf = async (actor: Actor, id: string): Promise<void> => void (await boxes.row(actor, id))

  return {
    counts,
    async serve(call, step) {
      if (!canTalk(world.calls, call) || !world.calls.media.capabilities.record) return false
      const work = step.what === 'leave' && step.extensionId !== null ? leaveMessage(world, call, step.extensionId, step.greeting) : listen(world, call, step.extensionId)
      busy.add(work)
      await work.finally(() => busy.delete(work))
      return true
    },
    door: {
      boxes: (actor) => boxes.list(actor),
      box: (actor, id) => boxes.get(actor, id),
      update: (actor, id, input, version) => boxes.update(actor, id, input, version),
      setPin: (actor, id, pin) => boxes.setPin(actor, id, pin),
      async greeting(actor, id, kind) {
        const path = await boxes.greeting(actor, id, kind)
        if (path === undefined) throw new Refusal('not-found', 'This greeting was not recorded.')
        return path
      },
      setGreeting: (actor, id, kind, by) => boxes.setGreeting(actor, id, kind, by),
      async messages(actor, filter) {
        if (filter.mailboxId !== undefined) await boxOf(actor, filter.mailboxId)
        return messages.list(actor, filter)
      },
      message: async (actor, id) => messageInfo(await messages.row(actor, id)),
      async open(actor, id, as, purpose) {
        const row = await messages.row(actor, id)
        const sound = await shelf.open(row, as)
        try {
          await database.change(actor, async () => ({ result: undefined, audit: { action: `voicemail.${purpose}`, subjectType: 'voicemail', subjectId: id } }))
        } catch (error) {
          await sound.close()
          throw error
        }
        return { message: messageInfo(row), bytes: sound.bytes, sha256: row.sha256 ?? id, read: (start, end) => sound.read(start, end), close: () => sound.close() }
      },
      mark: (actor, id, change) => messages.mark(actor, id, change),
      async forward(actor, id, mailboxIds) {
        const row = await messages.row(actor, id)
        for (const mailboxId of mailboxIds) await boxOf(actor, mailboxId)
        await messages.forward(actor, row, mailboxIds, actor.name)
      },
      remove: (actor, id) => messages.remove(actor, id),
    },
    isPin: async (tenantId, mailboxId, pin) => boxes.isPin(await boxes.row(serviceActor(tenantId, 'voicemail'), mailboxId), pin),
    async forget(tenantId, mailboxId) {
      await shelf.clear(tenantId, mailboxId)
      for (const kind of ['unavailable', 'busy', 'temporary', 'name'] as const) await desk.own.remove(`greeting-${kind}-${mailboxId}`, tenantId)
    },
    sweep: () => messages.sweep(),
    get failing() {
      return shelf.failing
    },
    async close() {
      await Promise.allSettled(busy)
      await messages.close()
      await shelf.close()
      await counts.close()
    },
  }
}
