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
  /** Characters of all of them. */
  length: number
  touchedAt: number
  held: boolean
}

/** What nobody claims is forgotten after this long: longer than Timer B and Timer H (RFC 3261 §17). */
const UNCLAIMED_MS = 60_000
/** Call-IDs remembered at most without an owner; a flood of strangers must not eat the memory. */
const UNCLAIMED_MAX = 20_000
/** Messages kept of one Call-ID; a phone that repeats for ever fills no more. */
const PER_CALL_ID = 500
/** Characters kept of one Call-ID, and of all together before the oldest without an owner go. */
const LENGTH_PER_CALL_ID = 1_000_000
const LENGTH_UNCLAIMED = 64_000_000

export function createTraceCollector(): TraceCollector {
  // Insertion order is age: a Map gives the oldest first.
  const conversations = new Map<string, Conversation>()
  let unclaimed = 0
  let unclaimedLength = 0

  const forget = (callId: string): void => {
    const conversation = conversations.get(callId)
    if (!conversation) return
    conversations.delete(callId)
    if (conversation.held) return
    unclaimed -= 1
    unclaimedLength -= conversation.length
  }
  /** Forgets what is old; when there is too much, also what is oldest, down to half. */
  const sweep = (): void => {
    const oldest = Date.now() - UNCLAIMED_MS
    const crowded = tooMuch()
    for (const [callId, conversation] of conversations) {
      if (conversation.held) continue
      if (conversation.touchedAt < oldest || (crowded && (unclaimed > UNCLAIMED_MAX / 2 || unclaimedLength > LENGTH_UNCLAIMED / 2))) forget(callId)
    }
  }
  const tooMuch = (): boolean => unclaimed > UNCLAIMED_MAX || unclaimedLength > LENGTH_UNCLAIMED
  const timer = setInterval(sweep, UNCLAIMED_MS / 4)
  timer.unref()

  const conversationOf = (callId: string): Conversation => {
    let conversation = conversations.get(callId)
    if (!conversation) {
      conversation = { messages: [], length: 0, touchedAt: Date.now(), held: false }
      conversations.set(callId, conversation)
      unclaimed += 1
    }
    return conversation
  }

  return {
    add(messages) {
      for (const message of messages) {
        const conversation = conversationOf(message.callId)
        conversation.touchedAt = message.at
        if (conversation.messages.length >= PER_CALL_ID || conversation.length + message.text.length > LENGTH_PER_CALL_ID) continue
        conversation.messages.push(message)
        conversation.length += message.text.length
        if (!conversation.held) unclaimedLength += message.text.length
      }
      if (tooMuch()) sweep()
    },
    messagesOf: (callIds) => callIds.flatMap((callId) => conversations.get(callId)?.messages ?? []).sort((a, b) => a.at - b.at),
    hold(callIds) {
      for (const callId of callIds) {
        const conversation = callId ? conversationOf(callId) : undefined
        if (!conversation || conversation.held) continue
        conversation.held = true
        unclaimed -= 1
        unclaimedLength -= conversation.length
      }
    },
    release(callIds) {
      for (const callId of callIds) forget(callId)
    },
    get size() {
      return conversations.size
    },
    close: () => clearInterval(timer),
  }
}
