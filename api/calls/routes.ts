import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, slice, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { ownCallRoutes } from './own-routes.ts'
import { callsAsCsv } from './csv.ts'
import { steeringRoutes } from './steering-routes.ts'
import { presentCall, presentPastCall, presentRecording, presentTrace } from './presenter.ts'
import { Call, CallDetail, CallExportQuery, ClickToDial, CallQuery, LiveCallQuery, RecordAction, Recording, SupervisionOrder, Trace } from './schemas.ts'

const listLiveCalls = defineRoute({
  method: 'get',
  path: '/calls/live',
  operationId: 'listLiveCalls',
  summary: 'Calls going on now, oldest first',
  tag: 'Calls',
  permission: 'calls.read',
  query: LiveCallQuery,
  response: pageOf(Call),
  async handle({ world, actor, query }) {
    const calls = world.pbx.calls.live(actor).toSorted((a, b) => a.startedAt - b.startedAt)
    return slice(calls.map(presentCall), query)
  },
})

const listCalls = defineRoute({
  method: 'get',
  path: '/calls',
  operationId: 'listCalls',
  summary: 'Call history',
  tag: 'Calls',
  permission: 'calls.read',
  query: CallQuery,
  response: pageOf(CallDetail),
  async handle({ world, actor, query }) {
    const { rows, total, more } = await world.pbx.calls.history(actor, given(withDates(query)))
    return { data: rows.map(presentPastCall), pagination: { ...pagination(total, query), ...(more && { more }) } }
  },
})

const exportCalls = defineFileRoute({
  method: 'get',
  path: '/calls/export.csv',
  operationId: 'exportCalls',
  summary: 'The call history as CSV, newest first',
  description: 'All calls that match, however many, sent as they are read. Times are UTC; ring and talk times are whole seconds. Each export is audited.',
  tag: 'Calls',
  permission: 'calls.read',
  query: CallExportQuery,
  file: 'text/csv; charset=utf-8',
  handle: async ({ world, actor, query }) => {
    const batches = world.pbx.calls.export(actor, given(withDates(query)))
    const name = `calls-${new Date().toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')}.csv`
    // The first is read before the answer begins, so that a refusal can still be told.
    const first = await batches.next()
    return { bytes: undefined, ranges: false, attachment: true, name, read: () => callsAsCsv(first, batches), close: async () => void (await batches.return(undefined)) }
  },
})

function withDates<T extends { from?: string | undefined; to?: string | undefined }>({ from, to, ...rest }: T): Omit<T, 'from' | 'to'> & { from: Date | undefined; to: Date | undefined } {
  return { ...rest, from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) }
}

const getCall = defineRoute({
  method: 'get',
  path: '/calls/{id}',
  operationId: 'getCall',
  summary: 'A live or past call',
  tag: 'Calls',
  permission: 'calls.read',
  params: idParams,
  response: one(CallDetail),
  handle: async ({ world, actor, params }) => ({ data: presentPastCall(await world.pbx.calls.get(actor, params.id)) }),
})

const getCallTrace = defineRoute({
  method: 'get',
  path: '/calls/{id}/trace',
  operationId: 'getCallTrace',
  summary: 'The SIP messages of a call, both legs',
  description: 'Credentials and SRTP keys are masked.',
  tag: 'Calls',
  permission: 'calls.trace',
  params: idParams,
  response: one(Trace),
  handle: async ({ world, actor, params }) => ({ data: presentTrace(await world.pbx.calls.trace(actor, params.id)) }),
})

const getCallCapture = defineFileRoute({
  method: 'get',
  path: '/calls/{id}/trace.pcap',
  operationId: 'getCallCapture',
  summary: 'The SIP messages of a call for Wireshark',
  description: 'Each message is one UDP datagram with its true addresses, ports and time. Credentials and SRTP keys are masked.',
  tag: 'Calls',
  permission: 'calls.trace',
  params: idParams,
  file: 'application/vnd.tcpdump.pcap',
  handle: async ({ world, actor, params }) => ({ bytes: await world.pbx.calls.capture(actor, params.id), name: `call-${params.id}.pcap` }),
})

const hangUpCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/hang-up',
  operationId: 'hangUpCall',
  summary: 'End a call',
  tag: 'Calls',
  permission: 'calls.control',
  params: idParams,
  status: 202,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.calls.hangUp(actor, params.id)
    return done
  },
})

const dialCall = defineRoute({
  method: 'post',
  path: '/calls',
  operationId: 'dialCall',
  summary: 'Click to dial: ring a phone of an extension, and call the number once it is answered',
  description: 'What speaks against the call is said before anything rings: 422 for a number that may not be called, 409 when no phone can be rung. A second click within seconds is the first again. What comes of it has the id of this call as its rootId.',
  tag: 'Calls',
  permission: 'calls.dial',
  body: ClickToDial,
  status: 202,
  response: one(Call),
  handle: async ({ world, actor, body }) => ({ data: presentCall(await world.pbx.calls.dial(actor, given(body))) }),
})

const superviseCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/supervision',
  operationId: 'superviseCall',
  summary: 'Let an extension listen to an answered call',
  description: 'Its phones are rung; whoever answers hears both sides, and is heard by none until it presses 1 (that side hears it), 2 (the other side does) or 3 (both do); 0 goes back. Audited, and written into the history of the call.',
  tag: 'Calls',
  permission: 'calls.listen',
  params: idParams,
  body: SupervisionOrder,
  status: 202,
  response: one(Call),
  handle: async ({ world, actor, params, body }) => ({ data: presentCall(await world.pbx.calls.supervise(actor, params.id, body)) }),
})

const recordCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/recording',
  operationId: 'recordCall',
  summary: 'Start, pause, resume or stop the recording of an answered call',
  tag: 'Calls',
  permission: 'calls.record',
  params: idParams,
  body: RecordAction,
  response: one(Recording),
  handle: async ({ world, actor, params, body }) => ({
    data: presentRecording(await world.pbx.calls.record(actor, params.id, body.action)),
  }),
})

export const callRoutes = [listLiveCalls, listCalls, exportCalls, getCall, getCallTrace, getCallCapture, hangUpCall, dialCall, superviseCall, recordCall, ...steeringRoutes, ...ownCallRoutes]
