import type { Diversion } from './diversion.ts'

/** A wish to call somebody, whoever had it: a phone's INVITE or, later, a click in a CRM. */
export interface CallRequest {
  tenantId: string
  caller: {
    extensionId: string
    deviceId: string
    number: string
    name: string | null
    /** Where its signalling comes from, without a port: it may tell where the phone is. */
    address?: string
  }
  /** Whose rights count when it is not the caller who dials: the phone that transfers it. */
  onBehalfOf?: { extensionId: string; number: string; deviceId?: string }
  /** Shown outside instead of the caller's usual number, when it is the caller who pays. */
  outsideNumber?: string
  /** The user part of the Request-URI as dialled. */
  dialled: string
  /** This speed dial was put in the place of what it stands for already. */
  speedDialled?: string
  /** It came over a trunk, for this number. */
  inbound?: { trunkId: string; number: string }
  /** Who sent it on before it came here, the last first, as its carrier says. */
  diverted?: readonly Diversion[]
  /** A dispatcher calls back whoever called for help a while ago: that very phone. */
  callBack?: CallBack
  /** Only this phone of whoever is called: the call is for its GRUU (RFC 5627). */
  instance?: string
}

/** Whom a dispatcher calls back. */
export interface CallBack {
  extensionId: string
  deviceId: string | null
  /** Others are called on the same number: whoever calls may be no dispatcher. */
  shared: boolean
}
