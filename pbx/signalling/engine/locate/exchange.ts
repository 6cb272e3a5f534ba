/** One question to one name server: over UDP from a port and with an id of its own, again over TCP when the reply was cut. */
import { randomInt } from 'node:crypto'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { noLookup } from '../transport/local.ts'
import { readReply, writeQuery, type Question, type Reply } from './records.ts'

export interface NameServer {
  /** An IP address. */
  address: string
  port: number
}

/** What came of asking; `silent` is a server that could not be reached or did not answer in time. */
export type Outcome = Exclude<Reply, { kind: 'foreign' | 'truncated' }> | { kind: 'silent'; reason: string }

export interface Exchange {
  /** Never rejects. @param ms patience for each of UDP and TCP */
  ask(server: NameServer, question: Question, edns: boolean, ms: number): Promise<Outcome>
  /** Ends what is under way. */
  close(): void
}

export function createExchange(): Exchange {
  const open = new Set<() => void>()
  let closed = false

  /** Runs one try: `begin` is told how to end it, and returns what stops it. */
  const limited = (ms: number, begin: (end: (outcome: Outcome | 'truncated') => void) => () => void): Promise<Outcome | 'truncated'> =>
    new Promise((resolve) => {
      let stop: (() => void) | undefined
      let ended = false
      const end = (outcome: Outcome | 'truncated') => {
        if (ended) return
        ended = true
        clearTimeout(timer)
        open.delete(abort)
        stop?.()
        resolve(outcome)
      }
      const timer = setTimeout(() => end({ kind: 'silent', reason: 'did not answer' }), ms)
      const abort = () => end({ kind: 'silent', reason: 'was not waited for' })
      open.add(abort)
      try {
        stop = begin(end)
        // `begin` may have ended it already.
        if (ended) stop()
      } catch (error) {
        // No socket to be had.
        end({ kind: 'silent', reason: error instanceof Error ? error.message : String(error) })
      }
    })

  return {
    async ask(server, question, edns, ms) {
      if (closed) return { kind: 'silent', reason: 'was not asked' }
      const first = await limited(ms, (end) => overUdp(server, question, edns, end))
      const outcome = first === 'truncated' ? await limited(ms, (end) => overTcp(server, question, edns, end)) : first
      return outcome === 'truncated' ? { kind: 'garbled', reason: 'the reply over TCP is cut' } : outcome
    },
    close() {
      closed = true
      for (const abort of [...open]) abort()
    },
  }
}

/** Takes a reply to the question; anything else is not looked at twice. */
function take(packet: Buffer, id: number, question: Question, end: (outcome: Outcome | 'truncated') => void): void {
  const reply = readReply(packet, id, question)
  if (reply.kind === 'truncated') end('truncated')
  else if (reply.kind !== 'foreign') end(reply)
}

function overUdp(server: NameServer, question: Question, edns: boolean, end: (outcome: Outcome | 'truncated') => void): () => void {
  const id = randomInt(0x10000)
  const silent = (error: Error) => end({ kind: 'silent', reason: error.message })
  const socket: UdpSocket = createSocket({ type: server.address.includes(':') ? 'udp6' : 'udp4', lookup: noLookup })
  socket.on('error', silent)
  socket.on('message', (packet) => take(packet, id, question, end))
  // A connected socket has a random port of its own, hears its server only, and is told when nobody listens there.
  socket.once('connect', () => socket.send(writeQuery(id, question, edns), (error) => error && silent(error)))
  socket.connect(server.port, server.address)
  return () => socket.close()
}

function overTcp(server: NameServer, question: Question, edns: boolean, end: (outcome: Outcome | 'truncated') => void): () => void {
  const id = randomInt(0x10000)
  const query = writeQuery(id, question, edns)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(query.length)
  const socket: Socket = connect({ host: server.address, port: server.port })
  let received = Buffer.alloc(0)
  socket.on('error', (error) => end({ kind: 'silent', reason: error.message }))
  socket.on('close', () => end({ kind: 'silent', reason: 'closed the connection' }))
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
    take(received.subarray(2, 2 + received.readUInt16BE(0)), id, question, end)
    end({ kind: 'garbled', reason: 'the reply over TCP is to another question' })
  })
  socket.write(Buffer.concat([length, query]))
  return () => socket.destroy()
}
