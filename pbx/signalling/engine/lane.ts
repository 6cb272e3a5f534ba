/** A guest of the application's in the engine's thread: it answers requests that need no decision, so that nobody need be woken for them. */
import type { SipMessage } from './message/message.ts'
import type { Flow } from './transport/flow.ts'

export interface LaneAnswer {
  status: number
  /** Header lines. */
  lines: string[]
}

export interface Lane {
  /** Whether it answers this request, at little cost: then also while new work is refused. */
  knows(request: SipMessage, flow: Flow): boolean
  /** Asked once, when the request is about to go to the application; undefined: it goes there. */
  answer(request: SipMessage, flow: Flow): LaneAnswer | undefined
  /** What the application tells it. */
  obey(order: unknown): void
}

/** What the guest's module must offer. `tell` reaches the application before any request that is handed to it later. */
export interface LaneModule {
  createLane(tell: (news: unknown) => void): Lane
}
