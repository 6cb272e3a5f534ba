// What a party of a conference costs: the mixing thread's CPU for a second of it, sockets left out.
// node test/load/conference.ts [parties]
import { Clock } from '../../media/embedded/worker/clock.ts'
import { codecNamed } from '../../media/embedded/worker/codecs/index.ts'
import { Room, type Party } from '../../media/embedded/worker/mixer/room.ts'
import { createRtpView, RTP_HEADER } from '../../media/embedded/worker/rtp.ts'
import type { Encoding } from '../../media/sdp/types.ts'

const SECONDS = 5
const TALKING = 3
const parties = Number(process.argv[2] ?? 50)

/** Packets of this party: a tone that comes and goes, or silence. */
function packetsOf(encoding: Encoding, talks: boolean): Uint8Array[] {
  const codec = codecNamed(encoding)
  const encoder = codec.encoder()
  const frame = codec.rate / 50
  const packets = Array.from({ length: SECONDS * 50 }, (_, index) => {
    const loud = talks && index % 100 < 80 ? 8000 : 0
    const samples = Int16Array.from({ length: frame }, (_value, i) => loud * Math.sin((2 * Math.PI * 300 * (index * frame + i)) / codec.rate))
    const packet = new Uint8Array(1500)
    return packet.subarray(0, RTP_HEADER + encoder.encode(samples, frame, packet, RTP_HEADER))
  })
  encoder.close?.()
  return packets
}

function measure(encodings: readonly Encoding[]): number {
  const clock = new Clock()
  const room = new Room(clock, () => undefined)
  const out = { take: () => undefined, skip: () => undefined, digit: () => undefined }
  const sounds = new Map(encodings.flatMap((encoding) => [true, false].map((talks) => [`${encoding} ${talks}`, packetsOf(encoding, talks)] as const)))
  const joined = Array.from({ length: parties }, (_, i) => {
    const encoding = encodings[i % encodings.length]!
    return { party: room.join(i, { encoding, packetMs: 20 }, false, out), codec: codecNamed(encoding), packets: sounds.get(`${encoding} ${i < TALKING}`)! }
  })
  const view = createRtpView()
  const hear = (one: { party: Party; codec: ReturnType<typeof codecNamed>; packets: Uint8Array[] }, index: number): void => {
    const packet = one.packets[index]!
    Object.assign(view, { sequence: index, timestamp: index * 20 * one.codec.clock, clock: one.codec.clock, payloadStart: RTP_HEADER, payloadEnd: packet.length })
    one.party.take(one, one.codec.number, packet, view, index * 20)
  }
  const before = process.cpuUsage()
  for (let index = 0; index < SECONDS * 50; index += 1) {
    for (const one of joined) hear(one, index)
    room.tick(index * 20)
  }
  const { user, system } = process.cpuUsage(before)
  room.close()
  clock.close()
  return (user + system) / 1000 / SECONDS / parties
}

for (const encodings of [['PCMU'], ['G722'], ['opus'], ['PCMU', 'G722', 'opus']] as const) {
  measure(encodings)
  const ms = measure(encodings)
  console.log(`${parties} parties of ${encodings.join(', ')}, ${TALKING} of them talking: ${ms.toFixed(2)} ms of CPU for a second of each (${Math.floor(1000 / ms)} parties a core)`)
}
