/**
 * `npm run bench`: what registrations, calls and calls with audio cost the house on this machine.
 * Asserts nothing about time; fails when registrations or calls do.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startChildHouse } from '../support/child-house.ts'
import { rtpRange } from '../support/ports.ts'
import { findCeilings } from './ceiling.ts'
import { Generator } from './generator-process.ts'
import { hottest } from './hottest.ts'
import { measureCalls, measureIdle, measureMedia, measureRegistrations, type Measured } from './measures.ts'
import type { Ground } from './ground.ts'
import type { Phone } from './sip-text.ts'
import { joinRuns, tableOf, type Section } from './table.ts'
import { loadAverage, machineFacts, settled, type Used } from './usage.ts'

const PHONES = 200
const FIRST_NUMBER = 2000
/** Four a call, and a call's ports rest some seconds after it. A ceiling needs all there are below the ephemeral ones. */
const RTP_PORTS = 4_000
const RTP_PORTS_CEILING = 11_900

const help = `npm run bench [-- options]

  --registrations   registrations with a digest, SHA-256 and MD5
  --calls           calls from extension to extension, no audio
  --media           calls with audio both ways
                    without any of these three: all of them
  --ceiling         also raises the rates until it fails or is slow
  --runs <n>        measures each n times and shows the spread (1)
  --seconds <n>     measures for n seconds instead of 20 (media: 15)
  --rate <n>        registrations a second (200)
  --call-rate <n>   calls a second (30)
  --media-calls <n> calls with audio, at most ${PHONES / 2} (100)
  --profile         prints where the CPU time went, by thread and function`

interface Options {
  registrations: boolean
  calls: boolean
  media: boolean
  ceiling: boolean
  profile: boolean
  runs: number
  seconds: number | undefined
  rate: number
  callRate: number
  mediaCalls: number
}

function readOptions(): Options | undefined {
  const flag = { type: 'boolean', default: false } as const
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    options: {
      registrations: flag, calls: flag, media: flag, ceiling: flag, profile: flag, help: flag,
      runs: text, seconds: text, rate: text, 'call-rate': text, 'media-calls': text,
    },
  })
  if (values.help) return undefined
  const number = (name: 'runs' | 'seconds' | 'rate' | 'call-rate' | 'media-calls', most: number): number | undefined => {
    const given = values[name]
    if (given === undefined) return undefined
    const value = Number(given)
    if (!Number.isInteger(value) || value < 1 || value > most) throw new Error(`--${name} is a whole number from 1 to ${most}.`)
    return value
  }
  const all = !values.registrations && !values.calls && !values.media
  return {
    registrations: all || values.registrations, calls: all || values.calls, media: all || values.media, ceiling: values.ceiling, profile: values.profile,
    runs: number('runs', 20) ?? 1, seconds: number('seconds', 120), rate: number('rate', 5_000) ?? 200, callRate: number('call-rate', 1_000) ?? 30, mediaCalls: number('media-calls', PHONES / 2) ?? 100,
  }
}

type Measure = (ground: Ground) => Promise<Measured>

function measuresOf(options: Options): Measure[] {
  const seconds = options.seconds ?? 20
  const { rate, callRate, mediaCalls } = options
  return [
    (ground) => measureIdle(ground.pid, `with ${PHONES} phones registered`, 5),
    ...(options.registrations ? (['SHA-256', 'MD5'] as const).map((algorithm): Measure => (ground) => measureRegistrations(ground, algorithm, rate, seconds)) : []),
    ...(options.calls ? [((ground) => measureCalls(ground, callRate, seconds)) satisfies Measure] : []),
    ...(options.media ? [((ground) => measureMedia(ground, mediaCalls, options.seconds ?? 15)) satisfies Measure] : []),
    (ground) => measureIdle(ground.pid, 'afterwards', 5),
  ]
}

async function bench(options: Options): Promise<boolean> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  const profiles = options.profile ? await mkdtemp(join(tmpdir(), 'dialplane-bench-')) : undefined
  const { first, last } = rtpRange(options.ceiling ? RTP_PORTS_CEILING : RTP_PORTS)
  const env: Record<string, string> = { RTP_PORTS: `${first}-${last}` }
  if (profiles !== undefined) env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${profiles}`
  const sections: Section[] = []
  const windows: { title: string; used: Used }[] = []
  let failed = 0
  const before = loadAverage()
  try {
    say('Starting the house')
    const house = await startChildHouse({ env })
    let generator: Generator | undefined
    try {
      if (house.setupLink === undefined) throw new Error('the house offers no set-up')
      await house.api.setUp(house.setupLink)
      const phones: Phone[] = []
      for (let i = 0; i < PHONES; i++) phones.push(await house.extension(String(FIRST_NUMBER + i)))
      generator = await Generator.open(house.sip, phones)
      await settled(house.pid)
      const ground: Ground = { generator, api: house.api, pid: house.pid }
      for (const measure of measuresOf(options)) {
        let joined: Section | undefined
        for (let run = 0; run < options.runs; run++) {
          const { section, failed: more, used } = await measure(ground)
          say(`  ${section.title}${options.runs > 1 ? `, run ${run + 1} of ${options.runs}` : ''}`)
          failed += more
          if (used) windows.push({ title: section.title, used })
          joined = joined ? joinRuns(joined, section) : section
        }
        if (joined) sections.push(joined)
      }
      if (options.ceiling) sections.push(...(await findCeilings(ground, options, say)))
    } finally {
      await generator?.close()
      await house.close()
    }
    process.stdout.write(`\n${report(sections, before)}\n`)
    if (profiles !== undefined) process.stdout.write(`${await hottest(profiles, windows)}\n`)
  } finally {
    if (profiles !== undefined) await rm(profiles, { recursive: true, force: true })
  }
  if (failed > 0) process.stdout.write(`${failed} registrations or calls failed.\n`)
  return failed === 0
}

function report(sections: readonly Section[], before: string): string {
  return [
    `Dialplane on ${machineFacts()}, load average ${before} before and ${loadAverage()} after.`,
    `The house is a process of its own with embedded PostgreSQL, ${PHONES} phones over UDP on loopback; the generator is another and is not counted.`,
    'FreeSWITCH: measured before on a machine like this. CPU is summed over all processes of the house. Lower is better, for everything but ceilings.',
    '',
    tableOf(sections),
  ].join('\n')
}

try {
  const options = readOptions()
  if (!options) process.stdout.write(`${help}\n`)
  else if (!(await bench(options))) process.exitCode = 1
} catch (error) {
  process.stderr.write(`The bench could not finish: ${(error as Error).message}\n`)
  process.exitCode = 1
}
