/** The embedded engine's gate as this room uses it; `pbx/signalling` offers it. */
import type { BanReason } from '../events/catalogue.ts'

export interface GateRules {
  /** Parts of User-Agent and From that tell a scanning tool, in lower case. */
  scanners: readonly string[]
  /** Host names that are served, in lower case; undefined: any. */
  domains: readonly string[] | undefined
  /** Requests outside dialogs that an address may send at once, and how many more each second. */
  burst: number
  perSecond: number
  /** Addresses and networks that are never barred and never limited. */
  exempt: readonly string[]
  /** How late application and engine may be before new work is refused, in milliseconds; 0: never. */
  overloadMs: number
  /** Users of Request-URIs that are served whatever happens: calls for help. */
  always: readonly string[]
}

export type GateOrder =
  | { do: 'rules'; rules: GateRules }
  | { do: 'bar'; bars: readonly { network: string; until: number }[] }
  | { do: 'lift'; networks: readonly string[] }
  | { do: 'trust'; networks: readonly string[]; on: boolean }
  | { do: 'phones'; phones: readonly (readonly [network: string, count: number])[] }

export interface GateReport {
  offences: { network: string; address: string; transport: string; cause: Exclude<BanReason, 'wrong-passwords' | 'by-hand'>; count: number; detail: string }[]
  hits: [network: string, count: number][]
  /** Refusing new work for overload began or ended. */
  refusing?: boolean
}

export interface EngineGate {
  obey(order: GateOrder): void
  onReport(listener: (report: GateReport) => void): () => void
}

/** Later than any ban ends. */
export const FOR_EVER = Number.MAX_SAFE_INTEGER
