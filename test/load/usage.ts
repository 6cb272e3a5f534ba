/** What the house uses, read from /proc: CPU by part of it, memory, and how busy the machine is with others. */
import { readdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { memoryOf, treeOf } from '../support/process-tree.ts'

/** Ticks of /proc are 10 ms. */
const TICK_MS = 10

/** CPU milliseconds since the start of each part. */
export interface Cpu {
  /** Server and PostgreSQL, whatever processes they are made of. */
  whole: number
  server: number
  /** Threads of the server by what they do. */
  threads: Record<string, number>
}

const PARTS = ['main thread', 'signalling thread', 'media thread', 'V8 and the rest'] as const

/** The names our workers carry are the names the kernel shows; the rest belongs to V8 and libuv. */
function partOf(thread: string): (typeof PARTS)[number] {
  if (thread === 'MainThread') return 'main thread'
  if (thread === 'sip') return 'signalling thread'
  if (thread.startsWith('media')) return 'media thread'
  return 'V8 and the rest'
}

export function cpuOf(pid: number): Cpu {
  const tree = treeOf(pid)
  const threads: Record<string, number> = Object.fromEntries(PARTS.map((part) => [part, 0]))
  for (const tid of threadsOf(pid)) {
    const text = readThread(pid, tid)
    if (text === undefined) continue
    const end = text.lastIndexOf(')')
    const part = partOf(text.slice(text.indexOf('(') + 1, end))
    const fields = text.slice(end + 2).split(' ')
    threads[part] = (threads[part] ?? 0) + (Number(fields[11]) + Number(fields[12])) * TICK_MS
  }
  return { whole: tree.reduce((sum, one) => sum + one.cpuMs, 0), server: tree[0]?.cpuMs ?? 0, threads }
}

/** None of a process that has ended: whoever waits for it says so better. */
function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function readThread(pid: number, tid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1')
  } catch {
    return undefined
  }
}

/** CPU milliseconds all of the machine has worked since it started. */
function machineMs(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0] = (/^cpu +(.*)/.exec(readFileSync('/proc/stat', 'latin1'))?.[1] ?? '').split(' ').map(Number)
  return (user + nice + system + irq + soft) * TICK_MS
}

/** What was used between two moments. */
export interface Used {
  seconds: number
  cpu: Cpu
  /** Cores busy with anything, us included. */
  machine: number
  /** `CLOCK_MONOTONIC` in microseconds, as profiles have it. */
  from: number
  to: number
}

/** Starts measuring; what it returns ends it. */
export function startUsing(pid: number): () => Used {
  const [cpu, machine, from] = [cpuOf(pid), machineMs(), process.hrtime.bigint()]
  return () => {
    const [after, machineAfter, to] = [cpuOf(pid), machineMs(), process.hrtime.bigint()]
    const seconds = Number(to - from) / 1e9
    const threads = Object.fromEntries(Object.entries(after.threads).map(([name, ms]) => [name, ms - (cpu.threads[name] ?? 0)]))
    return {
      seconds,
      cpu: { whole: after.whole - cpu.whole, server: after.server - cpu.server, threads },
      machine: (machineAfter - machine) / 1000 / seconds,
      from: Number(from / 1000n),
      to: Number(to / 1000n),
    }
  }
}

export interface Memory {
  /** Bytes; what PostgreSQL's processes share is counted once. */
  tree: number
  /** Resident bytes of the server process. */
  server: number
}

export function memoryNow(pid: number): Memory {
  const resident = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  return { tree: memoryOf(pid), server: Number(resident ?? 0) * 1024 }
}

/** Waits until the work of the start (prompts are spoken, pages compiled) is over, or `seconds` have passed. */
export async function settled(pid: number, seconds = 30): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    const before = cpuOf(pid).whole
    await new Promise((resolve) => { setTimeout(resolve, 1_000) })
    if (cpuOf(pid).whole - before < 60) return
  }
}

export function machineFacts(): string {
  return `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, Node ${process.versions.node}`
}

export function loadAverage(): string {
  return (loadavg()[0] ?? 0).toFixed(1)
}
