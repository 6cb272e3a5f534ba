/** Where SIP names lead, as people see and mend it. */
import type { Actor } from '../config/actor.ts'
import type { Database } from '../config/database/index.ts'
import { Refusal } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { Pbx, SipName } from './door.ts'

/** What signalling tells about names; all times in milliseconds since the epoch. */
export interface NameBook {
  report(name?: string, again?: boolean): Promise<readonly NameReport[]>
}

type NameReport = Omit<SipName, 'foundAt' | 'until' | 'failure' | 'targets'> & {
  foundAt: number
  until: number
  failure: string | undefined
  targets: readonly (Omit<SipName['targets'][number], 'state' | 'until' | 'cause'> & { state: 'well' | 'dead' | 'half-open' | 'probed'; until: number; cause: string })[]
}

export interface TargetsOptions {
  /** Undefined with a drachtio-server. */
  names: NameBook | undefined
  database: Database
  directory: Pick<Directory, 'snapshot'>
}

export function createTargets({ names, database, directory }: TargetsOptions): Pbx['targets'] {
  const runsThisMachine = (actor: Actor): boolean => directory.snapshot().tenant(actor.tenantId)?.isDefault === true
  const book = (): NameBook => {
    if (!names) throw new Refusal('unsupported', 'The drachtio-server looks names up by itself and tells nobody what it found. With the embedded engine it can be seen here.')
    return names
  }
  const bookFor = (actor: Actor): NameBook => {
    if (!runsThisMachine(actor)) throw new Refusal('forbidden', 'Where SIP names lead concerns all tenants of this system; only those who run it can look names up.')
    return book()
  }
  return {
    async list(actor) {
      const reports = await book().report()
      return runsThisMachine(actor) ? reports.map(present).sort((a, b) => a.name.localeCompare(b.name)) : []
    },
    find: async (actor, name) => only(await bookFor(actor).report(name)),
    async lookUpAgain(actor, name) {
      // First, so that no transaction waits for name servers: to look again harms nobody, should the audit fail.
      const found = only(await bookFor(actor).report(name, true))
      const { targets, failure } = found
      return database.change(actor, async () => ({ result: found, audit: { action: 'target.look-up', subjectType: 'target', subjectId: found.name, after: { name: found.name, targets: targets.length, failure } } }))
    },
  }
}

function only([report]: readonly NameReport[]): SipName {
  if (report === undefined) throw new Refusal('unavailable', 'The signalling engine does not answer.')
  return present(report)
}

function present(report: NameReport): SipName {
  return {
    ...report,
    foundAt: new Date(report.foundAt),
    until: dateOrNull(report.until),
    failure: report.failure ?? null,
    targets: report.targets.map((target) => ({
      ...target,
      state: target.state === 'well' ? 'good' : target.state === 'dead' ? 'set-aside' : 'probing',
      until: target.state === 'dead' ? dateOrNull(target.until) : null,
      cause: target.cause === '' ? null : target.cause,
    })),
  }
}

/** A name that is none is wrong for ever. */
function dateOrNull(at: number): Date | null {
  return Number.isFinite(at) ? new Date(at) : null
}
