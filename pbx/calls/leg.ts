import { newId } from '../../config/ids.ts'
import { createMachine } from '../../config/machine.ts'
import type { Endpoint, EndpointStats, LegSecurity } from '../../media/contract.ts'
import type { CallerIdentity, Cost, DivertedBy, LegRole, LegState, LegView, MediaFigures } from '../events/catalogue.ts'
import type { EarlyInvite, SipDialog } from '../sip/types.ts'
import { formatHostPort } from '../sip/uri.ts'
import type { Charge } from './charges.ts'
import { costOf, type PricedRate } from '../rates/deck.ts'
import { legTable, type LegInput } from './states.ts'

/** What is known of a phone when its leg begins. */
export interface LegOrigin {
  role: LegRole
  extensionId: string | null
  deviceId: string | null
  number: string
  name: string | null
  /** host:port */
  address: string
  transport: string
  userAgent: string | null
  sipCallId: string
  /** It is a line to a carrier. */
  trunkId?: string
  /** The inbound number that it called. */
  inboundNumberId?: string
  /** Nobody else is told its number and name; the record keeps them. */
  hidden?: boolean
  /** Who sent the call on before it came here, whom it was for first at the beginning. */
  diverted?: readonly DivertedBy[]
  /** What the signature of its call was worth. */
  identity?: CallerIdentity
}

/**
 * One phone's part in a call, whichever side began it. The direction is data (`role`);
 * behaviour lives in the verb files beside this one.
 */
export class Leg {
  readonly id: string
  origin: LegOrigin
  readonly startedAt: number
  sipCallId: string
  userAgent: string | null
  endpoint: Endpoint | undefined
  dialog: SipDialog | undefined
  /** Its INVITE, which has no final answer yet. */
  invite: EarlyInvite | undefined
  /** The description that its endpoint was last given before the answer. */
  heard: string | undefined
  /** Its early media, which the caller cannot hear before it has answered our offer. */
  preview: string | undefined
  ringingAt: number | null = null
  answeredAt: number | null = null
  endedAt: number | null = null
  sipStatus: number | null = null
  endedWhy: string | null = null
  codec: string | null = null
  security: LegSecurity | null = null
  figures: MediaFigures | null = null
  /** Of a call that costs. */
  charge: Charge | undefined
  /** What its line costs; null: nothing, or it is not known. */
  rate: PricedRate | null = null
  /** The peer sends nothing although it should. */
  silent = false
  /** It types a number: its keys are no codes. */
  typing = false
  /** Whose digits go to the peer by SIP INFO. */
  signalled: Endpoint | undefined
  /** The API holds the call for it: it hears nothing of the other side, which hears music. */
  holdsByOrder = false
  readonly #machine = createMachine<LegState, LegInput>('leg', legTable, 'new')

  /** @param begun of a leg that another process began */
  constructor(origin: LegOrigin, begun?: { id: string; startedAt: number }) {
    this.id = begun?.id ?? newId()
    this.startedAt = begun?.startedAt ?? Date.now()
    this.origin = origin
    this.sipCallId = origin.sipCallId
    this.userAgent = origin.userAgent
  }

  get state(): LegState {
    return this.#machine.state
  }

  get over(): boolean {
    return this.#machine.state === 'ended'
  }

  /** Moves the leg on; what no longer matters for a leg that is over or answered is ignored. Returns whether it moved. */
  step(input: Exclude<LegInput, 'end'>): boolean {
    if (!this.#machine.can(input)) return false
    const before = this.#machine.state
    this.#machine.step(input)
    const now = Date.now()
    if (input === 'ring' || input === 'media') this.ringingAt ??= now
    if (input === 'answer') {
      this.answeredAt ??= now
      this.charge?.answered(now)
    }
    return this.#machine.state !== before
  }

  /** It is paid for by this until it ends. */
  bill(charge: Charge | undefined): this {
    if (!charge || this.over) return this
    this.charge = charge
    this.rate = this.origin.trunkId === undefined ? null : charge.rate
    charge.hold()
    return this
  }

  /** Ends the leg once; the first status and reason stay. */
  end(status: number | null, why: string): void {
    if (this.over) return
    this.#machine.step('end')
    this.endedAt = Date.now()
    this.sipStatus ??= status
    this.endedWhy = why
    this.charge?.release()
  }

  /** Takes the figures of the endpoint; the last ones stay after it is closed. */
  measure(stats: EndpointStats): void {
    this.codec = stats.codec ?? this.codec
    this.security = this.endpoint?.security ?? this.security
    this.figures = figuresOf(stats)
  }

  /** What it has cost until now; null: nothing is known. */
  get cost(): Cost | null {
    if (this.rate === null) return null
    return { amount: this.answeredAt === null ? 0 : costOf(this.rate, Math.max(0, ((this.endedAt ?? Date.now()) - this.answeredAt) / 1000)), currency: this.rate.currency }
  }

  view(): LegView {
    const { origin } = this
    return {
      id: this.id,
      role: origin.role,
      state: this.state,
      extensionId: origin.extensionId,
      deviceId: origin.deviceId,
      number: origin.number,
      name: origin.name,
      sipCallId: this.sipCallId,
      address: origin.address,
      transport: origin.transport,
      userAgent: this.userAgent,
      codec: this.endpoint?.codec ?? this.codec,
      security: this.endpoint?.security ?? this.security,
      startedAt: this.startedAt,
      ringingAt: this.ringingAt,
      answeredAt: this.answeredAt,
      endedAt: this.endedAt,
      sipStatus: this.sipStatus,
      ended: this.endedWhy,
      media: this.figures,
      ...(this.rate && { cost: this.cost }),
      ...(origin.identity && { identity: origin.identity }),
      ...(origin.diverted && { diverted: origin.diverted }),
    }
  }
}

function figuresOf(stats: EndpointStats): MediaFigures {
  return {
    packetsReceived: stats.packetsReceived,
    packetsSent: stats.packetsSent,
    packetsLost: stats.packetsLost,
    lossRate: stats.lossRate,
    jitterMs: stats.jitterMs,
    roundTripMs: stats.roundTripMs ?? null,
    mos: stats.mos ?? null,
    local: formatHostPort(stats.local.address, stats.local.port),
    remote: stats.remote ? formatHostPort(stats.remote.address, stats.remote.port) : null,
  }
}
