/** A small authoritative name server on loopback, UDP and TCP on one port: answers from a list, or misbehaves as told. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE, type Answer, type DecodedPacket, type RecordType, type SrvData, type NaptrData } from 'dns-packet'

export interface Query {
  name: string
  type: string
  packet: DecodedPacket
  /** The question as it came. */
  raw: Buffer
  over: 'udp' | 'tcp'
}

export interface NameServer {
  /** `127.0.0.1:port`, as the setting wants it. */
  readonly address: string
  /** `NAPTR carrier.test`, in the order they came. */
  readonly asked: string[]
  /** Sets the records of a name and type, instead of those before; `ttl` in seconds. */
  a(name: string, addresses: string[], ttl?: number): void
  aaaa(name: string, addresses: string[], ttl?: number): void
  srv(name: string, records: SrvData[], ttl?: number): void
  naptr(name: string, records: NaptrData[], ttl?: number): void
  cname(name: string, target: string, ttl?: number): void
  /** TTL of "no such record". */
  negativeTtl: number
  /** Datagrams longer than this are cut. */
  udpBytes: number
  /** Replaces the answer: a packet, several, or none at all. */
  instead: ((query: Query, honest: () => Buffer) => Buffer | Buffer[] | undefined) | undefined
  /** How many questions have been asked that fit. */
  count(what: string): number
  close(): Promise<void>
}

const PORT_TRIES = 20

export async function startNameServer(): Promise<NameServer> {
  const zone = new Map<string, Answer[]>()
  const sockets = new Set<Socket>()
  const set = (type: RecordType, name: string, data: unknown[], ttl: number) => void zone.set(`${type} ${name}`, data.map((one) => ({ type, name, ttl, class: 'IN', data: one }) as Answer))

  const respond = (raw: Buffer, over: 'udp' | 'tcp'): Buffer[] => {
    const packet = decode(raw)
    const question = packet.questions?.[0]
    if (question === undefined) return []
    const { name, type } = question
    server.asked.push(`${type} ${name}`)
    const honest = () => answer(packet, name, type, over)
    const instead = server.instead ? server.instead({ name, type, packet, raw, over }, honest) : honest()
    return instead === undefined ? [] : Array.isArray(instead) ? instead : [instead]
  }

  const answer = (packet: DecodedPacket, asked: string, type: string, over: 'udp' | 'tcp'): Buffer => {
    const answers: Answer[] = []
    let name = asked.toLowerCase()
    for (let alias = zone.get(`CNAME ${name}`)?.[0]; alias?.type === 'CNAME' && answers.length < 20; alias = zone.get(`CNAME ${name}`)?.[0]) {
      answers.push(alias)
      name = alias.data
    }
    answers.push(...(zone.get(`${type} ${name}`) ?? []))
    const exists = [...zone.keys()].some((key) => key.endsWith(` ${name}`))
    const bare = answers.length === 0 || answers.every((one) => one.type === 'CNAME')
    const authorities: Answer[] = bare ? [{ type: 'SOA', name: 'test', ttl: server.negativeTtl, class: 'IN', data: { mname: 'ns.test', rname: 'admin.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: server.negativeTtl } }] : []
    const reply = (flags: number, all: Answer[]) => encode({ id: packet.id ?? 0, type: 'response', flags: AUTHORITATIVE_ANSWER | flags | (bare && !exists ? 3 : 0), questions: packet.questions ?? [], answers: all, authorities })
    const whole = reply(0, answers)
    return over === 'udp' && whole.length > server.udpBytes ? reply(TRUNCATED_RESPONSE, []) : whole
  }

  const bind = async () => {
    for (let attempt = 1; ; attempt++) {
      const udp = createSocket('udp4')
      udp.bind(0, '127.0.0.1')
      await once(udp, 'listening')
      const tcp = createServer((socket) => {
        sockets.add(socket)
        socket.on('error', () => undefined)
        socket.on('close', () => sockets.delete(socket))
        socket.once('data', (data) => {
          for (const reply of respond(data.subarray(2), 'tcp')) {
            const length = Buffer.alloc(2)
            length.writeUInt16BE(reply.length)
            socket.write(Buffer.concat([length, reply]))
          }
        })
      })
      tcp.listen(udp.address().port, '127.0.0.1')
      const bound = await once(tcp, 'listening').then(() => true, () => false)
      if (bound) return { udp, tcp }
      udp.close()
      if (attempt === PORT_TRIES) throw new Error('no port that is free for UDP and TCP')
    }
  }
  const { udp, tcp } = await bind()
  udp.on('message', (raw, from) => {
    for (const reply of respond(raw, 'udp')) udp.send(reply, from.port, from.address)
  })

  const server: NameServer = {
    address: `127.0.0.1:${udp.address().port}`,
    asked: [],
    a: (name, addresses, ttl = 60) => set('A', name, addresses, ttl),
    aaaa: (name, addresses, ttl = 60) => set('AAAA', name, addresses, ttl),
    srv: (name, records, ttl = 60) => set('SRV', name, records, ttl),
    naptr: (name, records, ttl = 60) => set('NAPTR', name, records, ttl),
    cname: (name, target, ttl = 60) => set('CNAME', name, [target], ttl),
    negativeTtl: 60,
    udpBytes: 1232,
    instead: undefined,
    count: (what) => server.asked.filter((question) => question === what).length,
    async close() {
      for (const socket of sockets) socket.destroy()
      await Promise.all([new Promise<void>((resolve) => udp.close(() => resolve())), new Promise<void>((resolve) => tcp.close(() => resolve()))])
    },
  }
  return server
}
