/**
 * `npm run bench`: what registrations, calls and calls with audio cost the house on this machine.
 * Asserts nothing about time; fails when registrations or calls do.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChildHouse } from '../support/child-house.ts'
import { rtpRange } from '../support/ports.ts'
import { measureB2bua } from './b2bua.ts'
import { findCeilings } from './ceiling.ts'
import { FIRST_TLS_NUMBER, makeCrowd, measureCrowd, measureStorm } from './crowd.ts'
import { measureEncryption } from './encryption.ts'
import { measureFlatness } from './flatness.ts'
import { Generator } from './generator-process.ts'
import { startFreeswitch } from './freeswitch.ts'
import { hottest } from './hottest.ts'
import { freePort, startKamailio, type Beside } from './kamailio.ts'
import { measureCalls, measureIdle, measureMedia, measureRegistrations, type Measured } from './measures.ts'
import type { Ground } from './ground.ts'
import { measureOverload } from './overload.ts'
import { help, PHONES, readOptions, type Options } from './options.ts'
import type { Phone } from './sip-text.ts'
import { joinRuns, tableOf, type Section } from './table.ts'
import { loadAverage, machineFacts, settled, type Used } from './usage.ts'

const FIRST_NUMBER = 2000
/** Four a call, and a call's ports rest some seconds after it. A ceiling needs all there are below the ephemeral ones. */
const RTP_PORTS = 4_000
const RTP_PORTS_CEILING = 11_900

function needsHouse({ registrations, calls, media, ceiling, overload, phones, phonesTls }: Options): boolean {
  return registrations || calls || media || ceiling || overload || phones + phonesTls > 0
}

type Measure = (ground: Ground) => Promise<Measured>

function measuresOf(options: Options, besides: readonly Beside[]): Measure[] {
  const seconds = options.seconds ?? 20
  const { rate, callRate, mediaCalls } = options
  return [
    (ground) => measureIdle(ground.pid, `with ${PHONES} phones registered`, 5),
    ...(options.registrations ? (['SHA-256', 'MD5'] as const).map((algorithm): Measure => (ground) => measureRegistrations(ground, algorithm, rate, seconds, besides)) : []),
    ...(options.calls ? [((ground) => measureCalls(ground, callRate, seconds, besides)) satisfies Measure] : []),
    ...(options.media ? [((ground) => measureMedia(ground, mediaCalls, options.seconds ?? 15)) satisfies Measure] : []),
    (ground) => measureIdle(ground.pid, 'afterwards', 5),
  ]
}

async function bench(options: Options): Promise<boolean> {
  const say = (text: string): void => void process.stderr.write(`${text}\n`)
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-bench-'))
  const profiles = join(folder, 'profiles')
  const { first, last } = rtpRange(options.ceiling || options.overload ? RTP_PORTS_CEILING : RTP_PORTS)
  // All phones of the bench are behind one address, which no more requests than those of an office could come from.
  const env: Record<string, string> = { RTP_PORTS: `${first}-${last}`, REQUEST_RATE: '100000', REQUEST_BURST: '1000000', ...(options.overload ? { OVERLOAD_MS: '500' } : {}) }
  // The port stays the same over a restart, as for any phone.
  if (options.phones > 0) env['SIP_PORT'] = String(await freePort())
  if (options.phonesTls > 0) env['SIP_TLS_PORT'] = String(await freePort())
  if (options.profile) env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${profiles}`
  let generator: Generator | undefined
  const besides: Beside[] = []
  let interrupted = false
  const goOn = (): void => {
    if (interrupted) throw new Error('it was interrupted.')
  }
  // Without its generator a measure ends, and everything is closed on the way out.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupted = true
      void generator?.close()
    })
  }
  const sections: Section[] = []
  const windows: { title: string; used: Used }[] = []
  let failed = 0
  const before = loadAverage()
  try {
    if (needsHouse(options)) {
      say('Starting the house')
      let house = await startChildHouse({ env, home: join(folder, 'house') })
      try {
        if (house.setupLink === undefined) throw new Error('the house offers no set-up')
        await house.api.setUp(house.setupLink)
        const phones: Phone[] = []
        for (let i = 0; i < PHONES; i++) {
          goOn()
          phones.push(await house.extension(String(FIRST_NUMBER + i)))
        }
        generator = await Generator.open(house.sip, phones)
        await settled(house.pid)
        for (const name of options.beside) besides.push(await (name === 'kamailio' ? startKamailio : startFreeswitch)(phones))
        const ground: Ground = { generator, api: house.api, pid: house.pid }
        for (const measure of options.overload ? [] : measuresOf(options, besides)) {
          let joined: Section | undefined
          for (let run = 0; run < options.runs; run++) {
            goOn()
            const { section, failed: more, used } = await measure(ground)
            say(`  ${section.title}${options.runs > 1 ? `, run ${run + 1} of ${options.runs}` : ''}`)
            failed += more
            if (used) windows.push({ title: section.title, used })
            joined = joined ? joinRuns(joined, section) : section
          }
          if (joined) sections.push(joined)
        }
        if (options.overload) sections.push(...(await measureOverload(ground, options, say)))
        if (options.ceiling) sections.push(...(await findCeilings(ground, options, say)))
        const keep = ({ section, failed: more }: Measured): void => {
          say(`  ${section.title}`)
          sections.push(section)
          failed += more
        }
        if (options.phonesTls > 0) {
          say(`  making extensions for ${options.phonesTls} phones`)
          const crowd = await makeCrowd(house, options.phonesTls, FIRST_TLS_NUMBER)
          for (const one of await measureCrowd(house, generator, crowd, options.phonesTls, Number(env['SIP_TLS_PORT']))) keep(one)
        }
        if (options.phones > 0) {
          say(`  making extensions for ${options.phones} phones`)
          const crowd = await makeCrowd(house, options.phones)
          for (const one of await measureCrowd(house, generator, crowd, options.phones)) keep(one)
          goOn()
          await house.close({ keep: true })
          const began = performance.now()
          house = await startChildHouse({ env, home: join(folder, 'house') })
          keep(await measureStorm(house, generator, crowd, options.phones, performance.now() - began))
        }
      } finally {
        for (const beside of besides) await beside.close()
        await generator?.close()
        await house.close()
      }
    }
    if (options.b2bua) {
      for (const runs of await measureB2bua(options.callRate, options.seconds ?? 20, options.runs, say)) {
        failed += runs.reduce((sum, one) => sum + one.failed, 0)
        sections.push(runs.map((one) => one.section).reduce(joinRuns))
      }
    }
    if (options.flatness) sections.push(await measureFlatness())
    if (options.encryption) sections.push(await measureEncryption())
    process.stdout.write(`\n${report(sections, before)}\n`)
    if (options.profile) process.stdout.write(`${await hottest(profiles, windows)}\n`)
  } catch (error) {
    goOn()
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
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
