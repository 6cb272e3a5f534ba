/** `--phones`: many registered phones held, and all of them coming back at once after a restart while calls go on. */
import type { ChildHouse } from '../support/child-house.ts'
import type { Generator } from './generator-process.ts'
import { measureIdle, type Measured } from './measures.ts'
import type { Phone } from './sip-text.ts'
import { figure } from './table.ts'
import { memoryNow, settled } from './usage.ts'

/** Contacts of one extension: a registration each, as of a phone each. */
export const PHONES_EACH = 10
/** Registrations a second while the crowd comes in; after a restart it comes in twenty seconds. */
const ARRIVAL_RATE = 400
/** A handshake costs more than ten registrations. */
const TLS_RATE = 100
export const FIRST_TLS_NUMBER = 50_000
const STORM_SECONDS = 20
const STORM_CALL_RATE = 5
const FIRST_NUMBER = 30_000
/** Extensions made at the same time. */
const MAKERS = 4

const MIB = 2 ** 20

/** @param first number of the first extension */
export async function makeCrowd(house: ChildHouse, phones: number, first = FIRST_NUMBER): Promise<Phone[]> {
  const crowd: Phone[] = []
  const extensions = Math.ceil(phones / PHONES_EACH)
  let next = 0
  await Promise.all(Array.from({ length: MAKERS }, async () => {
    while (next < extensions) crowd.push(await house.extension(String(first + next++), { maxContacts: PHONES_EACH }))
  }))
  return crowd
}

/**
 * Registers the crowd and says what a phone takes.
 *
 * @param tlsPort over TLS, to this port
 */
export async function measureCrowd(house: ChildHouse, generator: Generator, crowd: Phone[], phones: number, tlsPort?: number): Promise<Measured[]> {
  const rate = tlsPort === undefined ? ARRIVAL_RATE : TLS_RATE
  await settled(house.pid)
  const before = memoryNow(house.pid)
  const report = await generator.run(tlsPort === undefined ? { kind: 'crowd', phones: crowd, each: PHONES_EACH, rate, calls: 0 } : { kind: 'tls-crowd', phones: crowd, each: PHONES_EACH, rate, port: tlsPort })
  await settled(house.pid)
  const after = memoryNow(house.pid)
  const each = (bytes: number): number => bytes / 1024 / phones
  const held: Measured = {
    failed: report.failed, used: undefined,
    section: {
      title: `${phones} phones over ${tlsPort === undefined ? 'UDP' : 'TLS, a connection each'}, ${PHONES_EACH} an extension, registered at ${rate}/s and held`,
      figures: [
        figure('registered', report.done, '', 0), figure('failed', report.failed, '', 0),
        figure('memory a phone, all processes (PSS)', each(after.tree - before.tree), 'KiB', 1), figure('memory a phone, server alone (RSS)', each(after.server - before.server), 'KiB', 1),
        figure('memory, all processes (PSS)', after.tree / MIB, 'MiB', 0), figure('memory before they came', before.tree / MIB, 'MiB', 0),
      ],
      notes: Object.entries(report.failures).map(([why, count]) => `${count} failed: ${why}`),
    },
  }
  return [held, await measureIdle(house.pid, `with ${phones} phones, each asked with OPTIONS every half minute`, 15)]
}

/** The crowd comes back to a house that has just started again. @param startMs how long the start took */
export async function measureStorm(house: ChildHouse, generator: Generator, crowd: Phone[], phones: number, startMs: number): Promise<Measured> {
  const report = await generator.run({ kind: 'crowd', phones: crowd, each: PHONES_EACH, rate: phones / STORM_SECONDS, calls: STORM_CALL_RATE })
  const wait = (key: string): { p50: number; p99: number } => report.times[key] ?? { p50: NaN, p99: NaN }
  return {
    failed: report.failed, used: undefined,
    section: {
      title: `All ${phones} phones register again after a restart, ${phones / STORM_SECONDS}/s, with ${STORM_CALL_RATE} calls a second`,
      figures: [
        figure('start, to ready', startMs / 1000, 's', 1), figure('until the last was registered', (report.tookMs ?? NaN) / 1000, 's', 1, 'aim: 30 s'),
        figure('registered', report.done, '', 0), figure('both exchanges, p50', wait('wholeMs').p50, 'ms', 1), figure('both exchanges, p99', wait('wholeMs').p99, 'ms', 1),
        figure('calls, meanwhile', report.calls ?? 0, '', 0), figure('INVITE → 200, both INVITEs, p99', wait('answerMs').p99, 'ms', 1), figure('failed, of both', report.failed, '', 0),
        figure('memory, all processes (PSS)', memoryNow(house.pid).tree / MIB, 'MiB', 0),
      ],
      notes: Object.entries(report.failures).map(([why, count]) => `${count} failed: ${why}`),
    },
  }
}
