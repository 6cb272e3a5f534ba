// The parts of drachtio-modesl and drachtio-fsmrf that this room uses. The packages ship no types.
declare module 'drachtio-modesl' {
  import type { Socket } from 'node:net'

  export interface EslEvent {
    getHeader(name: string): string | undefined
    getBody(): string
  }
  export class Connection {
    constructor(host: string, port: number, password: string, ready: () => void)
    readonly socket: Socket | null
    /** Set, it keeps the library from connecting again by itself. */
    closing?: boolean
    reconnectVars: { retryTimer?: NodeJS.Timeout | null }
    api(command: string, callback: (response: EslEvent) => void): void
    subscribe(events: readonly string[], callback?: () => void): void
    on(event: string, listener: (event: EslEvent) => void): this
    off(event: string, listener: (event: EslEvent) => void): this
    disconnect(): void
  }
  const esl: { Connection: typeof Connection }
  export default esl
}

declare module 'drachtio-fsmrf' {
  import type { Connection, EslEvent } from 'drachtio-modesl'

  export interface MrfDialog {
    remote: { sdp: string }
    /** A re-INVITE with this description; what comes back is then in `remote.sdp`. */
    modify(sdp: string): Promise<unknown>
    destroy(): Promise<unknown>
    on(event: 'destroy', listener: () => void): this
  }
  export interface MrfEndpoint {
    readonly uuid: string
    readonly conn: Connection | null
    dialog: MrfDialog
    /** Resolves when the application is over. */
    execute(application: string, argument: string): Promise<EslEvent>
    on(event: 'dtmf', listener: (digit: { dtmf: string; duration: string }) => void): this
    on(event: 'destroy', listener: () => void): this
  }
  export interface MrfServer {
    readonly conn: Connection
    readonly srf: unknown
    closing?: boolean
    createEndpoint(options: { remoteSdp: string; headers?: Record<string, string> }): Promise<MrfEndpoint>
    disconnect(): void
    on(event: 'error', listener: (error: Error) => void): this
  }
  export default class Mrf {
    constructor(srf: unknown)
    connect(options: { address: string; port: number; secret: string; listenAddress: string; profile: string }): Promise<MrfServer>
  }
}
