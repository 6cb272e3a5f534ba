import { Refusal } from '../../config/errors.ts'
import type { Directory, DirectorySnapshot, SnapshotExtension } from '../directory/types.ts'
import { helpNumber } from '../routing/help.ts'
import type { MessagingRoom } from '../messaging/room.ts'
import { takeText } from '../messaging/text.ts'
import { findFeatureCode } from '../routing/feature-codes.ts'
import { ALLOW } from '../sip/headers.ts'
import type { Registrar } from '../registrar/types.ts'
import { callerOf, tenantOf, type Step, type Visit } from './visit.ts'

/** What a message may not be sent to is told what may be done with it. */
const WITHOUT_MESSAGE = ALLOW.split(', ').filter((method) => method !== 'MESSAGE').join(', ')

/** A text from one extension to another (RFC 3428): 200 when a phone of it has it, 202 when it waits for one. */
export function createMessage(messaging: Pick<MessagingRoom, 'receive' | 'mayDo'>, directory: Pick<Directory, 'snapshot'>, registrar: Pick<Registrar, 'phoneOf'>): Step {
  return (visit) => {
    const { request } = visit
    const { extension: from } = callerOf(visit)
    const to = receiverOf(visit, directory.snapshot(), registrar)
    if ('reason' in to) {
      request.reply(405, { reason: to.reason, headers: { Allow: WITHOUT_MESSAGE } })
      return 'answered'
    }
    const taken = takeText(request)
    if ('status' in taken) {
      const { status, reason, headers = {} } = taken
      request.reply(status, { reason, headers })
      return 'answered'
    }
    if (!messaging.mayDo(from, taken.waits)) {
      request.reply(480, { reason: 'Too many messages within a minute', headers: { 'Retry-After': '60' } })
      return 'answered'
    }
    return messaging.receive(from, to.extension, taken, to.instance).then((status) => request.reply(status))
  }
}

/** @throws Refusal `not-found` */
function receiverOf(visit: Visit, snapshot: DirectorySnapshot, registrar: Pick<Registrar, 'phoneOf'>): { extension: SnapshotExtension; instance?: string } | { reason: string } {
  const { id } = tenantOf(visit)
  const { requestUri } = visit.request
  const user = requestUri.user ?? ''
  if (helpNumber(snapshot, id, user) !== undefined) return { reason: 'Emergency services take calls, not messages' }
  const phone = registrar.phoneOf(id, requestUri)
  const extension = phone === 'invalid' ? undefined : snapshot.extensionByNumber(id, phone?.number ?? user) ?? snapshot.extension(snapshot.deviceByUsername(id, user)?.extensionId ?? '')
  if (extension?.enabled === true) return { extension, ...(phone && phone !== 'invalid' && { instance: phone.instance }) }
  const other = snapshot.ringGroupByNumber(id, user) ?? snapshot.conferenceByNumber(id, user) ?? snapshot.attendantByNumber(id, user) ?? snapshot.scheduleByNumber(id, user) ?? findFeatureCode(snapshot.changedCodesOf(id), user)
  if (other) return { reason: 'Messages go to extensions only' }
  throw new Refusal('not-found', extension ? 'This extension is switched off' : 'Messages go to extensions of this house only, and this is none')
}
