import { Refusal } from '../config/errors.ts'
import type { Directory } from './directory/types.ts'
import type { Kept } from './door.ts'
import { forwardedTo } from './routing/handling.ts'

interface NumberedGuard<Before, Input> {
  directory: Directory
  /** As it is now, from the snapshot. */
  find: (id: string) => Before | undefined
  /** @throws Refusal `unprocessable` for what would lead calls nowhere */
  check?: (tenantId: string, before: Before | undefined, input: Partial<Input>) => void
}

/** A kind that calls can be sent to by its number: nothing is saved that fails the check, and no number goes that others still send calls to. */
export function guardNumbered<Shown, Input extends { number: string }, Before extends { tenantId: string; number: string }>(kept: Kept<Shown, Input>, { directory, find, check }: NumberedGuard<Before, Input>): Kept<Shown, Input> {
  return {
    list: (actor) => kept.list(actor),
    get: (actor, id) => kept.get(actor, id),
    async create(actor, input) {
      check?.(actor.tenantId, undefined, input)
      return kept.create(actor, input)
    },
    async update(actor, id, input, version) {
      const before = find(id)
      if (before?.tenantId === actor.tenantId) {
        check?.(actor.tenantId, before, input)
        if (input.number !== undefined && input.number !== before.number) refuseUsed(directory, actor.tenantId, before.number)
      }
      return kept.update(actor, id, input, version)
    },
    async remove(actor, id) {
      const before = find(id)
      if (before?.tenantId === actor.tenantId) refuseUsed(directory, actor.tenantId, before.number)
      return kept.remove(actor, id)
    },
  }
}

/** @throws Refusal `conflict` when calls of others are sent on to this number */
export function refuseUsed(directory: Directory, tenantId: string, number: string): void {
  refuseUsers(number, forwardedTo(directory.snapshot(), tenantId, number))
}

/** @throws Refusal `conflict` when there are such users of a number or code */
export function refuseUsers(number: string, users: readonly { number: string; name: string }[]): void {
  if (users.length === 0) return
  const names = users.slice(0, 5).map((each) => `${each.number} (${each.name})`).join(', ')
  const more = users.length > 5 ? ` and ${users.length - 5} more` : ''
  throw new Refusal('conflict', `Calls of ${names}${more} are forwarded to ${number}. Change that first.`)
}
