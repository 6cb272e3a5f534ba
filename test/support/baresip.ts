/**
 * baresip without a sound card: sends a tone, writes down what it heard, is told what to do over
 * its control port (JSON in netstrings).
 */
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Line } from './desk.ts'
import type { Place } from './phone.ts'
import { Journal } from './phone/journal.ts'
import { freePort } from './ports.ts'
import { readWav, type Wav } from './wav.ts'

const MODULES = '/usr/lib/baresip/modules'

export interface BaresipOptions {
  server: Place
  line: Pick<Line, 'user' | 'password'>
  transport: 'udp' | 'tcp' | 'tls'
  /** PEM of the authority that it trusts, for tls. */
  trusts?: string
  /** Hz of the tone it sends. */
  tone: number
  /** Answers by itself. */
  answers: boolean
  /** The only encoding it has; PCMU when absent. */
  codec?: BaresipCodec
  /** How it encrypts, by baresip's own names: SDES if the other side can, SDES always, DTLS-SRTP. */
  encryption?: 'srtp' | 'srtp-mand' | 'dtls_srtp'
  /** Looks for its way by ICE. */
  ice?: boolean
  /** Publishes its presence. */
  publishes?: boolean
  /** Whom it writes to. */
  contact?: string
  /** Registers a flow to each of these places (RFC 5626), instead of once to the server. */
  flows?: readonly string[]
}

export type BaresipCodec = 'PCMU' | 'PCMA' | 'G722' | 'opus'

/** How baresip names them. */
const CODECS: Readonly<Record<BaresipCodec, string>> = { PCMU: 'PCMU/8000/1', PCMA: 'PCMA/8000/1', G722: 'G722/16000/1', opus: 'opus/48000/2' }

/** An event of baresip, e.g. `REGISTER_OK`, `CALL_ESTABLISHED`, `CALL_CLOSED`. */
export interface BaresipEvent {
  type: string
  param: string
}

export interface Baresip {
  readonly events: Journal<BaresipEvent>
  /** Its log. */
  readonly said: Journal<string>
  /** Waits for an event of this type. */
  event(type: string, ms?: number): Promise<BaresipEvent>
  dial(number: string): Promise<void>
  hangUp(): Promise<void>
  /** Publishes that it is there, or not. */
  show(online: boolean): Promise<void>
  /** Sends a text to its contact. */
  write(text: string): Promise<void>
  /** Ends baresip and returns what it heard: its newest recording. */
  stop(): Promise<Wav | undefined>
}

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-baresip-'))
  const [sip, control, rtp] = [await freePort(2), await freePort(), await freePort(20)]
  await mkdir(join(folder, 'heard'))
  if (options.trusts !== undefined) await writeFile(join(folder, 'ca.pem'), options.trusts)
  await writeFile(join(folder, 'config'), config(folder, options, { sip, control, rtp }))
  const { server, line } = options
  const account = `<sip:${line.user}@${server.host}:${server.port};transport=${options.transport}>;auth_pass=${line.password};regint=60;answermode=${options.answers ? 'auto' : 'manual'};audio_codecs=${CODECS[options.codec ?? 'PCMU']}${options.encryption === undefined ? '' : `;mediaenc=${options.encryption}`}${options.ice === true ? ';medianat=ice' : ''}${options.publishes === true ? ';pubint=60' : ''}${flowsOf(options)}`
  await writeFile(join(folder, 'accounts'), `${account}\n`)
  await writeFile(join(folder, 'contacts'), options.contact === undefined ? '' : `"Contact" <sip:${options.contact}@${server.host}:${server.port};transport=${options.transport}>\n`)
  if (options.flows) await writeFile(join(folder, 'uuid'), randomUUID())
  const child = spawn('baresip', [server.host.startsWith('[') ? '-6' : '-4', '-f', folder], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = new Journal<string>((text) => text.trim())
  child.stdout.on('data', (data: Buffer) => said.add(data.toString()))
  child.stderr.on('data', (data: Buffer) => said.add(data.toString()))
  const events = new Journal<BaresipEvent>((event) => `${event.type} ${event.param}`)
  const answers = new Journal<{ token: string; ok: boolean; data: string }>((answer) => JSON.stringify(answer))
  const socket = await connectControl(control, child, said)
  readNetstrings(socket, (message) => {
    if (message['event'] === true) events.add({ type: String(message['type']), param: String(message['param'] ?? '') })
    if (message['response'] === true) answers.add({ token: String(message['token']), ok: message['ok'] === true, data: String(message['data'] ?? '') })
  })
  let tokens = 0
  const command = async (name: string, params = ''): Promise<void> => {
    const token = String(++tokens)
    const text = JSON.stringify({ command: name, params, token })
    socket.write(`${Buffer.byteLength(text)}:${text},`)
    const answer = await answers.until((one) => one.token === token, `baresip's answer to ${name}`)
    assert.ok(answer.ok, `baresip ${name}: ${answer.data}`)
  }
  let heard: Promise<Wav | undefined> | undefined
  return {
    events,
    said,
    event: (type, ms) => events.until((one) => one.type === type, `${type} from baresip of ${line.user}`, ms === undefined ? {} : { ms }),
    dial: (number) => command('dial', `sip:${number}@${server.host}:${server.port}${options.transport === 'tls' ? ';transport=tls' : ''}`),
    hangUp: () => command('hangup'),
    show: (online) => command(online ? 'presence_online' : 'presence_offline'),
    async write(text) {
      await command('contact_next')
      await command('message', text)
    },
    stop() {
      heard ??= end(child, socket, folder)
      return heard
    },
  }
}

function flowsOf({ flows = [] }: BaresipOptions): string {
  return flows.length === 0 ? '' : `;sipnat=outbound${flows.map((uri, i) => `;outbound${i === 0 ? '' : i + 1}="${uri}"`).join('')}`
}

async function end(child: ChildProcess, socket: Socket, folder: string): Promise<Wav | undefined> {
  socket.destroy()
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    child.kill('SIGINT')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await exited
    clearTimeout(timer)
  }
  const files = (await readdir(join(folder, 'heard'))).filter((name) => name.endsWith('-dec.wav')).sort()
  const newest = files.at(-1)
  const wav = newest === undefined ? undefined : await readWav(join(folder, 'heard', newest))
  await rm(folder, { recursive: true, force: true })
  return wav
}

/** The control port opens a moment after the process starts. */
async function connectControl(port: number, child: ChildProcess, said: Journal<string>): Promise<Socket> {
  for (const deadline = performance.now() + 10_000; ; ) {
    const socket = connect({ host: '127.0.0.1', port })
    try {
      await once(socket, 'connect')
      socket.on('error', () => undefined)
      return socket
    } catch {
      socket.destroy()
      if (child.exitCode !== null || performance.now() > deadline) {
        child.kill('SIGKILL')
        throw new Error(`baresip opened no control port:\n${said.entries.join('')}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }
}

function readNetstrings(socket: Socket, onMessage: (message: Record<string, unknown>) => void): void {
  let held = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => {
    held = Buffer.concat([held, data])
    for (;;) {
      const colon = held.indexOf(':')
      if (colon < 0) return
      const end = colon + 1 + Number(held.toString('latin1', 0, colon))
      if (held.length < end + 1) return
      onMessage(JSON.parse(held.toString('utf8', colon + 1, end)) as Record<string, unknown>)
      held = held.subarray(end + 1)
    }
  })
}

function config(folder: string, options: BaresipOptions, ports: { sip: number; control: number; rtp: number }): string {
  return [
    'poll_method epoll',
    `sip_listen ${options.server.host.startsWith('[') ? '[::1]' : '127.0.0.1'}:${ports.sip}`,
    ...(options.trusts === undefined ? [] : [`sip_cafile ${join(folder, 'ca.pem')}`]),
    `audio_source ausine,${options.tone}`,
    'audio_player aubridge,nil',
    'audio_alert aubridge,nil',
    'ausrc_srate 48000',
    'auplay_srate 8000',
    'ausrc_channels 2',
    'auplay_channels 1',
    ...(options.ice === true ? ['rtcp_mux yes'] : []),
    `rtp_ports ${ports.rtp}-${ports.rtp + 18}`,
    'jitter_buffer_delay 2-10',
    `module_path ${MODULES}`,
    ...['g711', 'g722', 'opus', 'aubridge', 'ausine', 'sndfile', ...(options.encryption === undefined ? [] : ['srtp', 'dtls_srtp']), ...(options.ice === true ? ['ice'] : [])].map((name) => `module ${name}.so`),
    ...(options.flows ? ['module_tmp uuid.so'] : []),
    'module_tmp account.so',
    ...(options.contact === undefined ? [] : ['module_app contact.so']),
    ...(options.publishes === true ? ['module_app presence.so'] : []),
    'module_app menu.so',
    'module_app ctrl_tcp.so',
    `ctrl_tcp_listen 127.0.0.1:${ports.control}`,
    `snd_path ${join(folder, 'heard')}`,
    '',
  ].join('\n')
}
