/** Where a message came from and went to, as packets write it. */
import { splitHostPort } from '../sip/uri.ts'

export interface End {
  address: string
  port: number
}

/** @param unknown what stands for an address that the signalling server did not tell */
export function endOf(hostPort: string, unknown = '0.0.0.0'): End {
  const split = splitHostPort(hostPort)
  return split ? { address: split.host.replace(/^\[(.*)\]$/, '$1'), port: split.port ?? 5060 } : { address: unknown, port: 5060 }
}

/** @param v6 an IPv4 address is written as IPv6, because the other end is one */
export function addressBytes(address: string, v6: boolean): Buffer {
  if (!address.includes(':')) {
    const four = Buffer.from(address.split('.').map(Number))
    return v6 ? Buffer.concat([Buffer.alloc(10), Buffer.from([255, 255]), four]) : four
  }
  const [head = '', tail = ''] = address.split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)))
  const [begin, end] = [groups(head), groups(tail)]
  const all = [...begin, ...Array<number>(Math.max(0, 8 - begin.length - end.length)).fill(0), ...end]
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]))
}
