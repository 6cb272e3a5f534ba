import type { Database } from '../config/database/index.ts'
import { messageOf, refuseWrong, type RefusalDetail } from '../config/errors.ts'
import type { Logger } from '../config/logger.ts'
import type { Charges } from './calls/charges.ts'
import { dayIn } from './calls/spend.ts'
import { spendingOf } from './calls/spend-limits.ts'
import type { CallWorld, TollLimit } from './calls/world.ts'
import type { Directory } from './directory/types.ts'
import type { SpendState, TollDoor } from './door.ts'
import type { Events } from './events/events.ts'
import type { MailRoom } from './mail/room.ts'
import type { RateRoom } from './rates/rates.ts'
import { checkAddresses } from './mail/settings.ts'

const STOLEN = 'If nobody there made these calls, its password is known to others: give its phones a new one.'
/** What is told of a lock, by what was passed. */
const LOCKED: Readonly<Record<TollLimit, { title: string; cure: string }>> = {
  abroad: { title: 'calls abroad too often', cure: STOLEN },
  spend: { title: 'spends too much on calls', cure: STOLEN },
  pins: { title: 'tries wrong PINs', cure: 'Somebody there guesses PINs, or has forgotten one: give whoever it is a new PIN before you unlock the extension.' },
}

/** Limits for calls abroad, and what happens when an extension passes them. */
export function createTollDoor(options: { database: Database; logger: Logger; charges: Charges; rates: Pick<RateRoom, 'currencyOf'>; directory: Directory; mail: Pick<MailRoom, 'post'>; events: Events }): { door: TollDoor; lock: CallWorld['lockToll']; warn: CallWorld['warnSpending'] } {
  const { database, logger, charges, rates, directory, mail, events } = options
  // Told in this run: asking the database for each call would be much.
  const warned = new Set<string>()
  const amountOf = (tenantId: string, amount: number): string => `${amount.toFixed(2)} ${rates.currencyOf(tenantId) ?? ''}`.trim()
  const warnOnce = async (tenantId: string, extensionId: string | null, window: 'day' | 'month', spent: number, limit: number): Promise<void> => {
    const snapshot = directory.snapshot()
    const today = dayIn(snapshot.tenant(tenantId)?.timeZone ?? 'UTC', Date.now())
    const subject = `${extensionId ?? 'all'} ${window} ${window === 'day' ? today : today.slice(0, 7)} ${limit}`
    if (warned.has(`${tenantId} ${subject}`)) return
    warned.add(`${tenantId} ${subject}`)
    const extension = extensionId === null ? undefined : snapshot.extension(extensionId)
    const who = extension ? `${extension.number} ${extension.name}` : 'All together'
    const { mailTo } = snapshot.tollOf(tenantId).settings
    const period = window === 'day' ? 'today' : 'this month'
    await database.system('spending warned', async (trx) => {
      const [fresh] = await trx('toll_warnings').insert({ tenant_id: tenantId, subject }).onConflict(['tenant_id', 'subject']).ignore().returning('subject')
      await trx('toll_warnings').whereRaw("warned_at < now() - interval '40 days'").delete()
      if (!fresh || mailTo.length === 0) return
      await mail.post(trx, {
        tenantId, kind: 'toll', subjectId: null, urgent: true, recipients: mailTo, title: `${who}: ${Math.round((spent / limit) * 100)} % of what may be spent on calls ${period}`,
        body: `${who} ${extension ? 'has' : 'have'} spent ${amountOf(tenantId, spent)} of ${amountOf(tenantId, limit)} on calls ${period}, those that go on among them. Beyond that ${extension ? 'the extension is locked and its calls end' : 'calls outside end and no others begin'}; calls for help always go out. The limits are under Outbound routes in the panel.\n`,
      })
    })
  }
  return {
    warn(...warning) {
      void warnOnce(...warning).catch((error: unknown) => logger.error({ err: error, tenant: warning[0] }, `nobody could be warned of what is spent: ${messageOf(error)}`))
    },
    async lock(tenantId, extensionId, reason, by) {
      const snapshot = directory.snapshot()
      const extension = snapshot.extension(extensionId)
      const { mailTo } = snapshot.tollOf(tenantId).settings
      if (!extension) return
      const { number, name } = extension
      await directory.toll.lock(tenantId, extensionId, reason, by !== 'abroad', async (trx) => {
        if (mailTo.length === 0) return
        await mail.post(trx, {
          tenantId, kind: 'toll', subjectId: null, urgent: true, recipients: mailTo, title: `Locked: ${number} ${name} ${LOCKED[by].title}`,
          body: `${number} ${name} has made ${reason}. It calls nobody ${by === 'abroad' ? 'abroad' : 'outside'} any more until somebody unlocks it, under Outbound routes in the panel.\n\n${LOCKED[by].cure}\n`,
        })
      })
      events.emit('toll.locked', tenantId, { extensionId, number, name, reason })
    },
    door: {
      settings: (actor) => directory.snapshot().tollOf(actor.tenantId).settings,
      async configure(actor, input) {
        const details: RefusalDetail[] = []
        checkAddresses(input.mailTo, 'mailTo', details)
        refuseWrong(details)
        await directory.toll.configure(actor, input)
        return directory.snapshot().tollOf(actor.tenantId).settings
      },
      spending(actor) {
        const snapshot = directory.snapshot()
        const world = { directory, charges }
        const shown = ({ window, spent, limit }: ReturnType<typeof spendingOf>[number], extension: SpendState['extension']): SpendState => ({ extension, window, spent: Math.round(spent * 1e6) / 1e6, limit })
        const all = spendingOf(world, { tenantId: actor.tenantId, payerId: null }).map((state) => shown(state, null))
        const each = snapshot.extensionsOf(actor.tenantId).flatMap(({ id, number, name }) =>
          spendingOf(world, { tenantId: actor.tenantId, payerId: id }).filter(({ of, spent }) => of === 'extension' && spent > 0).map((state) => shown(state, { id, number, name })))
        return { currency: rates.currencyOf(actor.tenantId) ?? null, states: [...all, ...each.toSorted((a, b) => b.spent / b.limit - a.spent / a.limit).slice(0, 100)] }
      },
      locks(actor) {
        const snapshot = directory.snapshot()
        return [...snapshot.tollOf(actor.tenantId).locks].flatMap(([extensionId, { reason, spend, lockedAt }]) => {
          const extension = snapshot.extension(extensionId)
          return extension ? [{ extensionId, number: extension.number, name: extension.name, reason, spend, lockedAt }] : []
        })
      },
      unlock: (actor, extensionId) => directory.toll.unlock(actor, extensionId),
    },
  }
}
