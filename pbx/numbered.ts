import { Refusal, wrongField } from '../config/errors.ts'
import type { Directory, DirectorySnapshot } from './directory/types.ts'
import type { Kept } from './door.ts'
import { numbersIn } from './emergency/countries.ts'
import { forwardedTo } from './routing/handling.ts'
import { helpBehindPrefix } from './routing/help.ts'
import { isSlot } from './routing/slots.ts'

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
      refuseHelp(directory, actor.tenantId, input.number)
      check?.(actor.tenantId, undefined, input)
      return kept.create(actor, input)
    },
    async update(actor, id, input, version) {
      const before = find(id)
      if (before?.tenantId === actor.tenantId) {
        if (input.number !== undefined && input.number !== before.number) {
          refuseHelp(directory, actor.tenantId, input.number)
          refuseUsed(directory, actor.tenantId, before.number)
        }
        check?.(actor.tenantId, before, input)
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

/** Why nobody inside may have a number: it calls the emergency services; undefined: somebody may. */
export function whyHelp(snapshot: DirectorySnapshot, tenantId: string, number: string): string | undefined {
  const help = helpBehindPrefix(snapshot, tenantId, number)
  return help === undefined ? undefined : `${number} calls the emergency services${help === number ? '' : ` (${help}, with the digits for an outside line)`}, from every phone and before every other rule. Choose another number.`
}

/** @throws Refusal `conflict` where a number inside is one of the emergency services of a country that a site or trunk is about to bring */
export function refuseCountry(directory: Directory, tenantId: string, country: string): void {
  const snapshot = directory.snapshot()
  const lots = snapshot.parkLotsOf(tenantId)
  for (const number of numbersIn(country)) {
    const has = snapshot.extensionByNumber(tenantId, number) ?? snapshot.ringGroupByNumber(tenantId, number) ?? snapshot.scheduleByNumber(tenantId, number) ?? snapshot.attendantByNumber(tenantId, number)
      ?? snapshot.conferenceByNumber(tenantId, number) ?? snapshot.pagingGroupByNumber(tenantId, number) ?? snapshot.applicationByNumber(tenantId, number) ?? lots.find((lot) => lot.number === number || isSlot(lot, number))
    if (has) throw wrongField('country', `${number} calls the emergency services in ${country}, and it is the number of ${has.name} here. Give that another number first.`)
  }
}

/** @throws Refusal `unprocessable` for a number of the emergency services where the tenant has phones */
export function refuseHelp(directory: Directory, tenantId: string, number: string): void {
  const why = whyHelp(directory.snapshot(), tenantId, number)
  if (why !== undefined) throw wrongField('number', why)
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
