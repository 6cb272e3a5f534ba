/** Real calls on the house, and the packets of their phones: those come from a third process, the same with and without the house. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { LoadHeard } from '../contract/media/load-peers.ts'
import type { Ground } from './ground.ts'
import { startUsing, type Used } from './usage.ts'

const DIRECT_SECONDS = 3

export interface Talked {
  direct: LoadHeard
  relayed: LoadHeard
  used: Used
  /** Share of one core the talking phones took meanwhile. */
  ownCpu: number
  failed: number
  failures: Record<string, number>
}

interface Talkers {
  child: ChildProcess
  ports: number[]
}

async function openTalkers(phones: number, seconds: number): Promise<Talkers> {
  const child = fork(new URL('../contract/media/load-peers.ts', import.meta.url), [String(phones), String(seconds)])
  const { ports } = (await nextWord(child)) as { ports: number[] }
  return { child, ports }
}

/** What the process says next; fails when it ends instead. */
async function nextWord(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  try {
    const ended = once(child, 'exit', { signal: over.signal }).then(() => Promise.reject(new Error('the talking phones ended before their time')))
    const [word] = (await Promise.race([once(child, 'message', { signal: over.signal }), ended])) as [unknown]
    return word
  } finally {
    over.abort()
  }
}

/** Lets every phone talk to its aim; `during` is told when the warm-up is over. */
async function listen({ child }: Talkers, to: number[], during: () => void = () => {}): Promise<LoadHeard> {
  child.send({ to })
  await nextWord(child)
  during()
  return (await nextWord(child)) as LoadHeard
}

async function useFor(pid: number, seconds: number): Promise<Used> {
  const stop = startUsing(pid)
  await new Promise((resolve) => { setTimeout(resolve, seconds * 1000) })
  return stop()
}

async function dismiss({ child }: Talkers): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), 2_000)
  await gone
  clearTimeout(timer)
}

/** @param calls at most half as many as there are phones */
export async function talk(ground: Ground, calls: number, seconds: number): Promise<Talked> {
  const straight = await openTalkers(2 * calls, Math.min(DIRECT_SECONDS, seconds))
  const direct = await listen(straight, straight.ports.map((_, at) => straight.ports[at ^ 1]!)).finally(() => dismiss(straight))

  const talkers = await openTalkers(2 * calls, seconds)
  try {
    const set = await ground.generator.run({ kind: 'connect', audioPorts: talkers.ports })
    if (set.failed > 0) throw new Error(`calls that could not be set up: ${JSON.stringify(set.failures)}`)
    let using: Promise<Used> | undefined
    let talking: Promise<Used> | undefined
    const relayed = await listen(talkers, set.audioPorts, () => {
      using = useFor(ground.pid, seconds)
      talking = useFor(talkers.child.pid ?? -1, seconds)
    })
    const [used, phones] = [await using, await talking]
    if (!used || !phones) throw new Error('the phones never began to talk')
    const { failed, failures } = await ground.generator.run({ kind: 'hang-up' })
    return { direct, relayed, used, ownCpu: phones.cpu.whole / 1000 / phones.seconds, failed, failures }
  } finally {
    await dismiss(talkers)
  }
}
