import { defineRoute } from '../http/define-route.ts'
import { done, idParams, pageOf, slice, Success } from '../http/envelope.ts'
import type { RegistrationView } from '../../pbx/index.ts'
import { presentRegistration } from './presenter.ts'
import { Registration, RegistrationQuery } from './schemas.ts'

/** What a search looks into. */
function words(row: RegistrationView): string {
  return [row.extensionNumber, row.extensionName, row.deviceName, row.contact, row.received, row.userAgent ?? '', row.instance ?? '', ...row.path].join('\n').toLowerCase()
}

const comparisons = {
  extension_number: (a: RegistrationView, b: RegistrationView) =>
    a.extensionNumber.localeCompare(b.extensionNumber, 'en', { numeric: true }) || a.registeredAt - b.registeredAt,
  registered_at: (a: RegistrationView, b: RegistrationView) => a.registeredAt - b.registeredAt,
  expires_at: (a: RegistrationView, b: RegistrationView) => a.expiresAt - b.expiresAt,
}

const listRegistrations = defineRoute({
  method: 'get',
  path: '/registrations',
  operationId: 'listRegistrations',
  summary: 'Phones that can be reached now',
  tag: 'Registrations',
  permission: 'registrations.read',
  query: RegistrationQuery,
  response: pageOf(Registration),
  async handle({ world, actor, query }) {
    const wanted = query.search?.toLowerCase()
    const rows = world.pbx.registrations
      .list(actor)
      .filter((row) => query.extensionId === undefined || row.extensionId === query.extensionId)
      .filter((row) => wanted === undefined || words(row).includes(wanted))
      .toSorted(comparisons[query.sort])
    if (query.order === 'desc') rows.reverse()
    return slice(rows.map(presentRegistration), query)
  },
})

const deleteRegistration = defineRoute({
  method: 'delete',
  path: '/registrations/{id}',
  operationId: 'deleteRegistration',
  summary: 'Forget one registration',
  description: 'The phone may register again.',
  tag: 'Registrations',
  permission: 'registrations.write',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.registrations.remove(actor, params.id)
    return done
  },
})

export const registrationRoutes = [listRegistrations, deleteRegistration]
