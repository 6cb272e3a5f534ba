/** Session timers (RFC 4028): the engine refreshes what it agreed to refresh, and ends a call whose peer does not. */
import type { Dialog, Session } from '../dialog/dialog.ts'
import { patience, readSessionExpires, refreshAfter } from '../dialog/session-expires.ts'
import { digits } from '../message/host.ts'
import { header, type SipMessage } from '../message/message.ts'
import type { TimerHandle } from '../timers.ts'
import type { Agent, Sessions } from './agent.ts'
import { sendBye } from './release.ts'
import { sendOwn } from './request.ts'
import { tellEnded } from './tell.ts'

/** A peer that answers 422 with ever longer times is not going to agree. */
const TRIES_422 = 3

/** @param agent asked for when it is needed: it has this as a part */
export function createSessions(agent: () => Agent): Sessions {
  return {
    agree(dialog, value, weAsked) {
      dialog.session?.stop()
      dialog.session = undefined
      const agreed = readSessionExpires(value)
      // An UPDATE before the answer settles nothing: there is no session yet.
      if (!agreed || !dialog.confirmed) return
      // §7.2, §9: without a refresher it is the one who asked.
      const weRefresh = agreed.refresher === undefined ? weAsked : (agreed.refresher === 'uac') === weAsked
      dialog.session = new SessionTimer(agent(), dialog, agreed.interval, weRefresh)
    },
  }
}

class SessionTimer implements Session {
  interval: number
  readonly weRefresh: boolean
  private readonly agent: Agent
  private readonly dialog: Dialog
  private end: TimerHandle
  private refresh: TimerHandle
  private tries = 0

  constructor(agent: Agent, dialog: Dialog, interval: number, weRefresh: boolean) {
    this.agent = agent
    this.dialog = dialog
    this.interval = interval
    this.weRefresh = weRefresh
    this.end = agent.timers.start(weRefresh ? interval * 1000 : patience(interval), this, 'end')
    if (weRefresh) this.refresh = agent.timers.start(refreshAfter(interval), this, 'refresh')
  }

  stop(): void {
    this.agent.timers.stop(this.end)
    if (this.refresh !== undefined) this.agent.timers.stop(this.refresh)
    this.refresh = undefined
  }

  onTimer(name: 'end' | 'refresh'): void {
    if (name === 'end') return this.giveUp()
    this.refresh = undefined
    this.send()
  }

  private send(): void {
    const { agent, dialog } = this
    const byUpdate = dialog.allowsUpdate
    // A change of the session is under way, and refreshes it too when it succeeds (§7.4).
    if (!byUpdate && (dialog.clientInvite || dialog.serverInvite || dialog.localSdp === '')) return this.again(1)
    const lines = [`Session-Expires: ${this.interval};refresher=uac`, `Min-SE: ${Math.min(this.interval, agent.options.timing.sessionMin / 1000)}`, 'Supported: timer']
    if (byUpdate) sendOwn(agent, dialog, 'UPDATE', lines, '', (status, response) => this.answered(status, response))
    else sendOwn(agent, dialog, 'INVITE', [...lines, 'Content-Type: application/sdp'], dialog.localSdp, (status, response) => this.answered(status, response))
  }

  private answered(status: number, response: SipMessage | undefined): void {
    const { dialog } = this
    // A 2xx agreed on a new timer in this one's place.
    if (dialog.session !== this || status < 300) return
    switch (status) {
      case 408:
      case 481:
        return this.giveUp()
      case 422: {
        const longer = digits(response ? (header(response, 'min-se') ?? '') : '') ?? 0
        if (longer <= this.interval || ++this.tries > TRIES_422) return this.again(this.interval / 6)
        this.interval = longer
        return this.send()
      }
      case 405:
      case 501:
        if (!dialog.allowsUpdate) return this.again(this.interval / 6)
        dialog.allowsUpdate = false
        return this.send()
      case 491:
        // RFC 3261 §14.1: who made the Call-ID waits 2.1 to 4 s, the other up to 2 s.
        return this.again(dialog.weCalled ? 2.1 + Math.random() * 1.9 : Math.random() * 2)
      default:
        // §10: tried again until the session is over.
        return this.again(this.interval / 6)
    }
  }

  private again(seconds: number): void {
    if (this.refresh === undefined) this.refresh = this.agent.timers.start(Math.max(0.2, seconds) * 1000, this, 'refresh')
  }

  private giveUp(): void {
    const { agent, dialog } = this
    sendBye(agent, dialog, 'SIP;cause=200;text="Session timer expired"', 'session-expired', (bye, over) => tellEnded(agent, dialog, bye, over))
  }
}
