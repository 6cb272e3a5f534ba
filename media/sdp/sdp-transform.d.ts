// The part of sdp-transform that this room uses. The package ships no types.
declare module 'sdp-transform' {
  export interface SdpMedia {
    type?: string
    port?: number
    protocol?: string
    payloads?: string
    connection?: { version: number; ip: string | number }
    rtp: { payload: number; codec: string | number; rate?: number; encoding?: number | string }[]
    fmtp: { payload: number; config: string | number }[]
    rtcp?: { port: number; address?: string | number; netType?: string; ipVer?: number }
    rtcpMux?: string
    direction?: string
    ptime?: number
    maxptime?: number
  }
  export interface SdpSession {
    version?: number
    origin?: { username: string; sessionId: string | number; sessionVersion: number; netType: string; ipVer: number; address: string }
    name?: string
    timing?: { start: number; stop: number }
    connection?: { version: number; ip: string | number }
    direction?: string
    media: SdpMedia[]
  }
  const sdp: { parse(text: string): SdpSession; write(session: SdpSession): string }
  export default sdp
}
