/** Messages for a Homer collector: HEP version 3, each message one packet of chunks. */
import { isIP } from 'node:net'
import type { TracedMessage } from '../sip/types.ts'
import { addressBytes, endOf } from './ends.ts'

/** Chunks of the generic vendor. */
const CHUNK = { family: 1, protocol: 2, source4: 3, target4: 4, source6: 5, target6: 6, sourcePort: 7, targetPort: 8, seconds: 9, microseconds: 10, type: 11, agent: 12, key: 14, payload: 15, correlation: 17 } as const
const SIP = 1
/** Lengths are 16 bits; what is longer is cut. */
const LONGEST = 60_000

export interface HepIdentity {
  /** Which capture agent we are. */
  id: number
  /** What the collector wants to hear; empty: nothing. */
  password: string
}

/** @param message secrets already masked */
export function hepPacket(message: TracedMessage, { id, password }: HepIdentity): Buffer {
  const far = endOf(message.peer)
  const near = endOf(message.local ?? '', isIP(far.address) === 6 ? '::' : '0.0.0.0')
  const [from, to] = message.direction === 'in' ? [far, near] : [near, far]
  const v6 = isIP(from.address) === 6 || isIP(to.address) === 6
  const microseconds = Math.round(message.at * 1000)
  const chunks = [
    chunk(CHUNK.family, Buffer.from([v6 ? 10 : 2])),
    chunk(CHUNK.protocol, Buffer.from([message.transport === 'udp' ? 17 : 6])),
    chunk(v6 ? CHUNK.source6 : CHUNK.source4, addressBytes(from.address, v6)),
    chunk(v6 ? CHUNK.target6 : CHUNK.target4, addressBytes(to.address, v6)),
    chunk(CHUNK.sourcePort, number(from.port, 2)),
    chunk(CHUNK.targetPort, number(to.port, 2)),
    chunk(CHUNK.seconds, number(Math.floor(microseconds / 1e6), 4)),
    chunk(CHUNK.microseconds, number(microseconds % 1e6, 4)),
    chunk(CHUNK.type, Buffer.from([SIP])),
    chunk(CHUNK.agent, number(id, 4)),
    ...(password === '' ? [] : [chunk(CHUNK.key, Buffer.from(password))]),
    chunk(CHUNK.correlation, Buffer.from(message.callId)),
    chunk(CHUNK.payload, Buffer.from(message.text).subarray(0, LONGEST)),
  ]
  const length = 6 + chunks.reduce((sum, each) => sum + each.length, 0)
  return Buffer.concat([Buffer.from('HEP3'), number(length, 2), ...chunks])
}

/** Vendor, type, length of the whole chunk, value. */
function chunk(type: number, value: Buffer): Buffer {
  return Buffer.concat([number(0, 2), number(type, 2), number(6 + value.length, 2), value])
}

function number(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}
