import type { Conference, PlaySource } from '../../media/contract.ts'
import type { Contact } from '../registrar/types.ts'
import type { Diversion } from '../routing/plan.ts'
import type { AutoAnswerStyle } from '../sip/auto-answer.ts'
import type { InviteFailure } from '../sip/types.ts'
import type { OutsideLine } from '../trunks/line.ts'
import type { Charge } from './charges.ts'

/** Someone to ring: a contact of an extension, or somebody outside over a trunk. */
export type DialTarget = PhoneTarget | OutsideTarget

interface AnyTarget {
  number: string
  name: string | null
  /** Whose forward led here, the last first. */
  diverted?: readonly Diversion[]
  /** Seconds after which it rings too; at once when nobody else does any more. */
  delaySeconds?: number
  /** For how long it rings, when not as long as the others may. */
  ringSeconds?: number
  /** Before the caller's name. */
  namePrefix?: string
  /** How it shall ring (RFC 3261 §20.4). */
  alertInfo?: string
  /** It shall answer by itself, asked in this way. */
  autoAnswer?: boolean | AutoAnswerStyle
  /** Whoever answers hears this and is asked first, while the others ring on; who refuses does so for all. */
  announced?: readonly PlaySource[] | undefined
  /** The conference that it is for. */
  near?: Conference
}

export interface PhoneTarget extends AnyTarget {
  contact: Contact
  extensionId: string
  line?: undefined
}

export interface OutsideTarget extends AnyTarget {
  line: OutsideLine
  /** Who pays for it, where it costs. Held once for the dialling, which lets go of it. */
  charge?: Charge | undefined
  /** Whoever answers is asked first, while the others ring on: a mailbox takes no call. */
  confirm?: boolean
  /** Who is called instead at once after this failure. */
  instead?: (failure: InviteFailure) => OutsideTarget | undefined
}
