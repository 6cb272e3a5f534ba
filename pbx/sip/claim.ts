/**
 * Calls outlive the link to an engine of ours: it keeps them for a while, and gives them back to who proves to be the
 * same application (`claim|<identity>` on drachtio's wire). A drachtio-server keeps nothing.
 */
import type { Dialog } from './dialog.ts'
import { sendRequest, type Stack } from './stack.ts'

/** A dialog that ended while nobody was there to hear of it. */
interface EndedMeanwhile {
  id: string
  by: 'peer' | 'stack'
  reason: string
  /** Milliseconds since the epoch. */
  at: number
}

export interface Claims {
  /** This dialog is known from before; whether it goes on is told after the next claim. */
  expect(dialog: Dialog): void
  /** Says who we are over the link that was just made; resolves when every expected dialog was told what became of it. */
  claim(): Promise<void>
  /** Looks whether a frame of the engine answers our claim. */
  readFrame(frame: string): void
  /** The link is gone: the dialogs are expected back with the next one. */
  lost(reason: string): void
  close(): void
}

const UNKNOWN = 'the signalling engine does not know this call any more'
const NOBODYS = 'SIP;cause=503;text="Nobody knows this call any more"'
const ANSWER_MS = 10_000

/** @param graceMs how long the engine keeps them */
export function createClaims(stack: Stack, identity: string, graceMs: number): Claims {
  const expected = new Set<Dialog>()
  let asked: { id: string; answer: PromiseWithResolvers<void>; timer: NodeJS.Timeout } | undefined
  let patience: NodeJS.Timeout | undefined

  const giveUp = (reason: string): void => {
    const left = [...expected]
    expected.clear()
    for (const dialog of left) dialog.linkLost(reason)
  }
  const settle = (kept: readonly string[], ended: readonly EndedMeanwhile[]): void => {
    clearTimeout(patience)
    const alive = new Set(kept)
    const over = new Map(ended.map((one) => [one.id, one]))
    const left = [...expected]
    expected.clear()
    for (const dialog of left) {
      // Ended here while its BYE could not be sent: the phone still believes in the call.
      if (dialog.ended) continue
      const end = over.get(dialog.id)
      if (alive.delete(dialog.id)) dialog.reclaimed()
      else if (end) dialog.endedMeanwhile(end)
      else dialog.linkLost(UNKNOWN)
    }
    // What we do not know cannot go on: the phone would talk to nobody.
    for (const id of alive) {
      if (!stack.dialogs.has(id)) sendRequest(stack, 'sip:placeholder', { method: 'BYE', stackDialogId: id, headers: { Reason: NOBODYS } }, { response: () => undefined, failed: () => undefined })
    }
  }
  const answered = (work: () => void): void => {
    clearTimeout(asked?.timer)
    const { answer } = asked ?? {}
    asked = undefined
    work()
    answer?.resolve()
  }

  return {
    expect: (dialog) => void expected.add(dialog),
    claim() {
      const [socket] = stack.srf.app.client.mapServer.keys()
      if (!socket) return Promise.resolve()
      const answer = Promise.withResolvers<void>()
      const id = stack.srf.app.client.wp.send(socket, `claim|${identity}`)
      asked = { id, answer, timer: setTimeout(() => answered(() => giveUp(UNKNOWN)), ANSWER_MS) }
      return answer.promise
    },
    readFrame(frame) {
      if (!asked || !frame.includes(asked.id)) return
      const lineEnd = frame.indexOf('\r\n')
      const [, type, id, outcome] = frame.slice(0, lineEnd === -1 ? undefined : lineEnd).split('|')
      if (type !== 'response' || id !== asked.id) return
      const { kept, ended } = outcome === 'OK' && lineEnd !== -1 ? (JSON.parse(frame.slice(lineEnd + 2)) as { kept: string[]; ended: EndedMeanwhile[] }) : { kept: [], ended: [] }
      answered(() => settle(kept, ended))
    },
    lost(reason) {
      if (asked) answered(() => undefined)
      for (const waiting of stack.waiting) {
        if (!waiting.lasting?.()) continue
        const dialog = waiting as Dialog
        expected.add(dialog)
        dialog.paused()
      }
      clearTimeout(patience)
      patience = setTimeout(() => giveUp(reason), graceMs)
    },
    close() {
      clearTimeout(patience)
      if (asked) answered(() => undefined)
      expected.clear()
    },
  }
}
