// The other process of the load: phones that talk at 50 packets a second and time what they hear. Told what to do by its parent.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { tone, type Speech } from './codec-peer.ts'

export interface LoadHeard {
  sent: number
  received: number
  /** Milliseconds from sending to hearing. */
  p50: number
  p99: number
}

const count = Number(process.argv[2])
const seconds = Number(process.argv[3])
/** Payload types of the even phones and of the odd ones. With two, sound is transcoded on the way and carries no time. */
const types = (process.argv[4] ?? '0').split(',').map(Number)
const timed = types.length === 1
const WARM_UP_MS = 2000
const sockets: Socket[] = []
const latencies: number[] = []
let received = 0
let measuredFrom = 0

for (let i = 0; i < count; i += 1) {
  const socket = createSocket({ type: 'udp4', lookup: (address, _options, callback) => callback(null, address, 4) })
  const bound = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await bound
  // The first eight bytes of sound are the time it was sent.
  socket.on('message', (packet) => {
    if (!timed) {
      if ((packet[1]! & 127) === types[i % 2]) received += 1
      return
    }
    const at = packet.length === 172 ? packet.readDoubleBE(12) : 0
    // What was still on its way when measuring began does not count.
    if (at < measuredFrom) return
    received += 1
    latencies.push(performance.now() - at)
  })
  sockets.push(socket)
}
process.send?.({ ports: sockets.map((socket) => socket.address().port) })

const [{ to }] = await once(process, 'message') as [{ to: number[] }]
const speeches = types.map((type): Speech => (timed ? { payloadType: type, step: 160, packets: [Buffer.alloc(160, 0xff)] } : tone(type, 440, 50)))
// Every phone has its packets ready: what is written into them is the number, the time and, when timed, the moment.
const packets = sockets.map((_, i) => {
  const { payloadType, packets: said } = speeches[i % speeches.length]!
  return said.map((payload) => {
    const packet = Buffer.concat([Buffer.alloc(12), payload])
    packet[0] = 0x80
    packet[1] = payloadType
    packet.writeUInt32BE(i + 1, 8)
    return packet
  })
})
let sent = 0
let sequence = 0
let slot = 0
let due = performance.now()
let running = true

// A twentieth of the phones each millisecond: spread as real calls are.
function run(): void {
  for (; due <= performance.now(); due += 1) {
    for (let i = slot; i < count; i += 20) {
      const packet = packets[i]![sequence % packets[i]!.length]!
      packet.writeUInt16BE(sequence & 0xffff, 2)
      packet.writeUInt32BE((sequence * speeches[i % speeches.length]!.step) >>> 0, 4)
      if (timed) packet.writeDoubleBE(performance.now(), 12)
      sockets[i]!.send(packet, to[i]!, '127.0.0.1')
      sent += 1
    }
    slot = (slot + 1) % 20
    if (slot === 0) sequence += 1
  }
  if (running) setTimeout(run, Math.max(0, due - performance.now()))
}
run()
await new Promise((resolve) => { setTimeout(resolve, WARM_UP_MS) })
latencies.length = sent = received = 0
measuredFrom = performance.now()
process.send?.({ begin: true })
await new Promise((resolve) => { setTimeout(resolve, seconds * 1000) })
running = false
await new Promise((resolve) => { setTimeout(resolve, 200) })
latencies.sort((a, b) => a - b)
const heard: LoadHeard = {
  sent, received, p50: latencies[latencies.length >> 1] ?? NaN, p99: latencies[Math.floor(latencies.length * 0.99)] ?? NaN,
}
process.send?.(heard)
process.disconnect()
for (const socket of sockets) socket.close()
