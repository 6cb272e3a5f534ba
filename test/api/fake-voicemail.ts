/** Mailboxes of the door of the PBX, kept in memory: one with one message in a tenant. */
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Actor } from '../../config/actor.ts'
import { Refusal } from '../../config/errors.ts'
import type { Mailbox, Pbx, VoiceMessage } from '../../pbx/index.ts'

export interface FakeVoicemail {
  door: Pbx['voicemail']
  addMailbox(tenantId: string): Mailbox
  addMessage(tenantId: string): VoiceMessage
}

export function createFakeVoicemail(actors: Actor[], checkVersion: (row: { version: number }, version: number | undefined) => void): FakeVoicemail {
  const boxes = new Map<string, { tenantId: string; box: Mailbox }>()
  const messages = new Map<string, { tenantId: string; message: VoiceMessage }>()
  const sound = Buffer.from('OggSdata')
  const boxOf = (actor: Actor, id: string): Mailbox => {
    actors.push(actor)
    const found = boxes.get(id)
    if (found?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There is no such mailbox.')
    return found.box
  }
  const messageOf = (actor: Actor, id: string): VoiceMessage => {
    actors.push(actor)
    const found = messages.get(id)
    if (found?.tenantId !== actor.tenantId) throw new Refusal('not-found', 'There is no such message.')
    return found.message
  }
  const fake: FakeVoicemail = {
    addMailbox(tenantId) {
      const box: Mailbox = {
        id: randomUUID(), number: '100', name: 'Ada', enabled: true, hasPin: false, askOwnPhone: true, operator: null, maxMessages: 100, maxSeconds: 180, keepDays: null, mwiUnsolicited: true,
        mailTo: [], mailAttach: true, mailThen: 'keep',
        greetings: { busy: 2.5 }, unheard: 1, unheardUrgent: 0, heard: 0, heardUrgent: 0, version: 1,
      }
      boxes.set(box.id, { tenantId, box })
      return box
    },
    addMessage(tenantId) {
      const { id: mailboxId } = fake.addMailbox(tenantId)
      const message: VoiceMessage = {
        id: randomUUID(), mailboxId, to: { number: '100', name: 'Ada' }, from: { number: '200', name: null }, callId: null, leftAt: new Date('2026-11-20T10:00:00Z'), seconds: 3,
        urgent: false, heardAt: null, forwardedBy: null, mailedAt: null,
      }
      messages.set(message.id, { tenantId, message })
      return message
    },
    door: {
      async boxes(actor) {
        actors.push(actor)
        return [...boxes.values()].filter(({ tenantId }) => tenantId === actor.tenantId).map(({ box }) => box)
      },
      box: async (actor, id) => boxOf(actor, id),
      async update(actor, id, input, version) {
        const box = boxOf(actor, id)
        checkVersion(box, version)
        return Object.assign(box, input, { version: box.version + 1 })
      },
      setPin: async (actor, id, pin) => Object.assign(boxOf(actor, id), { hasPin: pin !== null }),
      async greeting(actor, id) {
        boxOf(actor, id)
        return fileURLToPath(import.meta.url)
      },
      setGreeting: async (actor, id) => boxOf(actor, id),
      async messages(actor) {
        actors.push(actor)
        const rows = [...messages.values()].filter(({ tenantId }) => tenantId === actor.tenantId).map(({ message }) => message)
        return { rows, total: rows.length }
      },
      message: async (actor, id) => messageOf(actor, id),
      async open(actor, id) {
        const message = messageOf(actor, id)
        return { message, bytes: sound.length, sha256: '00', async *read(start, end) { yield sound.subarray(start, end) }, close: async () => undefined }
      },
      mark: async (actor, id, { heard, urgent }) => Object.assign(messageOf(actor, id), { heardAt: heard === true ? new Date() : null, ...(urgent === undefined ? {} : { urgent }) }),
      async forward(actor, id) {
        messageOf(actor, id)
      },
      async remove(actor, id) {
        messageOf(actor, id)
        messages.delete(id)
      },
    },
  }
  return fake
}
