import { refuseWrong, type RefusalDetail } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { TollDoor } from './door.ts'
import type { Events } from './events/events.ts'
import type { MailRoom } from './mail/room.ts'
import { checkAddresses } from './mail/settings.ts'

/** Limits for calls abroad, and what happens when an extension passes them. */
export function createTollDoor(options: { directory: Directory; mail: Pick<MailRoom, 'post'>; events: Events }): { door: TollDoor; lock(tenantId: string, extensionId: string, reason: string): Promise<void> } {
  const { directory, mail, events } = options
  return {
    async lock(tenantId, extensionId, reason) {
      const snapshot = directory.snapshot()
      const extension = snapshot.extension(extensionId)
      const { mailTo } = snapshot.tollOf(tenantId).settings
      if (!extension) return
      const { number, name } = extension
      await directory.toll.lock(tenantId, extensionId, reason, async (trx) => {
        if (mailTo.length === 0) return
        await mail.post(trx, {
          tenantId, kind: 'toll', subjectId: null, urgent: true, recipients: mailTo, title: `Locked: ${number} ${name} calls abroad too often`,
          body: `${number} ${name} has made ${reason}. It calls nobody abroad any more until somebody unlocks it, under Outbound routes in the panel.\n\nIf nobody there made these calls, its password is known to others: give its phones a new one.\n`,
        })
      })
      events.emit('toll.locked', tenantId, { extensionId, number, name, reason })
    },
    door: {
      settings: (actor) => directory.snapshot().tollOf(actor.tenantId).settings,
      async configure(actor, input) {
        const details: RefusalDetail[] = []
        checkAddresses(input.mailTo, 'mailTo', details)
        refuseWrong(details)
        await directory.toll.configure(actor, input)
        return directory.snapshot().tollOf(actor.tenantId).settings
      },
      locks(actor) {
        const snapshot = directory.snapshot()
        return [...snapshot.tollOf(actor.tenantId).locks].flatMap(([extensionId, { reason, lockedAt }]) => {
          const extension = snapshot.extension(extensionId)
          return extension ? [{ extensionId, number: extension.number, name: extension.name, reason, lockedAt }] : []
        })
      },
      unlock: (actor, extensionId) => directory.toll.unlock(actor, extensionId),
    },
  }
}
