/** Ringing a phone that has several flows (RFC 5626 §7): one after the other, never two at once, as both lead to the same phone. */
import type { Contact } from '../registrar/types.ts'
import type { DialogName, InviteFailure, OutgoingInvite, OutgoingInviteOptions, SipDialog, SipServer } from '../sip/types.ts'

/** A phone that is there rings sooner; one with another flow is then tried over that. */
const SILENCE_MS = 4_000

type Progress = Parameters<Parameters<OutgoingInvite['onProgress']>[0]>[0]

/** @param onFlow told of each flow that is tried, the first included, and of the Call-ID of its INVITE */
export function inviteAlongFlows(
  sip: Pick<SipServer, 'invite'>,
  contact: Contact,
  options: Omit<OutgoingInviteOptions, 'uri' | 'nextHop' | 'route'>,
  onFlow: (contact: Contact, sipCallId: Promise<string>) => void,
): OutgoingInvite {
  return new FlowInvite([contact, ...contact.spare], (flow) => {
    const invite = sip.invite({ ...options, uri: flow.uri, nextHop: flow.nextHop, route: flow.route })
    onFlow(flow, invite.sipCallId)
    return invite
  })
}

/** The INVITEs along the flows, as one. */
class FlowInvite implements OutgoingInvite {
  readonly #flows: Contact[]
  readonly #send: (flow: Contact) => OutgoingInvite
  #current!: OutgoingInvite
  /** It came to life, so that it is over when this one is. */
  #heard = false
  #cancelled = false
  #silence: NodeJS.Timeout | undefined
  #onProgress: ((progress: Progress) => void) | undefined
  #onAnswer: ((dialog: SipDialog) => void) | undefined
  #onFailure: ((failure: InviteFailure) => void) | undefined
  #onEarlyOffer: ((offer: string) => Promise<string>) | undefined

  constructor(flows: Contact[], send: (flow: Contact) => OutgoingInvite) {
    this.#flows = flows
    this.#send = send
    this.#next()
  }

  get sipCallId(): Promise<string> {
    return this.#current.sipCallId
  }

  get early(): readonly DialogName[] {
    return this.#current.early
  }

  onProgress(listener: (progress: Progress) => void): void {
    this.#onProgress = listener
  }

  onAnswer(listener: (dialog: SipDialog) => void): void {
    this.#onAnswer = listener
  }

  onFailure(listener: (failure: InviteFailure) => void): void {
    this.#onFailure = listener
  }

  onEarlyOffer(handler: (offer: string) => Promise<string>): void {
    this.#onEarlyOffer = handler
    this.#current.onEarlyOffer(handler)
  }

  cancel(reason?: string): void {
    this.#cancelled = true
    clearTimeout(this.#silence)
    this.#current.cancel(reason)
  }

  #next(): void {
    const flow = this.#flows.shift()
    if (!flow) throw new Error('A phone without a flow is rung.')
    const invite = this.#send(flow)
    this.#current = invite
    // What a flow that was left says does not matter any more; its late answer gets ACK and BYE by its cancellation.
    const own = <T>(use: (value: T) => void) => (value: T) => void (this.#current === invite && use(value))
    if (this.#flows.length > 0) {
      this.#silence = setTimeout(() => {
        this.#next()
        invite.cancel('SIP;cause=408;text="No answer over this flow"')
      }, SILENCE_MS)
    }
    if (this.#onEarlyOffer) invite.onEarlyOffer(this.#onEarlyOffer)
    invite.onProgress(own((progress) => {
      this.#heard = true
      clearTimeout(this.#silence)
      this.#onProgress?.(progress)
    }))
    invite.onAnswer(own((dialog) => {
      clearTimeout(this.#silence)
      this.#onAnswer?.(dialog)
    }))
    invite.onFailure(own((failure) => {
      clearTimeout(this.#silence)
      if (this.#flows.length > 0 && !this.#heard && !this.#cancelled && isOfFlow(failure)) this.#next()
      else this.#onFailure?.(failure)
    }))
  }
}

/** Whether it says something of the flow and nothing of the phone: not reached, 408, or 430 by a proxy in between. */
function isOfFlow({ kind, status }: InviteFailure): boolean {
  return kind === 'unreachable' || kind === 'timeout' || status === 430
}
