// What FreeSWITCH does differently by nature, as reasons for behaviours that are not asked of it.
import type { OtherWay } from './engine.ts'

/** Packets are not passed on: sound is decoded and sent by a clock of its own, silence in between. What is heard is asked in heard.test.ts. */
export const anew: OtherWay = { freeswitch: 'it makes packets of its own; heard.test.ts asks what is heard' }
export const strangers: OtherWay = { freeswitch: 'it counts no packets of strangers' }
export const workers: OtherWay = { freeswitch: 'it has no workers of ours; servers.test.ts is about its servers' }
export const inband: OtherWay = { freeswitch: 'it finds keys in the sound of its own accord and in its own time; not counted on' }
export const oneCodec: OtherWay = { freeswitch: 'it takes the one codec that was agreed on; heard.test.ts asks the same with that' }
export const why: OtherWay = { freeswitch: 'it does not say why a file could not be written: `failed` and not `disk-full`' }
export const oneFile: OtherWay = { freeswitch: 'a recording stays at the rate it began with, in one file' }
export const buffer: OtherWay = { freeswitch: 'it tells nothing of its jitter buffer' }
export const ports: OtherWay = { freeswitch: 'its ports are its own affair' }
export const intervals: OtherWay = { freeswitch: 'its intervals cannot be shortened; servers.test.ts asks the same with its own' }
export const start: OtherWay = { freeswitch: 'these settings are those of the embedded engine; servers.test.ts starts it from settings' }
export const reports: OtherWay = { freeswitch: 'its reports come every five seconds, and it tells no round trip' }
export const noTap: OtherWay = { freeswitch: 'it gives no sound to others (capabilities.tap is false)' }
export const lengths: OtherWay = { freeswitch: 'it sends packets of the length that comes in' }
export const short: OtherWay = { freeswitch: 'of what is shorter than half a second its recordings may have nothing' }
export const zero: OtherWay = { freeswitch: 'it takes a key at timestamp 0 for none; phones begin with a random one (RFC 3550 §5.1)' }
