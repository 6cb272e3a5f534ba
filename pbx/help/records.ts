/** What becomes of calls for help: written down as they go, told to who must know, and kept for those who ask years later. */
import { join } from 'node:path'
import type { Database, Transaction } from '../../config/database/index.ts'
import { createJournal } from '../../config/database/journal.ts'
import { toJsonb } from '../../config/database/json.ts'
import { messageOf } from '../../config/errors.ts'
import type { Secrets } from '../../config/secrets.ts'
import type { Logger } from '../../config/logger.ts'
import type { EmergencyCallRow, EmergencySettingsRow } from '../../migrations/tables.ts'
import type { Call } from '../calls/call.ts'
import type { CallRegistry } from '../calls/registry.ts'
import type { Directory } from '../directory/types.ts'
import type { Located, PoolNumber } from '../door.ts'
import type { Events } from '../events/events.ts'
import type { MailRoom } from '../mail/room.ts'
import type { Registrar } from '../registrar/types.ts'
import { addressLine, locate } from '../routing/locate.ts'
import type { OutsideStep } from '../routing/plan.ts'
import type { CallBack } from '../routing/request.ts'
import type { SipServer } from '../sip/types.ts'
import { createReferences, type References } from './references.ts'
import { chooseFromPool, type FromPool, type ShownBefore } from './pools.ts'

/** A call on its way to the database. Times in milliseconds since the epoch. */
interface Fact {
  id: string
  tenantId: string
  kind: 'call' | 'test'
  dialled: string
  startedAt: number
  caller: EmergencyCallRow['caller']
  location: Located | null
  callbackNumber: string | null
  pool: EmergencyCallRow['pool']
  attempts: EmergencyCallRow['attempts']
  answeredAt: number | null
  endedAt: number | null
  outcome: string | null
  displaced: EmergencyCallRow['displaced']
  notified: EmergencyCallRow['notified']
  mailTo: string[]
}

export interface HelpRecords {
  /** Who called for help a while ago and was seen with this number. */
  callBackFor(tenantId: string, number: string): CallBack | undefined
  /** The number out of a pool that a call shows, the same whenever asked; undefined: none. */
  shownBy(call: Call): string | undefined
  references: References
  /** Where the place of a call is asked for: an address. */
  referenceOf(call: Call): string
  /** Where a place that is tested is asked for: an address that is good for an hour. */
  referenceForTest(tenantId: string, located: Located): string
  /** Where the caller of a call for help is, while it goes on and for the hours in which it may be called back; null: it is not known, or not told any more. */
  placeOf(tenantId: string, callId: string): Promise<Located | null>
  /** Who is called back on a number now. */
  holderOf(tenantId: string, number: string): PoolNumber['holder']
  /** @param untold why the phone was not told, undefined when it was */
  tested(call: Call, located: Located | null, untold: string | undefined): void
  /** Everything so far is in the database. */
  flush(): Promise<void>
  close(): Promise<void>
}

const ESCALATION_MS = 15_000
const HOUR_MS = 3_600_000
const MOST_HOURS = 72

export async function openHelpRecords(options: {
  secrets: Pick<Secrets, 'seal' | 'open'>; publicUrl: string; database: Database; logger: Logger; home: string; registry: CallRegistry; directory: Directory; events: Events; mail: Pick<MailRoom, 'post'>; registrar: Pick<Registrar, 'contactsOf'>; sip: Pick<SipServer, 'request'>
}): Promise<HelpRecords> {
  const { publicUrl, database, registry, directory, events, mail, registrar, sip } = options
  const references = createReferences(options.secrets, () => Date.now())
  const logger = options.logger.child({ room: 'emergency' })
  const open = new Map<string, { call: Call; fact: Fact }>()
  /** Who may be called back, the newest first. */
  let callers: (ShownBefore & { callId: string; own: string | null })[] = []
  /** What calls that go on show out of a pool, by call. */
  const fromPools = new Map<string, FromPool | undefined>()

  const journal = createJournal<Fact>({
    name: 'emergency calls', database, logger, spoolFile: join(options.home, 'spool', 'emergency.jsonl'), delayMs: 10,
    async write(trx, facts) {
      for (const fact of facts) await write(trx, fact)
    },
  })
  const write = async (trx: Transaction, fact: Fact): Promise<void> => {
    const time = (ms: number | null): Date | null => (ms === null ? null : new Date(ms))
    const row = {
      id: fact.id, tenant_id: fact.tenantId, kind: fact.kind, dialled: fact.dialled, started_at: new Date(fact.startedAt), caller: toJsonb(fact.caller), location: fact.location && toJsonb(fact.location),
      callback_number: fact.callbackNumber, pool: fact.pool && toJsonb(fact.pool), attempts: toJsonb(fact.attempts), answered_at: time(fact.answeredAt), ended_at: time(fact.endedAt), outcome: fact.outcome, displaced: toJsonb(fact.displaced), notified: toJsonb(fact.notified),
    }
    await trx('emergency_calls').insert(row).onConflict('id').merge(['callback_number', 'attempts', 'answered_at', 'ended_at', 'outcome', 'displaced', 'notified'])
    if (fact.mailTo.length > 0) await mail.post(trx, { tenantId: fact.tenantId, kind: 'emergency', subjectId: fact.id, urgent: true, recipients: fact.mailTo, ...lettersOf(fact) })
  }
  const note = (fact: Fact): void => {
    journal.add(structuredClone(fact))
    void journal.flush().then(() => events.emit('emergency.changed', fact.tenantId, { callId: fact.id }))
  }

  const factOf = (call: Call, kind: Fact['kind'], located: Located | null): Fact => {
    const { caller } = call.request
    // Whoever withheld the number before he was transferred there is told to the house all the same.
    const { number, name } = call.caller.origin
    const help = helpOf(call)
    return {
      id: call.id, tenantId: call.tenantId, kind, dialled: call.plan?.number ?? call.request.dialled, startedAt: call.startedAt, location: located,
      caller: {
        number, name, extensionId: caller.extensionId || null, deviceId: caller.deviceId || null, device: directory.snapshot().device(caller.deviceId)?.name ?? directory.snapshot().trunk(call.request.inbound?.trunkId ?? '')?.name ?? null, address: caller.address ?? call.caller.origin.address,
      },
      callbackNumber: fromPools.get(call.id)?.number ?? help?.attempts[0]?.callerId ?? located?.callbackNumber ?? null, pool: fromPools.get(call.id) ?? null, attempts: [], answeredAt: null, endedAt: null, outcome: null, displaced: [], notified: [], mailTo: [],
    }
  }
  const remember = (...shown: typeof callers): void => {
    callers = [...shown, ...callers].slice(0, 1_000)
  }
  const usedSince = (tenantId: string): number => Date.now() - directory.snapshot().emergencyOf(tenantId).settings.callbackHours * HOUR_MS
  const takeFromPool = (call: Call): FromPool | undefined => {
    if (fromPools.has(call.id)) return fromPools.get(call.id)
    const { extensionId, deviceId } = call.request.caller
    const { tenantId } = call
    const pool = extensionId === '' ? [] : (helpOf(call)?.pool ?? [])
    const taken = chooseFromPool(pool, callers, { tenantId, extensionId, deviceId: deviceId || null }, usedSince(tenantId))
    fromPools.set(call.id, taken)
    if (taken) remember({ callId: call.id, tenantId, number: taken.number, caller: call.caller.origin.number, own: taken.number, extensionId, deviceId: deviceId || null, at: Date.now() })
    return taken
  }
  const begin = (call: Call): void => {
    const { caller } = call.request
    const help = helpOf(call)
    const located = (help || caller.extensionId === '' ? help?.located : locate(directory.snapshot().emergencyOf(call.tenantId), caller)) ?? null
    const pooled = takeFromPool(call)
    const fact = factOf(call, 'call', located)
    const { settings } = directory.snapshot().emergencyOf(call.tenantId)
    fact.mailTo = settings.mailTo
    const at = Date.now()
    fact.notified = [{ how: 'panel', to: 'everybody who may see it', at }, ...settings.mailTo.map((to) => ({ how: 'mail' as const, to, at }))]
    open.set(call.id, { call, fact })
    const { extensionId, deviceId } = fact.caller
    // Each trunk may show another number, and the dispatcher calls back the one he saw.
    const shown = pooled ? [] : new Set(helpOf(call)?.attempts.flatMap(({ callerId }) => callerId ?? []))
    if (extensionId !== null) remember(...[...shown].map((number) => ({ callId: call.id, tenantId: call.tenantId, number, caller: fact.caller.number, own: located?.callbackNumber ?? null, extensionId, deviceId, at })))
    if (pooled?.takenFrom) call.log.warn({ emergency: true, number: pooled.number }, `all ${pooled.size} numbers of the site are in use, so one is used again that was of ${pooled.takenFrom.caller}`)
    call.log.warn({ emergency: true, place: located && addressLine(located) }, 'a call for help')
    events.emit('emergency.called', call.tenantId, { callId: call.id, dialled: fact.dialled, number: fact.caller.number, name: fact.caller.name, place: located && addressLine(located) })
    note(fact)
    void tellPhones(fact, settings.extensions)
  }
  /** A message on the phones of those who are to know. Nothing waits for it. */
  const tellPhones = async (fact: Fact, numbers: readonly string[]): Promise<void> => {
    const { title, body } = lettersOf(fact)
    const told = await Promise.all(numbers.map(async (number) => {
      const extension = directory.snapshot().extensionByNumber(fact.tenantId, number)
      const answers = await Promise.all((extension ? registrar.contactsOf(extension.id) : []).map(async (contact) => {
        try {
          const { status } = await sip.request({ method: 'MESSAGE', uri: contact.uri, nextHop: contact.nextHop, ...(contact.route.length > 0 && { route: contact.route }), headers: { 'Content-Type': 'text/plain;charset=utf-8', Priority: 'emergency' }, body: `${title}\n${body}` })
          return status >= 200 && status < 300
        } catch (error) {
          logger.warn({ extension: number }, `a phone was not told of a call for help: ${messageOf(error)}`)
          return false
        }
      }))
      return answers.includes(true) ? number : undefined
    }))
    const reached = told.filter((number) => number !== undefined)
    if (reached.length === 0) return
    const at = Date.now()
    fact.notified.push(...reached.map((to) => ({ how: 'phone' as const, to, at })))
    note(fact)
  }
  const follow = (entry: { call: Call; fact: Fact }, over: boolean): void => {
    const { call, fact } = entry
    const legs = call.legs.filter(({ origin }) => origin.trunkId !== undefined)
    const shown = helpOf(call)?.attempts.find(({ trunkId }) => trunkId === legs.at(-1)?.origin.trunkId)
    const attempts = legs.map((leg) => ({ trunk: leg.origin.name ?? '', at: leg.startedAt, status: leg.sipStatus, answered: leg.answeredAt !== null }))
    const changed = over || JSON.stringify(attempts) !== JSON.stringify(fact.attempts) || call.answeredAt !== fact.answeredAt || call.displaced.length !== fact.displaced.length
    if (!changed) return
    Object.assign(fact, { attempts, displaced: [...call.displaced], ...(shown && fact.pool === null && { callbackNumber: shown.callerId }), answeredAt: attempts.some(({ answered }) => answered) ? call.answeredAt : null, ...(over && { endedAt: call.endedAt ?? Date.now(), outcome: call.verdict?.explanation ?? null }) })
    note(fact)
  }

  const stop = events.subscribe((event) => {
    switch (event.type) {
      case 'call.started': {
        const call = registry.get(event.tenantId, event.data.call.id)
        if (call && (helpOf(call) || call.plan?.steps.some((step) => step.kind === 'announcement' && step.refusal === 'no-emergency-line') === true)) begin(call)
        return
      }
      case 'call.updated':
      case 'call.ended': {
        const over = event.type === 'call.ended'
        if (over) fromPools.delete(event.data.call.id)
        const entry = open.get(event.data.call.id)
        if (!entry) return
        if (over) open.delete(event.data.call.id)
        return follow(entry, over)
      }
    }
  })

  /** Nobody has said that he knows of it: others are told. */
  const escalate = async (): Promise<void> => {
    await database.system('calls for help nobody acknowledged', async (trx) => {
      const { rows } = await trx.raw<{ rows: (EmergencyCallRow & Pick<EmergencySettingsRow, 'escalate_to' | 'escalate_minutes'>)[] }>(
        `SELECT c.*, s.escalate_to, s.escalate_minutes FROM emergency_calls c JOIN emergency_settings s ON s.tenant_id = c.tenant_id
         WHERE c.kind = 'call' AND c.acknowledged_at IS NULL AND c.escalated_at IS NULL AND cardinality(s.escalate_to) > 0
           AND c.started_at BETWEEN now() - interval '1 day' AND now() - s.escalate_minutes * interval '1 minute' FOR UPDATE OF c SKIP LOCKED`)
      for (const row of rows) {
        const { title, body } = lettersOf({ dialled: row.dialled, startedAt: row.started_at.getTime(), caller: row.caller, location: row.location as Located | null, callbackNumber: row.callback_number })
        await mail.post(trx, { tenantId: row.tenant_id, kind: 'emergency-escalation', subjectId: row.id, urgent: true, recipients: row.escalate_to, title: `Not acknowledged: ${title}`, body: `Nobody has acknowledged this call for help within ${row.escalate_minutes} minutes.\n\n${body}` })
        await trx('emergency_calls').where({ id: row.id }).update({ escalated_at: trx.fn.now() })
        events.emit('emergency.changed', row.tenant_id, { callId: row.id })
      }
    })
  }
  let escalating: Promise<void> | undefined
  const lookAfter = (): void => {
    escalating ??= escalate()
      .catch((error: unknown) => { if (database.available) logger.warn({ err: error }, `calls for help could not be looked after: ${messageOf(error)}`) })
      .finally(() => { escalating = undefined })
  }
  const timer = setInterval(lookAfter, ESCALATION_MS).unref()

  // A restart forgets nobody who may be called back.
  const recent = (await database.system('recent calls for help', (trx) =>
    trx('emergency_calls').where({ kind: 'call' }).where('started_at', '>', new Date(Date.now() - MOST_HOURS * HOUR_MS)).whereNotNull('callback_number').orderBy('started_at', 'desc').limit(1_000))) as EmergencyCallRow[]
  callers = recent.flatMap(({ id: callId, tenant_id: tenantId, callback_number: number, pool, location, caller, started_at: at }) => (number === null || caller.extensionId === null ? [] : [{ callId, tenantId, number, caller: caller.number, own: pool?.number ?? (location as Located | null)?.callbackNumber ?? null, extensionId: caller.extensionId, deviceId: caller.deviceId, at: at.getTime() }]))

  // It may have been due while nobody ran.
  lookAfter()

  return {
    callBackFor(tenantId, number) {
      if (callers.length === 0) return undefined
      const since = usedSince(tenantId)
      const found = callers.find((one) => one.tenantId === tenantId && one.at >= since && isSame(one.number, number))
      return found && { extensionId: found.extensionId, deviceId: found.deviceId, shared: found.number !== found.own && found.number !== directory.snapshot().extension(found.extensionId)?.outsideNumber }
    },
    shownBy: (call) => takeFromPool(call)?.number,
    references,
    referenceOf: ({ tenantId, id }) => `${new URL(publicUrl).origin}/held/${references.tokenOf({ of: 'call', tenantId, id, until: null })}`,
    referenceForTest: (tenantId, { locationId }) => `${new URL(publicUrl).origin}/held/${references.tokenOf({ of: 'place', tenantId, id: locationId, until: Date.now() + HOUR_MS })}`,
    async placeOf(tenantId, callId) {
      const running = open.get(callId)
      if (running) return running.fact.tenantId === tenantId ? running.fact.location : null
      await journal.flush()
      const row = await database.system('the place of a call for help', (trx) => trx('emergency_calls').where({ id: callId, tenant_id: tenantId }).first()) as EmergencyCallRow | undefined
      const over = (row?.ended_at ?? row?.started_at)?.getTime() ?? 0
      return row && over >= usedSince(tenantId) ? (row.location as Located | null) : null
    },
    holderOf(tenantId, number) {
      const found = callers.find((one) => one.tenantId === tenantId && one.number === number && one.at >= usedSince(tenantId))
      if (!found) return null
      const { callId, caller, deviceId, at } = found
      const until = at + directory.snapshot().emergencyOf(tenantId).settings.callbackHours * HOUR_MS
      return { callId, caller, device: deviceId === null ? null : (directory.snapshot().device(deviceId)?.name ?? null), since: new Date(at), until: new Date(until) }
    },
    tested(call, located, untold) {
      const fact = factOf(call, 'test', located)
      const told = located ? `Told: ${addressLine(located)}` : 'Told that it is not known where the phone is.'
      note({ ...fact, answeredAt: call.answeredAt, endedAt: Date.now(), outcome: untold === undefined ? told : `Not told: ${untold}.` })
    },
    flush: () => journal.flush(),
    async close() {
      stop()
      clearInterval(timer)
      await escalating
      await journal.close()
    },
  }
}

function helpOf(call: Call): OutsideStep | undefined {
  return call.plan?.steps.find((step): step is OutsideStep => step.kind === 'outside' && step.emergency)
}

/** Carriers write one number in many ways: what both have of it must be the same, and enough. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one.replace(/\D/g, ''), other.replace(/\D/g, '')]
  const [short, long] = a.length <= b.length ? [a, b] : [b, a]
  return short.length >= 7 ? long.endsWith(short) : a === b
}

/** What those are told who must know: who, where, which number the dispatcher sees. */
function lettersOf({ dialled, startedAt, caller, location, callbackNumber }: Pick<Fact, 'dialled' | 'startedAt' | 'caller' | 'location' | 'callbackNumber'>): { title: string; body: string } {
  const who = caller.name === null || caller.name === '' ? caller.number : `${caller.number} ${caller.name}`
  return {
    title: `EMERGENCY CALL: ${who} dialled ${dialled}`,
    body: [
      `Caller:    ${who}${caller.device === null ? '' : `, phone ${caller.device}`}`, `Dialled:   ${dialled}`, `At:        ${new Date(startedAt).toISOString()}`,
      `Place:     ${location ? addressLine(location) : 'not known'}`, ...(location ? [`Known by:  ${location.why}`] : []), ...(location && location.problems.length > 0 ? [`Address:   ${location.problems.join(' ')}`] : []),
      `Call back: ${callbackNumber ?? 'no number was shown'}`, '',
    ].join('\n'),
  }
}
