/** What programs do with a call that goes on: send a side on, hold it, play to it, press keys. */
import { defineRoute } from '../http/define-route.ts'
import { done, idParams, one, Success } from '../http/envelope.ts'
import { presentCall } from './presenter.ts'
import { Call, DigitsOrder, HoldOrder, PlayOrder, TransferOrder } from './schemas.ts'

const transferCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/transfer',
  operationId: 'transferCall',
  summary: 'Send one side of an answered call on to a number',
  description:
    'As if the phone of the other side had transferred it: the rights of that extension count, it is let go when the number answers, and where nobody answers the two talk again. A caller who talks to the house alone, such as an attendant or a mailbox, goes on as the house would send it. 409 says what speaks against it; what comes of it is told by the events of calls with the same rootId.',
  tag: 'Calls',
  permission: 'calls.control',
  params: idParams,
  body: TransferOrder,
  status: 202,
  response: one(Call),
  handle: async ({ world, actor, params, body }) => ({ data: presentCall(await world.pbx.calls.transfer(actor, params.id, body)) }),
})

const holdCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/hold',
  operationId: 'holdCall',
  summary: 'Hold an answered call for one side, or take it back',
  tag: 'Calls',
  permission: 'calls.control',
  params: idParams,
  body: HoldOrder,
  response: one(Call),
  handle: async ({ world, actor, params, body }) => ({ data: presentCall(await world.pbx.calls.hold(actor, params.id, body)) }),
})

const playToCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/playback',
  operationId: 'playToCall',
  summary: 'Play a text or a prompt to one side of an answered call, or both',
  description: 'Answered as soon as it has begun. It takes the place of what was played before.',
  tag: 'Calls',
  permission: 'calls.control',
  params: idParams,
  body: PlayOrder,
  status: 202,
  response: Success,
  async handle({ world, actor, params, body: { side, text, prompt, repeat } }) {
    await world.pbx.calls.play(actor, params.id, { side, repeat, source: text === undefined ? { prompt: prompt ?? '' } : { text } })
    return done
  },
})

const stopPlayingToCall = defineRoute({
  method: 'delete',
  path: '/calls/{id}/playback',
  operationId: 'stopPlayingToCall',
  summary: 'End what is played to a call',
  tag: 'Calls',
  permission: 'calls.control',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.calls.stopPlaying(actor, params.id)
    return done
  },
})

const sendDigitsToCall = defineRoute({
  method: 'post',
  path: '/calls/{id}/digits',
  operationId: 'sendDigitsToCall',
  summary: 'Send digits to one side of an answered call',
  tag: 'Calls',
  permission: 'calls.control',
  params: idParams,
  body: DigitsOrder,
  status: 202,
  response: Success,
  async handle({ world, actor, params, body }) {
    await world.pbx.calls.sendDigits(actor, params.id, body)
    return done
  },
})

export const steeringRoutes = [transferCall, holdCall, playToCall, stopPlayingToCall, sendDigitsToCall]
