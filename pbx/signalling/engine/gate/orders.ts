/** What the application and the gate say to each other: plain data, so that it may cross a thread or a wire. */

/** Why something from an address was held against it. */
export type OffenceCause =
  /** More requests than the rate allows. */
  | 'flood'
  /** Messages that are no SIP, or cannot be read. */
  | 'garbage'
  /** It names itself after a scanning tool. */
  | 'scanner'
  /** It asks for a domain that nobody here has. */
  | 'unknown-domain'

export interface GateRules {
  /** Parts of User-Agent and From that tell a scanning tool, in lower case. */
  scanners: readonly string[]
  /** Host names that are served, in lower case; undefined: any. IP addresses and `localhost` always are. */
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

/** `network`: an IPv4 address, the /64 of an IPv6 address, or any network with its prefix, all in canonical form. */
export type GateOrder =
  | { do: 'rules'; rules: GateRules }
  /** Nothing from there is listened to until then (milliseconds since the epoch). */
  | { do: 'bar'; bars: readonly { network: string; until: number }[] }
  | { do: 'lift'; networks: readonly string[] }
  /** A healthy phone is there, or is no more: such addresses are not barred, whoever else is behind them. */
  | { do: 'trust'; networks: readonly string[]; on: boolean }
  /** Where how many phones are registered, reachable or not; in place of what was told before. */
  | { do: 'phones'; phones: readonly (readonly [network: string, count: number])[] }
  /** How late the application is, in milliseconds. Told every 100 ms; when it is not, it is late. */
  | { do: 'pulse'; lateMs: number }
  /** No new calls from now on, but for help. */
  | { do: 'drain' }

export interface Offence {
  network: string
  /** The address it was last seen from. */
  address: string
  transport: string
  cause: OffenceCause
  /** How often since the last report. */
  count: number
  /** What gave it away: a user agent, a domain, what was wrong with the message. At most 100 characters. */
  detail: string
}

export interface GateReport {
  offences: Offence[]
  /** Messages and connections that barred networks tried since the last report. */
  hits: [network: string, count: number][]
  /** Refusing new work for overload began or ended. */
  refusing?: boolean
}
