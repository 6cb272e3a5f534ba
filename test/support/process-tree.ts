/** Processes below a process, and what they cost: read from /proc, without waiting for anything. */
import { readdirSync, readFileSync } from 'node:fs'

/** CPU time is counted in ticks of 10 ms on every Linux that matters (sysconf _SC_CLK_TCK = 100). */
const TICK_MS = 10

interface Stat {
  pid: number
  parent: number
  name: string
  /** User and system time of the process and of its children that have ended and were waited for. */
  cpuMs: number
}

function stat(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name may hold spaces and brackets: what counts comes after the last one.
    const end = text.lastIndexOf(')')
    const fields = text.slice(end + 2).split(' ').map(Number)
    const [parent = 0] = fields.slice(1)
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11)
    return { pid, parent, name: text.slice(text.indexOf('(') + 1, end), cpuMs: (user + system + childUser + childSystem) * TICK_MS }
  } catch {
    return undefined
  }
}

/** The process and everything below it, the process first. */
export function treeOf(root: number): Stat[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => stat(Number(name)) ?? [])
  const tree = all.filter((one) => one.pid === root)
  for (let at = 0; at < tree.length; at++) tree.push(...all.filter((one) => one.parent === tree[at]?.pid))
  return tree
}

/** CPU milliseconds of the whole tree since each of its processes began. */
export function cpuOf(root: number): number {
  return treeOf(root).reduce((sum, one) => sum + one.cpuMs, 0)
}

/** Memory of the tree in bytes: proportional shares, so that what PostgreSQL shares is counted once. */
export function memoryOf(root: number): number {
  return treeOf(root).reduce((sum, { pid }) => {
    try {
      return sum + Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0) * 1024
    } catch {
      return sum
    }
  }, 0)
}

export function isAlive(pid: number): boolean {
  const found = stat(pid)
  if (!found) return false
  // A zombie is dead; only its parent has not looked.
  return !/^State:\s+Z/m.test(readStatus(pid))
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1')
  } catch {
    return 'State: Z'
  }
}
