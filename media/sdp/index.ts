/** Session descriptions: reading, offer and answer (RFC 8866, RFC 3264). */
export { offeredAddress, parseDescription } from './parse.ts'
export type { EncryptionOptions } from './encryption.ts'
export { SdpSession, type Agreement, type SdpSessionOptions } from './session.ts'
export { encodingNamed, encodings, formatOf, knownEncodings } from './codecs.ts'
export { connectDirectly, staysInPlace, type DirectSide } from './direct.ts'
export type { Encoding, EventFormat, Fingerprint, RemoteAudio, RemoteCodec, RemoteDescription, Section, StreamSettings, TransportAddress } from './types.ts'
