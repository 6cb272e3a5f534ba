/** `--b2bua`: what signalling alone costs: drachtio-srf's own B2BUA on our engine, and on a drachtio-server where DRACHTIO_PROGRAM names one. */
import { fork, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { Generator } from './generator-process.ts'
import { freePort } from './kamailio.ts'
import type { Measured } from './measures.ts'
import { figure, type Figure } from './table.ts'
import { startUsing, type Used } from './usage.ts'

const WARM_UP = 8
const SECRET = 'bench'
/** Callers and callees: nobody registers. */
const PEOPLE = Array.from({ length: 200 }, (_, at) => ({ user: String(2000 + at), number: String(2000 + at), password: '' }))

interface Way {
  name: string
  /** What is measured, each with what it is. */
  parts: { what: string; pid: number }[]
  sipPort: number
  close(): Promise<void>
}

const here = (file: string): URL => new URL(file, import.meta.url)

async function firstWord<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a process of the bench ended with ${code}`)))
  const [word] = (await Promise.race([once(child, 'message'), ended])) as [T]
  ended.catch(() => undefined)
  return word
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  if (child.connected) child.disconnect()
  else child.kill('SIGTERM')
  await gone
}

/** As in the house: the engine in a thread beside the application. */
async function within(): Promise<Way> {
  const app = fork(here('b2bua-process.ts'), ['within'])
  const { port } = await firstWord<{ port: number }>(app)
  return { name: 'our engine, in a thread of the application', parts: [{ what: 'both', pid: app.pid ?? -1 }], sipPort: port, close: () => end(app) }
}

async function apart(): Promise<Way> {
  const engine = fork(here('engine-process.ts'))
  const { port, control } = await firstWord<{ port: number; control: { host: string; port: number; secret: string } }>(engine)
  const app = fork(here('b2bua-process.ts'), [control.host, String(control.port), control.secret])
  await firstWord(app)
  return {
    name: 'our engine, a process of its own', sipPort: port, parts: [{ what: 'engine', pid: engine.pid ?? -1 }, { what: 'application', pid: app.pid ?? -1 }],
    close: () => Promise.all([end(app), end(engine)]).then(() => undefined),
  }
}

async function drachtio(program: string): Promise<Way> {
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-drachtio-'))
  const [sip, admin] = [await freePort(), await freePort()]
  await writeFile(join(folder, 'conf.xml'), `<drachtio><admin port="${admin}" secret="${SECRET}">127.0.0.1</admin><sip><contacts><contact>sip:127.0.0.1:${sip};transport=udp</contact></contacts></sip>
<logging><file><name>${folder}/log</name><archive>${folder}</archive><size>100</size><maxFiles>2</maxFiles></file><sofia-loglevel>0</sofia-loglevel><loglevel>error</loglevel></logging></drachtio>`)
  const server = spawn(program, ['-f', join(folder, 'conf.xml')], { stdio: 'ignore' })
  await eventually(() => new Promise<boolean>((resolve) => {
    const socket = connect(admin, '127.0.0.1', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false))
  }), 'the drachtio-server')
  const app = fork(here('b2bua-process.ts'), ['127.0.0.1', String(admin), SECRET])
  await firstWord(app)
  return {
    name: 'drachtio-server', sipPort: sip, parts: [{ what: 'engine', pid: server.pid ?? -1 }, { what: 'application', pid: app.pid ?? -1 }],
    async close() {
      await Promise.all([end(app), end(server)])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A section; failed calls count, but the drachtio-server's are its own affair. */
async function measureWay(way: Way, rate: number, seconds: number): Promise<Measured> {
  const generator = await Generator.open({ host: '127.0.0.1', port: way.sipPort }, PEOPLE, { register: false })
  try {
    let stops: (() => Used)[] = []
    let used: Used[] = []
    const report = await generator.run({ kind: 'calls', rate, warmUp: WARM_UP, seconds, holdMs: 500 }, {
      begin: () => (stops = way.parts.map(({ pid }) => startUsing(pid))),
      end: () => (used = stops.map((stop) => stop())),
    })
    const each = (ms: number): number => ms / (rate * seconds)
    const figures: Figure[] = way.parts.flatMap(({ what }, at) => {
      const { cpu } = used[at] as Used
      const threads = what === 'both' ? Object.entries(cpu.threads).map(([name, ms]) => figure(`    ${name}`, each(ms), 'ms', 2)) : []
      return [figure(`  ${what}`, each(cpu.whole), 'ms', 2), ...threads]
    })
    const wait = (key: string, what: string): Figure[] => [figure(`${what}, p50`, report.times[key]?.p50 ?? NaN, 'ms', 1), figure(`${what}, p99`, report.times[key]?.p99 ?? NaN, 'ms', 1)]
    return {
      failed: way.name === 'drachtio-server' ? 0 : report.failed, used: undefined,
      section: {
        title: `A plain B2BUA of drachtio-srf, no media, ${rate} calls a second for ${seconds} s: ${way.name}`,
        figures: [figure('CPU a call', each(used.reduce((sum, { cpu }) => sum + cpu.whole, 0)), 'ms', 2), ...figures, ...wait('tryingMs', 'INVITE → 100'), ...wait('answerMs', 'INVITE → 200'), ...wait('byeMs', 'BYE → 200'), figure('done', report.done, '', 0), figure('failed', report.failed, '', 0)],
        notes: Object.entries(report.failures).map(([why, count]) => `${count} failed: ${why}`),
      },
    }
  } finally {
    await generator.close()
  }
}

export async function measureB2bua(rate: number, seconds: number, runs: number, say: (text: string) => void): Promise<Measured[][]> {
  const program = process.env['DRACHTIO_PROGRAM']
  const ways = [within, apart, ...(program ? [() => drachtio(program)] : [])]
  const measured: Measured[][] = []
  // In turn, so that what the machine does meanwhile falls on all of them.
  for (let run = 0; run < runs; run++) {
    for (const [at, open] of ways.entries()) {
      const way = await open()
      try {
        const one = await measureWay(way, rate, seconds)
        say(`  ${one.section.title}`)
        ;(measured[at] ??= []).push(one)
      } finally {
        await way.close()
      }
    }
  }
  return measured
}
