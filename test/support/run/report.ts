/** What a run of tests has to say at its end, for people. */
import type { TestResult } from './run-file.ts'

const count = (tests: readonly TestResult[], verdict: TestResult['verdict']): number => tests.filter((test) => test.verdict === verdict).length

/** `N passed, N failed`, and `, N skipped` when some were. */
export function counts(tests: readonly TestResult[]): string {
  const skipped = count(tests, 'skipped')
  return `${count(tests, 'passed')} passed, ${count(tests, 'failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Every skipped test by name, under the reason that it shares with others. */
export function describeSkipped(tests: readonly TestResult[]): string {
  const byReason = Map.groupBy(tests.filter((test) => test.verdict === 'skipped'), (test) => test.message)
  const groups = [...byReason].map(([reason, skipped]) => {
    const byFile = [...Map.groupBy(skipped, (test) => test.file)]
    return [`  because ${reason}:`, ...byFile.map(([file, ones]) => `    ${file}: ${ones.map((one) => one.name).join(' · ')}`)].join('\n')
  })
  return groups.length === 0 ? '' : `\nSkipped\n${groups.join('\n')}`
}

export function describeFailed(tests: readonly TestResult[]): string {
  const failed = tests.filter((test) => test.verdict === 'failed')
  return failed.length === 0 ? '' : `\nFailed\n${failed.map((test) => `\n  ${test.file} › ${test.name}\n${test.message.replace(/^/gm, '    ')}`).join('\n')}`
}

/** Notes of the tests, each once, with how often it came. */
export function describeNotes(notes: readonly string[]): string[] {
  return [...Map.groupBy(notes, (note) => note)].map(([note, same]) => (same.length > 1 ? `${note} (${same.length} times)` : note))
}
