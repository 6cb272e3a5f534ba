/** Zendesk: users are searched by number and a call becomes a ticket with an internal note (Support API v2), which every plan and token has. */
import type { Guard } from '../../config/outbound/guard.ts'
import { readNumber, waysToWrite } from '../../pbx/index.ts'
import { linesOf, titleOf } from './call-note.ts'
import { createClient, CrmProblem, type Crm, type Entry } from './crm.ts'
import { idOf } from './hubspot.ts'

interface User {
  id: number
  role: string
  phone: string | null
  suspended?: boolean
}

export function createZendesk({ guard, address, email, token }: { guard: Guard; address: string; email: string | null; token: string }): Crm {
  const credentials = email === null ? `Bearer ${token}` : `Basic ${Buffer.from(`${email}/token:${token}`).toString('base64')}`
  const client = createClient({
    guard, address, secret: token, headers: { Authorization: credentials },
    words: {
      name: 'Zendesk', refused: email === null ? 'Its OAuth token is not valid, or not any more. For an API token, name whose it is.' : 'Its API token is not that of this address, is not valid any more, or API tokens are not allowed: see Apps and integrations, APIs, in its Admin Center.',
      forbidden: 'Whoever the token is of must be an agent who may see users and make tickets.',
      said: ({ error, description, details }) => [typeof error === 'string' ? error : (error as { message?: string } | undefined)?.message, description, details && JSON.stringify(details)].filter((part) => typeof part === 'string' && part !== '').join(', ') || undefined,
    },
  })

  /** The person with this number, the same in E.164; of several the one who was changed last. */
  const userOf = async ({ e164, country }: Entry): Promise<string | undefined> => {
    if (e164 === null) return undefined
    // It compares texts: each way in which the number may have been written.
    for (const written of waysToWrite(e164).written) {
      const query = new URLSearchParams({ query: `role:end-user phone:"${written}"`, sort_by: 'updated_at', sort_order: 'desc' })
      const { users } = (await client.ask('GET', `/api/v2/users/search.json?${query}`)) as { users?: User[] }
      const found = users?.find(({ phone, suspended }) => suspended !== true && readNumber(phone ?? '', country)?.e164 === e164)
      if (found) return idOf(found.id)
    }
    return undefined
  }

  const makeUser = async ({ note: { name }, e164 }: Entry): Promise<string> => {
    // Under an id of ours, so that it is one person however often it is tried.
    const { user } = (await client.ask('POST', '/api/v2/users/create_or_update.json', { user: { name: name === null || name === '' ? e164 : name, phone: e164, role: 'end-user', external_id: `dialplane:${e164}` } })) as { user?: User }
    return idOf(user?.id)
  }

  return {
    async account() {
      return { name: new URL(address).hostname, recordBase: new URL('/agent/tickets/', address).href }
    },
    async check() {
      const { user } = (await client.ask('GET', '/api/v2/users/me.json')) as { user?: User }
      // Without credentials that it knows it answers as to anybody.
      if (!user?.id) throw new CrmProblem('Zendesk does not know whose token this is. Name whose API token it is, or make another.', { status: 401, credentials: true })
      if (user.role === 'end-user') throw new CrmProblem('The token is that of a customer. Whoever the token is of must be an agent who may see users and make tickets.', { status: 403, credentials: true })
    },
    async log(entry) {
      const { note, recordBase, again } = entry
      const logged = (recordId: string) => ({ kind: 'logged' as const, recordId, recordUrl: `${recordBase}${recordId}` })
      if (again) {
        const { tickets } = (await client.ask('GET', `/api/v2/tickets.json?${new URLSearchParams({ external_id: note.callId })}`)) as { tickets?: { id: number }[] }
        if (tickets?.[0]) return logged(idOf(tickets[0].id))
      }
      let [requester] = entry.contactIds
      let made = false
      requester ??= await userOf(entry)
      if (requester === undefined) {
        if (entry.e164 === null) return { kind: 'left', why: `${note.number} is no number that a person could have.` }
        if (entry.unknown === 'leave') return { kind: 'left', why: `Nobody in Zendesk has the number ${entry.e164}.` }
        requester = await makeUser(entry)
        made = true
      }
      await entry.remember([requester], made)
      const body = linesOf(note, entry.link).join('\n')
      // Two requests with one key are one ticket, for some hours.
      const { ticket } = (await client.ask('POST', '/api/v2/tickets.json', { ticket: { subject: titleOf(note).slice(0, 250), comment: { body, public: false }, requester_id: Number(requester), external_id: note.callId, tags: ['dialplane', 'phone_call', `phone_${note.direction}`] } }, { 'Idempotency-Key': note.callId })) as { ticket?: { id: number } }
      return logged(idOf(ticket?.id))
    },
  }
}
