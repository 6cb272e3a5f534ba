import { presentRecording } from '../calls/presenter.ts'
import { Recording } from '../calls/schemas.ts'
import { defineFileRoute, defineRoute, type StreamAnswer } from '../http/define-route.ts'
import { done, idParams, one, pageOf, pagination, Success } from '../http/envelope.ts'
import { given } from '../http/fields.ts'
import type { RecordingSound } from '../../pbx/index.ts'
import { AudioQuery, HoldInput, Peaks, RecordingQuery, RecordingSettings, RecordingSettingsUpdate } from './schemas.ts'

const listRecordings = defineRoute({
  method: 'get',
  path: '/recordings',
  operationId: 'listRecordings',
  summary: 'Recordings, newest first',
  tag: 'Recordings',
  permission: 'recordings.read',
  query: RecordingQuery,
  response: pageOf(Recording),
  async handle({ world, actor, query }) {
    const { from, to, held, ...rest } = query
    const more = { from: from === undefined ? undefined : new Date(from), to: to === undefined ? undefined : new Date(to), held: held === undefined ? undefined : held === 'true' }
    const { rows, total } = await world.pbx.recordings.list(actor, given({ ...rest, ...more }))
    return { data: rows.map(presentRecording), pagination: pagination(total, query) }
  },
})

const getRecording = defineRoute({
  method: 'get',
  path: '/recordings/{id}',
  operationId: 'getRecording',
  summary: 'What is known of a recording',
  tag: 'Recordings',
  permission: 'recordings.read',
  params: idParams,
  response: one(Recording),
  handle: async ({ world, actor, params }) => ({ data: presentRecording(await world.pbx.recordings.get(actor, params.id)) }),
})

const getRecordingAudio = defineFileRoute({
  method: 'get',
  path: '/recordings/{id}/audio',
  operationId: 'getRecordingAudio',
  summary: 'The sound of a recording',
  description: 'Opus in Ogg, stereo: the caller left, the other side right. Range requests are answered. Each listening is audited. A recording that has just ended is answered when it is stored, with 503 when that takes long.',
  tag: 'Recordings',
  permission: 'recordings.read',
  params: idParams,
  query: AudioQuery,
  file: 'audio/ogg',
  async handle({ world, actor, params, query }) {
    const download = query.download === 'true'
    const sound = await world.pbx.recordings.open(actor, params.id, 'ogg', download ? 'download' : 'listen')
    return { ...answerOf(sound, 'ogg'), ranges: true, ...(sound.info.sha256 !== null && { tag: sound.info.sha256 }), attachment: download }
  },
})

const getRecordingWav = defineFileRoute({
  method: 'get',
  path: '/recordings/{id}/audio.wav',
  operationId: 'getRecordingWav',
  summary: 'The sound of a recording as WAV',
  description: 'For programs that know no Opus: 16-bit stereo at the rate of the recording, made while it is sent. Each download is audited.',
  tag: 'Recordings',
  permission: 'recordings.read',
  params: idParams,
  file: 'audio/wav',
  handle: async ({ world, actor, params }) => ({ ...answerOf(await world.pbx.recordings.open(actor, params.id, 'wav', 'download'), 'wav'), ranges: false, attachment: true }),
})

/** The name tells a person what it is: when, who, whom. */
function answerOf(sound: RecordingSound, ending: string): Omit<StreamAnswer, 'ranges'> {
  const { info } = sound
  const when = info.startedAt.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')
  const names = [info.from.number, info.to.number].filter((name) => name !== '')
  return { bytes: sound.bytes, read: (start, end) => sound.read(start, end), close: () => sound.close(), name: `${['recording', when, ...names].join('-')}.${ending}` }
}

const getRecordingPeaks = defineRoute({
  method: 'get',
  path: '/recordings/{id}/peaks',
  operationId: 'getRecordingPeaks',
  summary: 'The waveform of a recording',
  tag: 'Recordings',
  permission: 'recordings.read',
  params: idParams,
  response: one(Peaks),
  handle: async ({ world, actor, params }) => ({ data: await world.pbx.recordings.peaks(actor, params.id) }),
})

const deleteRecording = defineRoute({
  method: 'delete',
  path: '/recordings/{id}',
  operationId: 'deleteRecording',
  summary: 'Delete the sound of a recording',
  description: 'The file is removed; a row that says who did it stays. Refused under legal hold.',
  tag: 'Recordings',
  permission: 'recordings.delete',
  params: idParams,
  response: Success,
  async handle({ world, actor, params }) {
    await world.pbx.recordings.remove(actor, params.id)
    return done
  },
})

const holdRecording = defineRoute({
  method: 'put',
  path: '/recordings/{id}/hold',
  operationId: 'holdRecording',
  summary: 'Put a recording under legal hold',
  description: 'It is kept until the hold is lifted: neither people nor time delete it.',
  tag: 'Recordings',
  permission: 'recordings.write',
  params: idParams,
  body: HoldInput,
  response: one(Recording),
  handle: async ({ world, actor, params, body }) => ({ data: presentRecording(await world.pbx.recordings.hold(actor, params.id, body.reason)) }),
})

const releaseRecording = defineRoute({
  method: 'delete',
  path: '/recordings/{id}/hold',
  operationId: 'releaseRecording',
  summary: 'Lift the legal hold of a recording',
  tag: 'Recordings',
  permission: 'recordings.write',
  params: idParams,
  response: one(Recording),
  handle: async ({ world, actor, params }) => ({ data: presentRecording(await world.pbx.recordings.release(actor, params.id)) }),
})

const getRecordingSettings = defineRoute({
  method: 'get',
  path: '/recording-settings',
  operationId: 'getRecordingSettings',
  summary: 'How long recordings are kept, and what people hear of being recorded',
  tag: 'Recordings',
  permission: 'recordings.read',
  response: one(RecordingSettings),
  handle: async ({ world, actor }) => ({ data: world.pbx.recordings.settings(actor) }),
})

const updateRecordingSettings = defineRoute({
  method: 'patch',
  path: '/recording-settings',
  operationId: 'updateRecordingSettings',
  summary: 'Change how long recordings are kept, and what people hear of being recorded',
  tag: 'Recordings',
  permission: 'recordings.write',
  body: RecordingSettingsUpdate,
  response: one(RecordingSettings),
  handle: async ({ world, actor, body }) => ({ data: await world.pbx.recordings.configure(actor, given(body)) }),
})

export const recordingRoutes = [
  listRecordings, getRecording, getRecordingAudio, getRecordingWav, getRecordingPeaks, deleteRecording, holdRecording, releaseRecording,
  getRecordingSettings, updateRecordingSettings,
]
