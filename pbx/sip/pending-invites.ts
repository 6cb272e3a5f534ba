/**
 * Which INVITE a CANCEL is for. srf looks only at the Call-ID, and keeps only the newest INVITE of
 * each: of two with one Call-ID (merged, or a re-INVITE over a slow one) one would be cancelled in
 * the other's place. The engine says which transaction it means, so its frames are read for that here.
 */
import type { SrfRequest } from './srf-types.ts'

/** Whoever handles an INVITE that has no final answer yet. */
export interface InviteOwner {
  /** A CANCEL for exactly this INVITE came in; the engine has answered both. `reason` is its Reason header. */
  cancelled(reason: string | undefined): void
  /** The caller gave up in its early dialog by BYE. */
  endedByBye(reason: string | undefined): void
}

export interface PendingInvites {
  /** Remembers an INVITE until it is cancelled or removed. */
  add(req: SrfRequest, owner: InviteOwner): void
  remove(req: SrfRequest): void
  /** Reads one frame of the engine; if it is a CANCEL, its INVITE's owner is told. */
  readFrame(frame: string): void
  /** The INVITE that an early BYE with this Call-ID means. */
  byCallId(callId: string): InviteOwner | undefined
  readonly size: number
}

export function createPendingInvites(): PendingInvites {
  const byTransaction = new Map<string, { callId: string; owner: InviteOwner }>()
  return {
    add(req, owner) {
      byTransaction.set(req.stackTxnId, { callId: req.msg.headers['call-id'] ?? '', owner })
    },
    remove(req) {
      byTransaction.delete(req.stackTxnId)
    },
    readFrame(frame) {
      const start = frame.indexOf('\r\n') + 2
      if (start === 1 || !frame.startsWith('CANCEL ', start)) return
      const transactionId = frame.slice(0, start).split('|')[8] ?? ''
      const pending = byTransaction.get(transactionId)
      byTransaction.delete(transactionId)
      pending?.owner.cancelled(/\r\nReason[ \t]*:[ \t]*([^\r\n]+)/i.exec(frame)?.[1])
    },
    byCallId(callId) {
      // Asked only when a BYE belongs to no dialog, which is rare, and the pending ones are few.
      for (const pending of byTransaction.values()) if (pending.callId === callId) return pending.owner
      return undefined
    },
    get size() {
      return byTransaction.size
    },
  }
}
