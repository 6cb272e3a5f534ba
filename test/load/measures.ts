/** The three measures: registrations, calls, calls with media. Each gives one section of the table. */
import type { CallView } from '../../pbx/events/catalogue.ts'
import type { Generator } from './generator-process.ts'
import type { Ground } from './ground.ts'
import type { Beside } from './kamailio.ts'
import { talk } from './media.ts'
import type { Plan, Report } from './plan.ts'
import type { Algorithm } from './sip-text.ts'
import { figure, type Figure, type Section } from './table.ts'
import { memoryNow, startUsing, type Used } from './usage.ts'

/** Seconds of the same load before measuring: a thousand registrations, three hundred calls. */
const WARM_UP = { registrations: 5, calls: 10 }
/** A generator this late, or a machine this busy with others, measures itself. */
const LATE_MS = 100
const OTHERS = 0.5

/** Percent of lost packets from which nobody would call it a conversation. */
const DEAF = 20

export interface Measured {
  section: Section
  failed: number
  /** For profiles: what was going on when. */
  used: Used | undefined
}

/** Carries out a plan with a rate and takes the house's figures while it measures. */
export async function measured(ground: Pick<Ground, 'generator' | 'pid'>, plan: Parameters<Generator['run']>[0]): Promise<{ report: Report; used: Used }> {
  let stop: (() => Used) | undefined
  let used: Used | undefined
  const report = await ground.generator.run(plan, {
    begin: () => (stop = startUsing(ground.pid)),
    end: () => (used = stop?.()),
  })
  if (!used) throw new Error('the generator never began to measure')
  return { report, used }
}

function costs(what: string, count: number, used: Used, reference?: string): Figure[] {
  const each = (ms: number): number => ms / count
  return [
    figure(`CPU a ${what}`, each(used.cpu.whole), 'ms', 2, reference),
    ...Object.entries(used.cpu.threads).map(([name, ms]) => figure(`  ${name}`, each(ms), 'ms', 2)),
    figure('  PostgreSQL', each(used.cpu.whole - used.cpu.server), 'ms', 2),
  ]
}

/** The threads of the server, and PostgreSQL, in shares of a core. */
function shares(used: Used): Figure[] {
  const share = (name: string, ms: number): Figure => figure(`  ${name}`, ms / 10 / used.seconds, '% of a core', 1)
  return [...Object.entries(used.cpu.threads).map(([name, ms]) => share(name, ms)), share('PostgreSQL', used.cpu.whole - used.cpu.server)]
}

function memory(pid: number): Figure[] {
  const { tree, server } = memoryNow(pid)
  return [figure('memory, all processes (PSS)', tree / 2 ** 20, 'MiB', 0), figure('memory, server alone (RSS)', server / 2 ** 20, 'MiB', 0)]
}

function waits(report: Report, rows: readonly [key: string, what: string, reference?: string][]): Figure[] {
  return rows.flatMap(([key, what, reference]) => {
    const spread = report.times[key] ?? { p50: NaN, p99: NaN }
    return [figure(`${what}, p50`, spread.p50, 'ms', 1, reference), figure(`${what}, p99`, spread.p99, 'ms', 1)]
  })
}

/** Cores kept busy by neither the house nor the generator. */
export function othersOf(report: Pick<Report, 'ownCpu'>, used: Used): number {
  return Math.max(0, used.machine - used.cpu.whole / 1000 / used.seconds - report.ownCpu)
}

function notes(report: Pick<Report, 'failures' | 'lateMs' | 'ownCpu'>, used: Used): string[] {
  const others = othersOf(report, used)
  const found = Object.entries(report.failures).map(([why, count]) => `${count} failed: ${why}`)
  if (report.lateMs > LATE_MS) found.push(`the generator itself was late by up to ${report.lateMs.toFixed(0)} ms`)
  if (others > OTHERS) found.push(`others kept ${others.toFixed(1)} cores of this machine busy meanwhile`)
  return found
}

/** What the house itself says about calls that were not answered. */
async function explanations({ api }: Ground): Promise<string[]> {
  const pages = await Promise.all(['missed', 'failed', 'refused', 'busy', 'cancelled'].map((result) => api.get<CallView[]>(`/calls?result=${result}&limit=20`)))
  const said = pages.flat().map(({ termination, legs }) => `the house: ${termination?.reason}, ${termination?.explanation} Phones: ${legs.map((leg) => `${leg.sipStatus ?? '–'} ${leg.ended ?? ''}`).join('; ')}`)
  return [...new Set(said)]
}

function outcome(report: Report): Figure[] {
  return [figure('done', report.done, '', 0), figure('failed', report.failed, '', 0), figure('messages sent again', report.repeats, '', 0)]
}

/** What it costs to hold the registrations and answer nothing, in shares of a core. */
export async function measureIdle(pid: number, when: string, seconds: number): Promise<Measured> {
  const stop = startUsing(pid)
  await new Promise((resolve) => { setTimeout(resolve, seconds * 1000) })
  const used = stop()
  const section = { title: `At rest ${when}, for ${seconds} s`, notes: [], figures: [figure('CPU', used.cpu.whole / 10 / used.seconds, '% of a core', 1), ...shares(used), ...memory(pid)] }
  return { section, failed: 0, used }
}

/** @param besides other servers that get the same load right after */
export async function measureRegistrations(ground: Ground, algorithm: Algorithm, rate: number, seconds: number, besides: readonly Beside[]): Promise<Measured> {
  const plan = { kind: 'registrations', algorithm, rate, warmUp: WARM_UP.registrations, seconds } as const
  const { report, used } = await measured(ground, plan)
  const others = await inTurn(besides.filter((one) => one.algorithm === algorithm), plan)
  const figures = [
    ...costs('registration', rate * seconds, used, '1.3–1.5 ms'),
    ...waits(report, [['challengeMs', 'REGISTER → 401'], ['answerMs', 'REGISTER with digest → 200'], ['wholeMs', 'both']]),
    ...memory(ground.pid),
    ...outcome(report),
    ...others.flatMap((other) => besideFigures(other, 'registration', 'wholeMs', 'both', rate * seconds)),
  ]
  return { section: { title: `Registrations, ${algorithm}, ${rate}/s for ${seconds} s`, figures, notes: notes(report, used) }, failed: report.failed + failedOf(others), used }
}

type Other = { beside: Beside; report: Report; used: Used }

async function inTurn(besides: readonly Beside[], plan: Plan): Promise<Other[]> {
  const others: Other[] = []
  for (const beside of besides) others.push({ beside, ...(await measured(beside, plan)) })
  return others
}

const failedOf = (others: readonly Other[]): number => others.reduce((sum, { report }) => sum + report.failed, 0)

function besideFigures({ beside: { name, pid }, report, used }: Other, what: string, key: string, words: string, count: number): Figure[] {
  const { p50, p99 } = report.times[key] ?? { p50: NaN, p99: NaN }
  return [
    figure(`${name} beside it: CPU a ${what}`, used.cpu.whole / count, 'ms', 3), figure(`  ${words}, p50`, p50, 'ms', 1), figure(`  ${words}, p99`, p99, 'ms', 1),
    figure('  memory (PSS)', memoryNow(pid).tree / 2 ** 20, 'MiB', 0), figure('  failed', report.failed, '', 0),
  ]
}

export async function measureCalls(ground: Ground, rate: number, seconds: number, besides: readonly Beside[] = []): Promise<Measured> {
  const plan = { kind: 'calls', rate, warmUp: WARM_UP.calls, seconds, holdMs: 1_000 } as const
  const { report, used } = await measured(ground, plan)
  const others = await inTurn(besides.filter((one) => one.calls), plan)
  const figures = [
    ...costs('call', rate * seconds, used, '5.6–10 ms (bypass media)'),
    ...waits(report, [['tryingMs', 'INVITE → 100'], ['challengeMs', 'INVITE → 407'], ['ringMs', 'INVITE → 180, both INVITEs', '28 ms'], ['answerMs', 'INVITE → 200, both INVITEs'], ['byeMs', 'BYE → 200']]),
    ...memory(ground.pid),
    ...outcome(report),
    ...others.flatMap((other) => besideFigures(other, 'call', 'ringMs', 'INVITE → 180, both INVITEs', rate * seconds)),
  ]
  return { section: { title: `Calls from extension to extension, no audio sent, held 1 s, ${rate}/s for ${seconds} s`, figures, notes: [...notes(report, used), ...(report.failed > 0 ? await explanations(ground) : [])] }, failed: report.failed + failedOf(others), used }
}

export async function measureMedia(ground: Ground, calls: number, seconds: number): Promise<Measured> {
  const { direct, relayed, used, ownCpu, failures, failed: notEnded } = await talk(ground, calls, seconds)
  const lost = 100 * (1 - relayed.received / relayed.sent)
  // Losing some is a figure; hearing little of the other side is a call that failed.
  const deaf = lost > DEAF
  if (deaf) failures['audio did not get through'] = calls
  const failed = deaf ? calls : notEnded
  const figures = [
    figure('CPU', used.cpu.whole / 10 / used.seconds, '% of a core', 1),
    ...shares(used),
    figure('CPU a call', used.cpu.whole / 10 / used.seconds / calls, '% of a core', 2),
    figure('added on the way, p50', relayed.p50 - direct.p50, 'ms', 2),
    figure('added on the way, p99', relayed.p99 - direct.p99, 'ms', 2),
    figure('  straight from phone to phone, p50', direct.p50, 'ms', 2),
    figure('  straight from phone to phone, p99', direct.p99, 'ms', 2),
    figure('lost packets', lost, '%', 3),
    ...memory(ground.pid),
    figure('failed', failed, '', 0),
  ]
  return { section: { title: `${calls} G.711 calls with audio both ways for ${seconds} s`, figures, notes: notes({ failures, ownCpu, lateMs: 0 }, used) }, failed, used }
}
