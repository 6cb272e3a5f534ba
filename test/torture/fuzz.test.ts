/**
 * A million cases, guided by coverage, over everything that reads what strangers send.
 * `FUZZ_SEED` and `FUZZ_CASES` choose others; `FUZZ_GROW=1` writes what was found worth keeping to `fuzz/corpus`.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { instrument } from './fuzz/instrument.ts'
import { fuzz } from './fuzz/loop.ts'

instrument((url) => /\/(?:pbx\/signalling\/engine\/(?:message|transport\/(?:framing|stun)|wire\/frames|agent\/app-message|dialog\/dialog)|pbx\/sip\/(?:address|uri|digest|mask|tap)|media\/sdp)/.test(url))
const { loadTargets } = await import('./fuzz/targets.ts')

const SHARES: Readonly<Record<string, number>> = { messages: 0.3, streams: 0.15, addresses: 0.25, digests: 0.1, frames: 0.1, 'session descriptions': 0.05, STUN: 0.02, traces: 0.03 }
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261125)
const CASES = Number(process.env['FUZZ_CASES'] ?? 1_000_000)
/** Bytes a heap may differ by though nothing is kept: code that was compiled, feedback that was gathered. */
const FLAT = 12 * 1024 * 1024
/** Entries of a corpus that is committed. */
const KEPT = 60
const LONGEST_KEPT = 1500

const corpusFile = (name: string): string => fileURLToPath(new URL(`fuzz/corpus/${name.replaceAll(' ', '-')}.json`, import.meta.url))

function storedCorpus(name: string): string[] {
  return existsSync(corpusFile(name)) ? (JSON.parse(readFileSync(corpusFile(name), 'utf8')) as string[]) : []
}

for (const target of await loadTargets()) {
  test(`fuzz: ${target.name}`, (context) => {
    const cases = Math.round(CASES * (SHARES[target.name] as number))
    const started = process.cpuUsage()
    const report = fuzz({ ...target, seeds: [...target.seeds, ...storedCorpus(target.name)] }, cases, SEED)
    const { user, system } = process.cpuUsage(started)
    for (const { text, error } of report.findings) assert.fail(`seed ${SEED}: ${JSON.stringify(text)}\n${error instanceof Error ? error.stack : String(error)}`)
    assert.ok(report.growth < FLAT, `the heap grew by ${report.growth} bytes`)
    context.diagnostic(`fuzz ${target.name}: ${report.cases} cases from seed ${SEED}, ${report.branches} branches taken, ${report.corpus.length} cases kept, ${Math.round((user + system) / 1e6)} s of CPU, heap ${(report.growth / 1e6).toFixed(1)} MB`)
    if (process.env['FUZZ_GROW'] !== '1') return
    mkdirSync(fileURLToPath(new URL('fuzz/corpus', import.meta.url)), { recursive: true })
    // Short ones first: they say the same in less.
    const worth = report.corpus.filter((text) => text.length <= LONGEST_KEPT && !target.seeds.includes(text)).sort((a, b) => a.length - b.length).slice(0, KEPT)
    writeFileSync(corpusFile(target.name), `${JSON.stringify(worth, undefined, 1)}\n`)
  })
}
