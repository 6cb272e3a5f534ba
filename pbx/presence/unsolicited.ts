/** Waiting messages for phones that do not subscribe to them: NOTIFY outside of a subscription, which many phones take. */
import { messageOf } from '../../config/errors.ts'
import type { Logger } from '../../config/logger.ts'
import type { Directory } from '../directory/types.ts'
import type { MessageCounts } from '../door.ts'
import type { Events } from '../events/events.ts'
import type { Contact, HeldBinding, Registrar } from '../registrar/types.ts'
import type { SipServer } from '../sip/types.ts'
import { TYPES } from './documents.ts'
import { summaryOf } from './summary.ts'

/** NOTIFYs without an answer at once: a house full of phones that come back together is told bit by bit. */
const MOST_AT_ONCE = 50
/** These say nothing of whether the phone takes such a NOTIFY: it was not reached, or not able to just then. Every other refusal does. */
const PASSING: ReadonlySet<number> = new Set([408, 480, 491, 500, 503, 504])
const NONE: MessageCounts = { unheard: 0, unheardUrgent: 0, heard: 0, heardUrgent: 0 }

export interface Unsolicited {
  close(): void
}

/** What the phone of one binding was told. */
interface Told {
  readonly tenantId: string
  /** Whoever sits at a shared phone is another one each time; what the phone was told stays lit until it is told otherwise. */
  extensionId: string
  /** A phone that registers with another Call-ID has started again (RFC 3261 §10.2.4): its lamp is dark, and it may be another one. */
  callId: string
  /** What it has heard last. */
  document: string | undefined
  /** It does not take what it has not asked for. */
  refuses: boolean
  asking: boolean
}

/**
 * Tells each registered contact of an extension with a mailbox how many messages there are: when it registers, when its phone
 * starts again, and when their number changes. A phone that subscribes is told by its subscription alone.
 */
export function createUnsolicited(options: {
  directory: Pick<Directory, 'snapshot' | 'onChange'>; events: Pick<Events, 'subscribe'>; sip: Pick<SipServer, 'request' | 'connected'>; logger: Logger
  registrar: Pick<Registrar, 'bindingsOf' | 'contactsOf' | 'extensions'>
  messages: { of(mailboxId: string): MessageCounts; unsolicited(mailboxId: string): boolean }
  /** Whether this device subscribes to its messages from this address. */
  subscribes: (extensionId: string, deviceId: string, address: string) => boolean
}): Unsolicited {
  const { directory, events, sip, registrar, messages, subscribes } = options
  const logger = options.logger.child({ room: 'presence' })
  /** By binding. One of an extension without a mailbox has no entry. */
  const known = new Map<string, Told>()
  const due = new Set<string>()
  let asking = 0
  let closed = false

  const isWanted = (extensionId: string): boolean => directory.snapshot().extension(extensionId)?.voicemail === true && messages.unsolicited(extensionId)
  const documentFor = (extensionId: string): string | undefined => {
    const snapshot = directory.snapshot()
    const extension = snapshot.extension(extensionId)
    // A lamp that was lit must not stay so when there is nothing to listen to any more.
    return extension && summaryOf(snapshot, extension, undefined, (id) => (isWanted(id) ? messages.of(id) : NONE))
  }
  const look = (tenantId: string, extensionId: string, { id, callId, deviceId, source }: HeldBinding): void => {
    let told = known.get(id)
    if (!told) {
      if (!isWanted(extensionId)) return
      known.set(id, (told = { tenantId, extensionId, callId, document: undefined, refuses: false, asking: false }))
    }
    told.extensionId = extensionId
    if (told.callId !== callId) Object.assign(told, { callId, document: undefined, refuses: false })
    if (told.refuses || told.document === documentFor(extensionId)) return
    // It was told otherwise, and when it subscribes no more it is told anew.
    if (subscribes(extensionId, deviceId, source.address)) told.document = undefined
    else due.add(id)
  }
  const lookAtAll = (tenantId: string, extensionId: string): void => {
    for (const binding of registrar.bindingsOf(extensionId)) look(tenantId, extensionId, binding)
    tellDue()
  }
  const tellDue = (): void => {
    for (const id of due) {
      if (asking >= MOST_AT_ONCE || closed || !sip.connected) return
      due.delete(id)
      const told = known.get(id)
      // While it is being told it is looked at again afterwards.
      if (!told || told.asking) continue
      const contact = registrar.contactsOf(told.extensionId).find(({ bindingId }) => bindingId === id)
      const document = documentFor(told.extensionId)
      if (contact && contact.reachable !== 'no' && document !== undefined) tell(id, told, contact, document)
    }
  }
  const tell = (id: string, told: Told, contact: Contact, document: string): void => {
    const snapshot = directory.snapshot()
    const { callId } = told
    asking += 1
    told.asking = true
    const over = (): void => {
      asking -= 1
      told.asking = false
      if (closed) return
      const binding = known.get(id) === told ? [...registrar.bindingsOf(told.extensionId)].find((one) => one.id === id) : undefined
      // What failed is tried again when the phone registers next, or there is news.
      if (binding && (told.document === document || told.callId !== callId || documentFor(told.extensionId) !== document)) look(told.tenantId, told.extensionId, binding)
      if (!isWanted(told.extensionId) && told.document === document) known.delete(id)
      tellDue()
    }
    const who = `<sip:${snapshot.extension(told.extensionId)?.number ?? ''}@${snapshot.tenant(told.tenantId)?.domains[0] ?? 'localhost'}>`
    sip.request({
      method: 'NOTIFY', uri: contact.uri, nextHop: contact.nextHop, ...(contact.route.length > 0 && { route: contact.route }), body: document,
      headers: { From: who, To: who, Event: 'message-summary', 'Subscription-State': 'terminated', 'Content-Type': TYPES['message-summary'] },
    }).then(({ status }) => {
      if (told.callId === callId) {
        if (status < 300) told.document = document
        else if (!PASSING.has(status)) {
          told.refuses = true
          logger.debug({ binding: id, userAgent: contact.userAgent, status }, 'the phone takes no NOTIFY that it did not ask for, and gets none while it stays registered')
        }
      }
      over()
    }, (error: unknown) => {
      logger.debug({ binding: id }, `waiting messages could not be told: ${messageOf(error)}`)
      over()
    })
  }

  const stops = [
    events.subscribe((event) => {
      switch (event.type) {
        case 'registration.changed': {
          const { id, tenantId, extensionId } = event.data.registration
          // The rest of a REGISTER costs nothing here: most extensions are without a mailbox, and most phones were told.
          if (!known.has(id) && !isWanted(extensionId)) return
          for (const binding of registrar.bindingsOf(extensionId)) if (binding.id === id) look(tenantId, extensionId, binding)
          return tellDue()
        }
        case 'registration.removed':
          return void (event.data.why === 'moved' || known.delete(event.data.registration.id))
        case 'voicemail.changed':
          return lookAtAll(event.tenantId, event.data.extensionId)
      }
    }),
    directory.onChange((tenantId) => {
      const snapshot = directory.snapshot()
      for (const extensionId of registrar.extensions()) if (snapshot.extension(extensionId)?.tenantId === tenantId) lookAtAll(tenantId, extensionId)
    }),
  ]
  return {
    close() {
      closed = true
      for (const stop of stops) stop()
    },
  }
}
