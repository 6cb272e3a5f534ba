import type { TracedMessage } from '../sip/types.ts'

/**
 * Keeps the wire's messages by SIP Call-ID until a call asks for them. Messages come before
 * anybody knows whose they are (an INVITE is on the wire before the call exists) and after the
 * call is over (the last 200), so they are kept by age and number and not by owner.
 */
export interface TraceCollector {
  add(messages: readonly TracedMessage[]): void
  /** The messages of these SIP Call-IDs in order of time. */
  messagesOf(callIds: readonly string[]): TracedMessage[]
  /** Keeps these Call-IDs for as long as their call lives. */
  hold(callIds: readonly string[]): void
  /** Forgets these Call-IDs. */
  release(callIds: readonly string[]): void
  readonly size: number
  close(): void
}

interface Conversation {
  messages: TracedMessage[]
  touchedAt: number
  held: boolean
}

/** What nobody claims is forgotten after this long: longer than Timer B and Timer H (RFC 3261 §17). */
const UNCLAIMED_MS = 60_000
/** Call-IDs remembered at most without an owner; a flood of strangers must not eat the memory. */
const UNCLAIMED_MAX = 20_000
/** Messages kept of one Call-ID; a phone that repeats for ever fills no more. */
const PER_CALL_ID = 500

export function createTraceCollector(): TraceCollector {
  // Insertion order is age: a Map gives the oldest first.
  const conversations = new Map<string, Conversation>()

  const sweep = (): void => {
    const oldest = Date.now() - UNCLAIMED_MS
    for (const [callId, conversation] of conversations) {
      if (!conversation.held && (conversation.touchedAt < oldest || conversations.size > UNCLAIMED_MAX)) conversations.delete(callId)
    }
  }
  const timer = setInterval(sweep, UNCLAIMED_MS / 4)
  timer.unref()

  const conversationOf = (callId: string): Conversation => {
    let conversation = conversations.get(callId)
    if (!conversation) {
      conversation = { messages: [], touchedAt: Date.now(), held: false }
      conversations.set(callId, conversation)
    }
    return conversation
  }

  return {
    add(messages) {
      for (const message of messages) {
        const conversation = conversationOf(message.callId)
        conversation.touchedAt = message.at
        if (conversation.messages.length < PER_CALL_ID) conversation.messages.push(message)
      }
      if (conversations.size > UNCLAIMED_MAX * 2) sweep()
    },
    messagesOf: (callIds) => callIds.flatMap((callId) => conversations.get(callId)?.messages ?? []).sort((a, b) => a.at - b.at),
    hold(callIds) {
      for (const callId of callIds) if (callId) conversationOf(callId).held = true
    },
    release(callIds) {
      for (const callId of callIds) conversations.delete(callId)
    },
    get size() {
      return conversations.size
    },
    close: () => clearInterval(timer),
  }
}
