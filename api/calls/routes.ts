import { defineFileRoute, defineRoute } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, slice, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import { presentCall, presentPastCall, presentRecording, presentTrace } from './presenter.ts'
import { Call, CallDetail, CallQuery, LiveCallQuery, RecordAction, Recording, SupervisionOrder, Trace } from './schemas.ts'

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
    const { from, to, ...rest } = query
    const range = { from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to) }
    const { rows, total } = await world.pbx.calls.history(actor, given({ ...rest, ...range }))
    return { data: rows.map(presentPastCall), pagination: pagination(total, query) }
  },
})

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

const superviseCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/supervision',
  operationId: 'superviseCall',
  summary: 'Let an extension listen to an answered call',
  description: 'Its phones are rung; whoever answers hears both sides, and is heard by none until it presses 5 (one side hears it) or 6 (both do). Audited, and written into the history of the call.',
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

export const callRoutes = [listLiveCalls, listCalls, getCall, getCallTrace, getCallCapture, hangUpCall, superviseCall, recordCall]
