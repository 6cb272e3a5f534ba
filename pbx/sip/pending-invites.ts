/**
 * Which INVITE a CANCEL is for. srf looks only at the Call-ID and keeps only the newest INVITE of
 * each; two with one Call-ID (merged, or a re-INVITE over a slow one) would be cancelled in each
 * other's place. This keeps them apart by branch (RFC 3261 §9.2) and puts srf's own memory right.
 */
import { topBranch } from './headers.ts'
import type { SrfMessage, SrfReply, SrfRequest } from './srf-types.ts'
import type { Stack } from './stack.ts'

/** Whoever handles an INVITE that has no final answer yet. */
export interface InviteOwner {
  /** A CANCEL for exactly this INVITE came in; the engine has answered both. */
  cancelled(cancel: SrfMessage): void
  /** The caller gave up in its early dialog by BYE. */
  endedByBye(reason: string | undefined): void
}

interface Pending {
  req: SrfRequest
  res: SrfReply
  branch: string
  owner: InviteOwner
}

export interface PendingInvites {
  /** Remembers an INVITE until it is cancelled or removed. */
  add(req: SrfRequest, res: SrfReply, owner: InviteOwner): void
  remove(req: SrfRequest): void
  /** The INVITE that an early BYE with this Call-ID means. */
  byCallId(callId: string): InviteOwner | undefined
  readonly size: number
}

export function createPendingInvites(stack: () => Stack): PendingInvites {
  const pending = new Map<string, Pending[]>()
  let size = 0

  const take = (callId: string, matches: (one: Pending) => boolean): Pending | undefined => {
    const list = pending.get(callId)
    const index = list?.findIndex(matches) ?? -1
    if (!list || index === -1) return undefined
    const [taken] = list.splice(index, 1)
    size--
    const other = list.at(-1)
    if (!other) pending.delete(callId)
    // srf forgot the other one when it forgot this one; without it a CANCEL would find nobody.
    else stack().srf.app.client.mapServer.get(other.req.socket)?.pendingNetworkInvites.set(callId, { req: other.req, res: other.res })
    return taken
  }

  return {
    add(req, res, owner) {
      const callId = req.msg.headers['call-id'] ?? ''
      const list = pending.get(callId)
      const one = { req, res, branch: topBranch(req.msg), owner }
      if (list) list.push(one)
      else pending.set(callId, [one])
      size++
      req.on('cancel', (cancel) => {
        const branch = topBranch(cancel)
        // Phones of the time before branches were unique may send another: then it is the one srf found.
        const meant = take(callId, (each) => each.branch === branch) ?? take(callId, (each) => each.req === req)
        try {
          meant?.owner.cancelled(cancel)
        } catch (error) {
          stack().logger.error({ err: error }, 'a CANCEL could not be handed on')
        }
      })
    },
    remove(req) {
      take(req.msg.headers['call-id'] ?? '', (each) => each.req === req)
    },
    byCallId: (callId) => pending.get(callId)?.[0]?.owner,
    get size() {
      return size
    },
  }
}
