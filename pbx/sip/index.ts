/** SIP for the rooms of the PBX: the only door to drachtio-srf. */
export { connectSip } from './client.ts'
export type { ConnectOptions, SipFigures } from './client.ts'
export type { TraceFeed, TraceRecord } from './trace.ts'
export type * from './types.ts'
