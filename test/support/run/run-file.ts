/** Runs test files, or one command, in a process of their own and says what came of it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { top, type Command } from './suites.ts'

export interface TestResult {
  /** File or suite of commands, and the test's name. */
  file: string
  name: string
  verdict: 'passed' | 'failed' | 'skipped'
  ms: number
  /** Why it was skipped, or how it failed. */
  message: string
}

export interface FileResult {
  tests: TestResult[]
  /** What the tests had to tell beside their verdict, e.g. which ways of a seam ran. */
  notes: string[]
}

interface Line {
  type: 'pass' | 'fail' | 'note' | 'left-open'
  name: string
  nesting: number
  suite: boolean
  ms: number
  skip?: boolean | string
  failure?: { kind?: string; text: string }
  text?: string
  resources?: string[]
}

const MARK = '\u0001dialplane '
const KEEP_LINES = 60
/** A fifth of the processor time of a run was reading the same sources again. */
const compiled = join(top, 'node_modules/.cache/compiled')
const running = new Set<ChildProcess>()

/** Stops what is running, children of children included. */
export function stopAll(signal: NodeJS.Signals = 'SIGKILL'): void {
  for (const child of running) stopGroup(child, signal)
}

function stopGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // The whole group is gone.
  }
}

/** Files that share a process are suites in it (`batch.mjs`); what goes wrong with the process is told of the one that was going on. */
export async function runFiles(files: readonly string[], minutes: number): Promise<FileResult> {
  let file = files[0] ?? ''
  const tests: TestResult[] = []
  const notes: string[] = []
  const stray: string[] = []
  let told = 0
  const names: string[] = []
  const started = performance.now()
  const fail = (name: string, message: string): void => void tests.push({ file, name, verdict: 'failed', ms: performance.now() - started, message })

  const onLine = (text: string): void => {
    if (!text.startsWith(MARK)) {
      stray.push(text)
      if (stray.length > KEEP_LINES) stray.shift()
      return
    }
    const line = JSON.parse(text.slice(MARK.length)) as Line
    if (line.type === 'note') return void notes.push(line.text ?? '')
    if (line.type === 'left-open') return fail('leaves nothing open', `still open after the last test: ${line.resources?.join(', ')}`)
    // The suite of a file is told after what is in it.
    if (line.suite && line.nesting === 0 && files.length > 1 && files.includes(line.name)) {
      for (const test of tests.slice(told)) test.file = line.name
      told = tests.length
      file = files[files.indexOf(line.name) + 1] ?? line.name
    }
    // A suite counts only when it was skipped as a whole: then nothing inside it is told.
    if ((line.suite && !line.skip) || line.failure?.kind === 'subtestsFailed') return
    names.push(line.name)
    const skipped = line.skip !== undefined && line.skip !== false
    const verdict = line.type === 'fail' ? 'failed' : skipped ? 'skipped' : 'passed'
    const message = verdict === 'failed' ? (line.failure?.text ?? '') : typeof line.skip === 'string' ? line.skip : skipped ? 'no reason given' : ''
    tests.push({ file, name: line.name, verdict, ms: line.ms, message })
  }

  const command = [process.execPath, '--disable-warning=ExperimentalWarning', '--test-reporter=./test/support/run/reporter.mjs', ...(files.length > 1 ? ['test/support/run/batch.mjs', ...files] : files)]
  const { code, timedOut } = await runProcess(command, minutes, onLine)
  const last = names.length > 0 ? `; the last test that ended was "${names.at(-1)}"` : ''
  if (timedOut) fail('ends in time', `stopped after ${minutes} minutes${last}\n${stray.join('\n')}`)
  else if (code !== 0 && !tests.some((test) => test.verdict === 'failed')) fail('ends well', `exit code ${code}${last}\n${stray.join('\n')}`)
  else if (tests.length === 0) fail('has tests', `no test ran\n${stray.join('\n')}`)
  return { tests, notes }
}

export async function runCommand(suite: string, { name, command }: Command, minutes: number): Promise<FileResult> {
  const output: string[] = []
  const started = performance.now()
  const { code, timedOut } = await runProcess(command, minutes, (line) => void output.push(line))
  const verdict = code === 0 && !timedOut ? 'passed' : 'failed'
  const message = verdict === 'passed' ? '' : `${command.join(' ')}${timedOut ? ` did not end in ${minutes} minutes` : ''}\n${output.slice(0, KEEP_LINES).join('\n')}`
  return { tests: [{ file: suite, name, verdict, ms: performance.now() - started, message }], notes: [] }
}

async function runProcess(command: readonly string[], minutes: number, onLine: (line: string) => void): Promise<{ code: number | null; timedOut: boolean }> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: top,
    // A group of its own, so that a file that hangs takes its servers and phones with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: [join(top, 'node_modules/.bin'), process.env.PATH].join(delimiter), NO_COLOR: '1', NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: compiled },
  })
  running.add(child)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    stopGroup(child, 'SIGKILL')
  }, minutes * 60_000)
  createInterface({ input: child.stdout }).on('line', onLine)
  createInterface({ input: child.stderr }).on('line', onLine)
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      onLine(error.message)
      resolve(-1)
    })
    child.on('close', (status) => resolve(status))
  })
  clearTimeout(timer)
  running.delete(child)
  // Whatever the file left behind in its group ends with it.
  stopGroup(child, 'SIGKILL')
  return { code, timedOut }
}
