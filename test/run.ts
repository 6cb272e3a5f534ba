/**
 * `npm test`: every suite, or those named (`npm test -- calls sipp`, `npm test -- test/calls/fork.test.ts`).
 * The last line counts; the exit code is 1 when anything failed.
 */
import { findPeers } from './support/run/peers.ts'
import { counts, describeFailed, describeNotes, describeSkipped } from './support/run/report.ts'
import { runCommand, runFiles, stopAll, type FileResult, type TestResult } from './support/run/run-file.ts'
import { chooseSuites, processesOf, type Suite } from './support/run/suites.ts'

process.on('SIGINT', () => {
  stopAll()
  process.exit(130)
})
process.on('SIGTERM', () => {
  stopAll()
  process.exit(143)
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function runSuite(suite: Suite): Promise<TestResult[]> {
  const started = performance.now()
  const results: FileResult[] = []
  const work = [
    ...(suite.commands ?? []).map((command) => () => runCommand(suite.name, command, suite.minutes)),
    ...processesOf(suite).map((files) => () => runFiles(files, suite.minutes)),
  ]
  const worker = async (): Promise<void> => {
    for (let next = work.shift(); next; next = work.shift()) {
      const result = await next()
      results.push(result)
      const broken = result.tests.filter((test) => test.verdict === 'failed')
      for (const test of broken) say(`    failed: ${test.file} › ${test.name}`)
    }
  }
  await Promise.all(Array.from({ length: suite.atOnce }, worker))
  const tests = results.flatMap((result) => result.tests)
  if (tests.length === 0) tests.push({ file: suite.name, name: 'has tests', verdict: 'failed', ms: 0, message: 'no test file was found' })
  say(`  ${suite.name.padEnd(13)} ${counts(tests)} in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  for (const note of describeNotes(results.flatMap((result) => result.notes))) say(`                ${note}`)
  return tests
}

let suites: Suite[]
try {
  suites = chooseSuites(process.argv.slice(2))
} catch (error) {
  say((error as Error).message)
  process.exit(2)
}

say(`Node ${process.version}. Peers: ${findPeers().map((peer) => `${peer.name} ${peer.found ? 'yes' : `no (${peer.note})`}`).join(', ')}`)
const tests: TestResult[] = []
for (const suite of suites) tests.push(...(await runSuite(suite)))

for (const part of [describeSkipped(tests), describeFailed(tests)]) if (part !== '') say(part)
say(`\n${counts(tests)}`)
process.exitCode = tests.some((test) => test.verdict === 'failed') ? 1 : 0
