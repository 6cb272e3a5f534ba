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
    crypto?: { id: number; suite: string; config: string }[]
    setup?: string
    mid?: string
    msid?: { id: string; appdata: string }[]
    fingerprint?: { type: string; hash: string }
    iceUfrag?: string
    icePwd?: string
    candidates?: { foundation: string; component: number; transport: string; priority: number; ip: string; port: number; type: string }[]
    endOfCandidates?: string
  }
  export interface SdpSession {
    version?: number
    origin?: { username: string; sessionId: string | number; sessionVersion: number; netType: string; ipVer: number; address: string }
    name?: string
    timing?: { start: number; stop: number }
    connection?: { version: number; ip: string | number }
    direction?: string
    icelite?: string
    groups?: { type: string; mids: string }[]
    media: SdpMedia[]
  }
  const sdp: { parse(text: string): SdpSession; write(session: SdpSession): string }
  export default sdp
}
