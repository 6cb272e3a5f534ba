/**
 * How long dialogs live for the sake of their subscriptions (RFC 6665, RFC 3515, RFC 5057): until the last one is over
 * and no call is in them. What packages mean is the applications' affair.
 */
import { dialogFromNotify, type Dialog } from '../dialog/dialog.ts'
import { eventKey, expiresOf, REFER_SECONDS, refersSilently, referKey, stateOf } from '../dialog/subscription.ts'
import type { Headers, SipMessage } from '../message/message.ts'
import type { Flow } from '../transport/flow.ts'
import type { Agent } from './agent.ts'

/** After its time a subscription is kept for as long as a message of it may still be under way. */
const LINGER_MS = 32_000

/** Starts a subscription, or its time anew. */
function grant(agent: Agent, dialog: Dialog, key: string, seconds: number): void {
  dialog.subscriptions.get(key)?.stop()
  const timer = agent.timers.start(seconds * 1000 + LINGER_MS, { onTimer: () => endSubscription(agent, dialog, key) }, 'expired')
  dialog.subscriptions.set(key, { stop: () => agent.timers.stop(timer) })
}

function endSubscription(agent: Agent, dialog: Dialog, key: string): void {
  dialog.subscriptions.get(key)?.stop()
  dialog.subscriptions.delete(key)
  endIfUnused(agent, dialog)
}

/** The call in the dialog is over; the dialog is, unless a subscription still runs (RFC 5057 §4.1). */
export function endCall(agent: Agent, dialog: Dialog): void {
  dialog.session?.stop()
  dialog.session = undefined
  dialog.calling = false
  endIfUnused(agent, dialog)
}

function endIfUnused(agent: Agent, dialog: Dialog): void {
  if (!dialog.calling && dialog.subscriptions.size === 0) agent.dialogs.remove(dialog)
}

/** The subscription of this dialog that a NOTIFY means; the first REFER's may go without its id (RFC 3515 §2.4.6). */
function meant(dialog: Dialog, headers: Headers): string | undefined {
  const key = eventKey(headers)
  if (dialog.subscriptions.has(key)) return key
  return key === 'refer' ? [...dialog.subscriptions.keys()].find((each) => each.startsWith('refer;')) : undefined
}

/**
 * A SUBSCRIBE or REFER, in either direction, was accepted.
 * @param request its headers
 * @param answer headers of the 2xx
 */
export function onAccepted(agent: Agent, dialog: Dialog, method: string, cseq: number, request: Headers, answer: Headers): void {
  if (method === 'SUBSCRIBE') grant(agent, dialog, meant(dialog, request) ?? eventKey(request), expiresOf(answer) ?? expiresOf(request) ?? REFER_SECONDS)
  else if (method === 'REFER' && !refersSilently(answer)) grant(agent, dialog, referKey(cseq), REFER_SECONDS)
  else endIfUnused(agent, dialog)
}

/**
 * A NOTIFY, in either direction, got its final response. One that nobody answered ends nothing: the next may arrive.
 * @param notify its headers
 */
export function onNotified(agent: Agent, dialog: Dialog, notify: Headers, status: number): void {
  const key = meant(dialog, notify)
  const { over, seconds } = stateOf(notify)
  // RFC 6665 §4.2.2: these say that there is no such subscription.
  const unknown = status === 481 || status === 489
  const challenged = status === 401 || status === 407
  if (key === undefined) {
    if (over && !challenged) endIfUnused(agent, dialog)
  } else if ((over && !challenged) || unknown) endSubscription(agent, dialog, key)
  else if (status >= 200 && status < 300) grant(agent, dialog, key, seconds)
}

/**
 * A NOTIFY that comes before the 2xx to our SUBSCRIBE, or from another fork of it, makes its dialog (RFC 6665 §4.4.1).
 * @returns undefined when nobody subscribed to this
 */
export function dialogOfNotify(agent: Agent, notify: SipMessage, flow: Flow): Dialog | undefined {
  const subscribing = agent.subscribing.get(subscriberKey(notify.callId, notify.toTag))
  if (!subscribing || subscribing.tags.has(notify.fromTag) || (subscribing.event !== eventKey(notify) && !(subscribing.event.startsWith('refer;') && eventKey(notify) === 'refer'))) return undefined
  subscribing.tags.add(notify.fromTag)
  const dialog = dialogFromNotify(notify, subscribing.from, subscribing.cseq, flow, subscribing.owner)
  agent.dialogs.add(dialog)
  grant(agent, dialog, subscribing.event, stateOf(notify).seconds)
  return dialog
}

/** Call-ID and our tag: what all forks of one SUBSCRIBE share. */
export function subscriberKey(callId: string, localTag: string): string {
  return `${callId}|${localTag}`
}
