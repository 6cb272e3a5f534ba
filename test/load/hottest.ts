/** Reads the profiles `--cpu-prof` wrote, a thread each, and says which functions worked while something was measured. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Used } from './usage.ts'

const FUNCTIONS = 15
/** V8 counts system calls of libuv and of its own as `(program)`: not ours to change, but it is time. */
const NOT_WORK = new Set(['(idle)', '(root)'])
/** A thread that worked less than this is left out. */
const LEAST_MS = 20

interface CallFrame {
  functionName: string
  url: string
  lineNumber: number
}

interface Profile {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[]
  /** Microseconds of `CLOCK_MONOTONIC`. */
  startTime: number
  samples: number[]
  timeDeltas: number[]
}

const top = fileURLToPath(new URL('../../', import.meta.url))

const isNodesOwn = ({ url }: CallFrame): boolean => url === '' || url.startsWith('node:')

function describe({ functionName, url, lineNumber }: CallFrame): string {
  const file = url.replace('file://', '').replace(top, '').replace(/^node_modules\//, '')
  return `${functionName || '(anonymous)'}${file ? `  ${file}:${lineNumber + 1}` : ''}`
}

/** A name for each node; what belongs to Node itself is named with the function of ours, or of a package, that led to it. */
function namesOf({ nodes }: Profile): Map<number, string> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)))
  const ours = (id: number | undefined): CallFrame | undefined => {
    const frame = id === undefined ? undefined : byId.get(id)?.callFrame
    return frame && isNodesOwn(frame) ? ours(parents.get(id ?? -1)) : frame
  }
  return new Map(nodes.map(({ id, callFrame }) => {
    const behind = isNodesOwn(callFrame) ? ours(id) : undefined
    return [id, describe(callFrame) + (behind ? `  ←  ${describe(behind)}` : '')]
  }))
}

/** Milliseconds of self time by function, between two moments. */
function selfTimes(profile: Profile, { from, to }: Used): Map<string, number> {
  const names = namesOf(profile)
  const times = new Map<string, number>()
  let at = profile.startTime
  for (const [index, id] of profile.samples.entries()) {
    at += profile.timeDeltas[index] ?? 0
    if (at < from || at >= to) continue
    const name = names.get(id) ?? '?'
    times.set(name, (times.get(name) ?? 0) + (profile.timeDeltas[index + 1] ?? 0) / 1000)
  }
  return times
}

/** Which thread it is, by the code it began with. */
function threadOf(profile: Profile): string {
  const urls = profile.nodes.map(({ callFrame }) => callFrame.url)
  if (urls.some((url) => url.endsWith('pbx/signalling/engine/worker.ts'))) return 'signalling thread'
  if (urls.some((url) => url.endsWith('media/embedded/worker/main.ts'))) return 'media thread'
  return urls.some((url) => url.endsWith('/main.ts')) ? 'main thread' : 'another thread'
}

export async function hottest(folder: string, windows: readonly { title: string; used: Used }[]): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile'))
  const profiles = await Promise.all(files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Profile))
  const lines: string[] = []
  for (const { title, used } of windows) {
    lines.push(`Where the time went: ${title}`)
    for (const profile of profiles) {
      const times = [...selfTimes(profile, used)].filter(([name]) => !NOT_WORK.has(name)).sort((a, b) => b[1] - a[1])
      const whole = times.reduce((sum, [, ms]) => sum + ms, 0)
      if (whole < LEAST_MS) continue
      lines.push(`  ${threadOf(profile)}, ${whole.toFixed(0)} ms`)
      for (const [name, ms] of times.slice(0, FUNCTIONS)) lines.push(`    ${((100 * ms) / whole).toFixed(1).padStart(5)} %  ${name}`)
    }
    lines.push('')
  }
  return lines.join('\n')
}
