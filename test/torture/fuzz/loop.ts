/** The loop: a case that takes a way no case took before is kept and becomes the parent of others. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { begin, branchCount, counters } from './instrument.ts'
import { createDice, mutate } from './mutate.ts'

export interface Target {
  name: string
  /** Where it starts from. */
  seeds: readonly string[]
  /** Reads the case and checks what must hold for it; whatever it throws is a finding. */
  run(text: string, dice: (below: number) => number): void
}

export interface Report {
  cases: number
  /** Cases that are kept, with those it started from. */
  corpus: string[]
  branches: number
  /** Bytes the heap grew between a tenth of the cases and the last, beside what is kept. */
  growth: number
  findings: { text: string; error: unknown }[]
}

/** Loops and calls one case may take: far more than any honest one needs. */
const STEP_LIMIT = 200_000
/** A case slower than this is tried again, so that a busy machine is no finding. */
const SLOW_MS = 100
const TRIES = 4
const MOST_KEPT = 1500
const MOST_FINDINGS = 5

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function heap(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

/** AFL's buckets: once, twice, thrice, a few, more, many. */
const BUCKET = Uint8Array.from({ length: 256 }, (_, n) => (n === 0 ? 0 : n === 1 ? 1 : n === 2 ? 2 : n === 3 ? 4 : n < 8 ? 8 : n < 16 ? 16 : n < 32 ? 32 : n < 128 ? 64 : 128))

export function fuzz(target: Target, cases: number, seed: number): Report {
  const dice = createDice(seed)
  const seen = new Uint8Array(counters.length)
  const corpus: string[] = []
  const findings: Report['findings'] = []

  const isNew = (): boolean => {
    let found = false
    for (let i = 0, count = branchCount(); i < count; i++) {
      const bucket = BUCKET[counters[i] as number] as number
      if (bucket !== 0 && (bucket & ~(seen[i] as number)) !== 0) {
        seen[i] = (seen[i] as number) | bucket
        found = true
      }
    }
    return found
  }
  const attempt = (text: string, tries = TRIES): void => {
    begin(STEP_LIMIT)
    const started = performance.now()
    try {
      target.run(text, dice)
    } catch (error) {
      if (findings.length < MOST_FINDINGS) findings.push({ text, error })
    }
    if (performance.now() - started < SLOW_MS) return
    if (tries > 1) return attempt(text, tries - 1)
    findings.push({ text, error: new Error(`slower than ${SLOW_MS} ms, ${TRIES} times in a row`) })
  }

  for (const text of target.seeds) {
    attempt(text)
    if (isNew() || corpus.length === 0) corpus.push(text)
  }
  let before = 0
  let keptBefore = 0
  for (let done = 0; done < cases && findings.length < MOST_FINDINGS; done++) {
    if (done === Math.floor(cases / 10)) {
      before = heap()
      keptBefore = characters(corpus)
    }
    // The newest half the time: what just opened a way leads on.
    const parent = dice(2) === 0 ? Math.max(0, corpus.length - 1 - dice(20)) : dice(corpus.length)
    const text = mutate(corpus[parent] as string, corpus[dice(corpus.length)] as string, dice)
    attempt(text)
    if (isNew() && corpus.length < MOST_KEPT) corpus.push(Buffer.from(text, 'latin1').toString('latin1'))
  }
  return { cases, corpus, branches: seen.reduce((sum, bucket) => sum + Number(bucket !== 0), 0), growth: heap() - before - (characters(corpus) - keptBefore), findings }
}

function characters(corpus: readonly string[]): number {
  return corpus.reduce((sum, text) => sum + text.length, 0)
}
