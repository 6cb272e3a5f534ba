/** Messages on their way: at once where a phone takes them, else in order when one registers. */
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import { within } from '../../config/within.ts'
import type { Directory } from '../directory/types.ts'
import type { Events } from '../events/events.ts'
import type { Contact, Registrar } from '../registrar/types.ts'
import { formatAddress } from '../sip/address.ts'
import type { SipServer } from '../sip/types.ts'
import { escapeUser } from '../sip/uri.ts'
import { forkMessage, type Outcome } from './fork.ts'
import type { MessageStore, NewWaiting } from './store.ts'

/** A sender hears within this: its own request ends after 32 s (RFC 3261 timer F), and people wait for less. */
const PATIENCE_MS = 4_000
/** Messages of which it is remembered who does not want them. */
const MOST_REFUSED = 10_000

export interface Sending {
  /**
   * @param waits whether it is kept when no phone takes it; else it is for `nobody`
   * @param instance the one phone it is for
   */
  send(message: NewWaiting, waits: boolean, instance?: string): Promise<'delivered' | 'waiting' | 'nobody'>
  /** Something that waited is gone. */
  changed(tenantId: string, extensionId: string): void
  /** Resolves when what is under way is over. */
  close(): Promise<void>
}

export async function createSending(options: {
  directory: Pick<Directory, 'snapshot'>; events: Pick<Events, 'emit' | 'subscribe'>; registrar: Pick<Registrar, 'contactsOf'>; sip: Pick<SipServer, 'request' | 'connected'>; store: MessageStore; logger: Logger
}): Promise<Sending> {
  const { directory, events, registrar, sip, store, logger } = options
  /** Extensions for which something waits. */
  const waiting = new Set(await store.extensions())
  /** What goes to one extension goes one after the other. */
  const work = new Map<string, Promise<void>>()
  /** Extensions to look at once more: a phone came while the last look was on. */
  const again = new Set<string>()
  /** By message: who does not want it. It is not asked again, and does not keep the next ones waiting. */
  const refused = new Map<string, Set<string>>()
  /** Taken, but the database does not know yet. */
  const taken = new Set<string>()
  let closed = false

  const changed = (tenantId: string, extensionId: string): void => events.emit('message.waiting', tenantId, { extensionId })
  const contactsFor = (extensionId: string, instance?: string): Contact[] =>
    registrar.contactsOf(extensionId).filter((contact) => contact.reachable !== 'no' && (instance === undefined || contact.instance === instance))

  const fork = (one: NewWaiting, contacts: readonly Contact[]): Promise<Outcome> => {
    const snapshot = directory.snapshot()
    const domain = snapshot.tenant(one.tenantId)?.domains[0] ?? 'localhost'
    const { from, message, sentAt } = one
    return forkMessage(sip, contacts, {
      body: message.body,
      headers: {
        From: formatAddress(from.name ?? undefined, `sip:${from.number === '' ? '' : `${escapeUser(from.number)}@`}${domain}`), To: `<sip:${snapshot.extension(one.extensionId)?.number ?? ''}@${domain}>`,
        ...message.headers, 'Content-Type': message.contentType,
        // RFC 3428 §7: when it was sent, which may be days ago.
        Date: sentAt.toUTCString(),
      },
    }, ({ bindingId }) => {
      refused.set(one.id, (refused.get(one.id) ?? new Set()).add(bindingId))
      const oldest = refused.size > MOST_REFUSED ? refused.keys().next().value : undefined
      if (oldest !== undefined) refused.delete(oldest)
    })
  }
  const done = async ({ id, tenantId, extensionId }: NewWaiting): Promise<void> => {
    taken.add(id)
    await store.remove(id)
    taken.delete(id)
    refused.delete(id)
    changed(tenantId, extensionId)
  }

  /** All that waits for an extension, the oldest first, as long as its phones take it. */
  const run = async (extensionId: string): Promise<void> => {
    let place = '0'
    let left = false
    for (;;) {
      const batch = await store.after(extensionId, place)
      if (batch.length === 0) break
      for (const one of batch) {
        if (closed) return
        place = one.place
        if (taken.has(one.id)) {
          await done(one)
          continue
        }
        const contacts = contactsFor(extensionId)
        const willing = contacts.filter(({ bindingId }) => refused.get(one.id)?.has(bindingId) !== true)
        const outcome = willing.length > 0 ? await fork(one, willing) : contacts.length > 0 ? 'refused' : 'unreached'
        if (outcome === 'delivered') await done(one)
        else left = true
        // The next ones must not overtake it.
        if (outcome === 'unreached') return
      }
    }
    if (!left && !again.has(extensionId)) waiting.delete(extensionId)
  }
  const next = (extensionId: string): void => {
    if (closed) return
    if (work.has(extensionId)) return void again.add(extensionId)
    const task = run(extensionId).catch((error: unknown) => {
      if (!closed) logger.warn({ err: error, extension: extensionId }, `messages that wait were not delivered, they are tried again when a phone registers: ${messageOf(error)}`)
    })
    occupy(extensionId, task)
  }
  const occupy = (extensionId: string, task: Promise<void>): void => {
    work.set(extensionId, task)
    void task.then(() => {
      work.delete(extensionId)
      if (again.delete(extensionId)) next(extensionId)
    })
  }

  const stop = events.subscribe((event) => {
    if (event.type !== 'registration.changed') return
    const { extensionId } = event.data.registration
    if (waiting.has(extensionId)) next(extensionId)
  })

  return {
    changed,
    async send(one, waits, instance) {
      const { extensionId, tenantId } = one
      const contacts = contactsFor(extensionId, instance)
      const keep = async (): Promise<'waiting'> => {
        // Before the database has it, so that no registration in between is missed.
        waiting.add(extensionId)
        await store.save(one)
        // A look that was on had not seen it.
        waiting.add(extensionId)
        changed(tenantId, extensionId)
        return 'waiting'
      }
      if (!waits) {
        if (contacts.length > 0 && (await within(fork(one, contacts), PATIENCE_MS)) === 'delivered') return 'delivered'
        return 'nobody'
      }
      // What came before goes first.
      if (waiting.has(extensionId)) {
        await keep()
        next(extensionId)
        return 'waiting'
      }
      if (contacts.length === 0) {
        await keep()
        // A phone that came meanwhile found nothing yet.
        if (contactsFor(extensionId).length > 0) next(extensionId)
        return 'waiting'
      }
      const asked = fork(one, contacts)
      const outcome = await within(asked, PATIENCE_MS)
      if (outcome === 'delivered') {
        refused.delete(one.id)
        return 'delivered'
      }
      await keep()
      if (outcome === undefined && !work.has(extensionId)) {
        // Its phones may still say that they have it: nothing is sent until they have spoken.
        occupy(extensionId, asked.then((late) => (late === 'delivered' ? done(one) : undefined)).catch((error: unknown) => logger.warn({ err: error }, `a message that was taken is still kept: ${messageOf(error)}`)))
        again.add(extensionId)
      }
      return 'waiting'
    },
    async close() {
      closed = true
      stop()
      await Promise.all(work.values())
    },
  }
}
