/** The suites of `npm test`, in the order in which a failure is cheapest to find. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const top = fileURLToPath(new URL('../../..', import.meta.url))

export interface Command {
  name: string
  command: readonly string[]
}

export interface Suite {
  name: string
  /** Each command is one test: its exit code is the verdict. */
  commands?: readonly Command[]
  /** Test files, from the top of the repository. */
  files?: readonly string[]
  /** Files at once, on two cores. A file of calls takes a third of a core: most of its time it listens to what is spoken. */
  atOnce: number
  /** So many files share a process, where what they import takes longer than they do. Without it each has its own. */
  together?: number
  /** After this many minutes a process is stopped and its file has failed. */
  minutes: number
}

// One server of another make serves all who ask it: two files at once would get each other's calls.
const alone = Boolean(process.env['DRACHTIO'] || process.env['FREESWITCH'])

// Browsers and softphones make their sound in real time: beside another file they fall behind, and what is measured is the machine.
const REAL_TIME = /\/(?:baresip|browser|conference|conference-browser|webrtc)\.test\.ts$/

// What takes a minute begins first, so that nothing waits for it at the end.
const LONG = /\/calls\/(?:chaos|complete|encryption|last-caller|ring-strategies|takeover|transfer-codes|trunks|vanish|voicemail)\.test\.ts$/

const longFirst = (files: readonly string[]): string[] => [...files.filter((file) => LONG.test(file)), ...files.filter((file) => !LONG.test(file))]

const find = (...patterns: string[]): string[] => patterns.flatMap((pattern) => globSync(pattern, { cwd: top }).sort())

export function allSuites(): Suite[] {
  return [
    {
      name: 'check',
      commands: [
        { name: 'types of the server', command: ['tsc', '--noEmit'] },
        { name: 'types of the panel', command: ['tsc', '--noEmit', '-p', 'admin'] },
        { name: 'lint', command: ['eslint', '.'] },
      ],
      atOnce: 2,
      minutes: 5,
    },
    { name: 'architecture', files: ['test/architecture.test.ts'], atOnce: 1, minutes: 2 },
    { name: 'unit', files: find('test/unit/**/*.test.ts', 'test/support/**/*.test.ts', '{config,media,pbx,api,migrations}/**/*.test.ts'), atOnce: 2, together: 14, minutes: 4 },
    { name: 'contract', files: find('test/contract/**/*.test.ts'), atOnce: alone ? 1 : 3, together: 4, minutes: 8 },
    { name: 'torture', files: find('test/torture/**/*.test.ts'), atOnce: 1, minutes: 5 },
    { name: 'api', files: find('test/api/**/*.test.ts'), atOnce: 2, together: 4, minutes: 8 },
    { name: 'calls', files: longFirst(find('test/calls/**/*.test.ts').filter((file) => !REAL_TIME.test(file))), atOnce: alone ? 1 : 4, together: 3, minutes: 12 },
    { name: 'sound', files: find('test/calls/**/*.test.ts').filter((file) => REAL_TIME.test(file)), atOnce: 1, minutes: 8 },
    { name: 'sipp', files: find('test/sipp/**/*.test.ts'), atOnce: 1, minutes: 4 },
    { name: 'admin', files: find('test/admin/**/*.test.ts'), atOnce: 2, minutes: 10 },
  ]
}

/** Who stops the clock of the process is alone in it. */
const stopsTheClock = (file: string): boolean => readFileSync(join(top, file), 'utf8').includes('mock.timers')

/** The files of a suite, those together that share a process. */
export function processesOf({ files = [], together = 1 }: Suite): readonly (readonly string[])[] {
  const alone = together > 1 ? files.filter(stopsTheClock) : files
  const sharing = files.filter((file) => !alone.includes(file))
  const processes = alone.map((file) => [file])
  for (let first = 0; first < sharing.length; first += together) processes.push(sharing.slice(first, first + together))
  return processes
}

/** Suites by name, or those that hold the files named; all without names. Throws a sentence for a name that is neither. */
export function chooseSuites(names: readonly string[]): Suite[] {
  const suites = allSuites()
  if (names.length === 0) return suites
  for (const name of names) {
    if (!suites.some((suite) => suite.name === name || suite.files?.includes(name))) {
      throw new Error(`There is no suite or test file "${name}". Suites: ${suites.map((suite) => suite.name).join(', ')}.`)
    }
  }
  return suites.flatMap((suite) => {
    if (names.includes(suite.name)) return suite
    const files = suite.files?.filter((file) => names.includes(file)) ?? []
    return files.length > 0 ? { ...suite, files } : []
  })
}
