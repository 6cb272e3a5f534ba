/** What the application lends to the engine's thread so that it can answer phones that only stay where they are, and what it hears back. Plain data: it crosses a thread. */
import type { DigestAlgorithm } from '../../config/settings/settings.ts'
import type { HeldBinding, Renewal } from '../registrar/types.ts'

/** What a challenge takes: whose domains there are, and with what nonces are proved. */
export interface LaneGround {
  tenants: readonly { id: string; realm: string; domains: readonly string[]; isDefault: boolean }[]
  algorithms: readonly DigestAlgorithm[]
  /** Hex. */
  nonceKey: string
  nonceSeconds: number
  expiresMin: number
  expiresDefault: number
  expiresMax: number
}

/** All bindings of one extension, and who may renew them. */
export interface Lease {
  extensionId: string
  tenantId: string
  number: string
  devices: readonly { id: string; username: string; ha1: { md5: string; sha256: string } }[]
  /** In the order in which they came. */
  bindings: readonly HeldBinding[]
}

export type LaneOrder =
  /** From now on REGISTERs are answered. */
  | { do: 'ground'; ground: LaneGround }
  /** Replaces what was lent for these extensions. */
  | { do: 'lend'; leases: readonly Lease[] }
  | { do: 'revoke'; extensions: readonly string[] }
  /** Everything is given back; the news that are left are told, then `ended`. */
  | { do: 'end' }

/** A REGISTER that was answered 200. */
export interface LaneRenewal extends Renewal {
  /** The nonce that was spent for it, and its count. */
  nonce: string
  nc: string
}

export interface LaneNews {
  renewals: readonly LaneRenewal[]
  ended?: boolean
}

/** `pbx/signalling` offers it for the embedded engine. */
export interface EngineLane {
  obey(order: LaneOrder): void
  /** Told in batches, and always before a REGISTER that came later. Returns the way to stop. */
  onNews(listener: (news: LaneNews) => void): () => void
}
