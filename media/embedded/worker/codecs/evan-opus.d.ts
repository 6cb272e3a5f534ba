// The part of @evan/opus that this room uses. Its own types describe the native build, which differs.
declare module '@evan/opus/wasm/index.mjs' {
  export class Decoder {
    constructor(options: { channels: 1 | 2; sample_rate: number })
    /** 16-bit samples, little endian. Throws for a payload that is none. */
    decode(packet: Uint8Array): Uint8Array
    /** Frees what libopus holds. */
    drop(): void
  }
  export class Encoder {
    constructor(options: { channels: 1 | 2; sample_rate: number; application: 'voip' | 'audio' })
    encode(pcm: Uint8Array): Uint8Array
    ctl(command: number, value: number): number
    drop(): void
  }
}
