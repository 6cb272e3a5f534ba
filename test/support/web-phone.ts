/**
 * A phone in a browser: SIP.js in a page of headless Chromium, which sends a tone made in the page and measures, by
 * frequency, what comes out of its peer connection.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { dirname, join, normalize } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Line } from './desk.ts'
import type { Place } from './phone.ts'

/** Chromium lets a page make sound without a click. */
export const webPhoneFlags = ['--autoplay-policy=no-user-gesture-required']

const library = dirname(createRequire(import.meta.url).resolve('sip.js'))

const PAGE = `<!doctype html><audio id="heard" autoplay></audio><script type="module">
import { Inviter, Registerer, SessionState, UserAgent, Web } from '/lib/index.js'
const sound = new AudioContext()
const oscillator = new OscillatorNode(sound, { frequency: 0 })
const talk = new MediaStreamAudioDestinationNode(sound)
oscillator.connect(new GainNode(sound, { gain: 0.5 })).connect(talk)
oscillator.start()
const analyser = new AnalyserNode(sound, { fftSize: 16384, smoothingTimeConstant: 0 })
const told = window.told = []
let session, source
const listen = () => {
  const stream = session.sessionDescriptionHandler.remoteMediaStream
  document.getElementById('heard').srcObject = stream
  source?.disconnect()
  source = sound.createMediaStreamSource(stream)
  source.connect(analyser)
}
const follow = (started) => {
  session = started
  session.stateChange.addListener((state) => {
    told.push('session ' + state)
    if (state === SessionState.Established) listen()
  })
}
window.start = async ({ server, user, password, domain, tone, answers }) => {
  oscillator.frequency.value = tone
  await sound.resume()
  const agent = window.agent = new UserAgent({
    uri: UserAgent.makeURI('sip:' + user + '@' + domain), transportOptions: { server },
    authorizationUsername: user, authorizationPassword: password, logBuiltinEnabled: false,
    logConnector: (level, category, label, content) => told.push(content),
    sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(async () => talk.stream.clone()),
    sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 500 },
    delegate: { onInvite: (invitation) => { follow(invitation); if (answers) invitation.accept() } },
  })
  await agent.start()
  const registerer = new Registerer(agent, { expires: 120 })
  const state = new Promise((resolve) => registerer.stateChange.addListener(resolve))
  await registerer.register()
  return state
}
window.call = async (target) => {
  follow(new Inviter(window.agent, UserAgent.makeURI(target), {}))
  await session.invite()
}
/** From here on somebody in between puts another fingerprint into what it sends. */
window.forge = () => {
  const { transport } = window.agent
  const send = transport.send.bind(transport)
  transport.send = (text) => send(text.replace(/(a=fingerprint:sha-256 )(..)/g, (all, name, byte) => name + (byte === '00' ? '01' : '00')))
}
window.until = (state) => new Promise((resolve) => {
  if (session?.state === state) return resolve()
  const timer = setInterval(() => { if (session?.state === state) { clearInterval(timer); resolve() } }, 20)
})
window.hold = async (on) => {
  const done = new Promise((resolve, reject) => session.invite({
    requestDelegate: { onAccept: resolve, onReject: ({ message }) => reject(new Error(message.statusCode + ' ' + message.reasonPhrase)) },
    sessionDescriptionHandlerOptions: { hold: on },
  }).catch(reject))
  await done
}
window.bye = () => session.bye()
/** The loudest frequency in what is heard, in Hz, and its level in dB. */
window.peak = () => {
  const levels = new Float32Array(analyser.frequencyBinCount)
  analyser.getFloatFrequencyData(levels)
  let best = 0
  for (let bin = 1; bin < levels.length; bin++) if (levels[bin] > levels[best]) best = bin
  return { hz: best * sound.sampleRate / analyser.fftSize, level: levels[best] }
}
window.connection = async () => {
  const { peerConnection } = session.sessionDescriptionHandler
  const found = {}
  for (const one of (await peerConnection.getStats()).values()) {
    if (one.type === 'transport') Object.assign(found, { dtls: one.dtlsState, cipher: one.dtlsCipher, srtp: one.srtpCipher })
    if (one.type === 'codec') (found.codecs ??= []).push(one.mimeType)
  }
  return { ...found, ice: peerConnection.iceConnectionState, remote: peerConnection.remoteDescription.sdp }
}
window.ready = true
</script>`

interface Ours {
  start(options: object): Promise<string>
  call(target: string): Promise<void>
  forge(): void
  until(state: string): Promise<void>
  hold(on: boolean): Promise<void>
  bye(): Promise<unknown>
  peak(): { hz: number; level: number }
  connection(): Promise<{ dtls?: string; cipher?: string; srtp?: string; codecs?: string[]; ice: string; remote: string }>
  told: string[]
}

/** What is global in the page. */
type InPage = Ours

export interface WebPages {
  origin: string
  close(): Promise<void>
}

/** Serves the page and SIP.js. */
export async function serveWebPhones(): Promise<WebPages> {
  const server = createServer((request, response) => {
    const path = normalize(request.url ?? '/')
    if (path === '/') return response.setHeader('Content-Type', 'text/html').end(PAGE)
    readFile(join(dirname(library), path)).then(
      (data) => response.setHeader('Content-Type', 'text/javascript').end(data),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

export interface WebPhoneOptions {
  pages: WebPages
  /** Of the WebSocket. */
  server: Place
  transport: 'ws' | 'wss'
  line: Pick<Line, 'user' | 'password'>
  /** Hz of the tone it sends. */
  tone: number
  /** Answers by itself. */
  answers?: boolean
}

export class WebPhone {
  readonly page: Page
  readonly #domain: string

  private constructor(page: Page, domain: string) {
    this.page = page
    this.#domain = domain
  }

  /** Opens the page and registers. */
  static async open(browser: Browser, { pages, server, transport, line, tone, answers = false }: WebPhoneOptions): Promise<WebPhone> {
    // The authority of the house is none that Chromium was told to trust.
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    await page.goto(pages.origin)
    await page.waitForFunction('window.ready === true')
    const phone = new WebPhone(page, server.host)
    const options = { server: `${transport}://${server.host}:${server.port}`, user: line.user, password: line.password, domain: server.host, tone, answers }
    const state = await page.evaluate((given) => (globalThis as unknown as InPage).start(given), options)
    if (state !== 'Registered') throw new Error(`the browser did not register: ${state}\n${(await phone.told()).join('\n')}`)
    return phone
  }

  call(number: string): Promise<void> {
    return this.page.evaluate((target) => (globalThis as unknown as InPage).call(target), `sip:${number}@${this.#domain}`)
  }

  /** From here on its fingerprint is changed on the way. */
  forge(): Promise<void> {
    return this.page.evaluate(() => (globalThis as unknown as InPage).forge())
  }

  /** Waits until its session is in this state of SIP.js: `Established`, `Terminated`. */
  async until(state: 'Established' | 'Terminated'): Promise<void> {
    const timer = new Promise<never>((_, reject) => { setTimeout(() => reject(new Error(`the browser's call is not ${state}`)), 15_000).unref() })
    await Promise.race([this.page.evaluate((wanted) => (globalThis as unknown as InPage).until(wanted), state), timer]).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${(await this.told()).join('\n')}`, { cause: error })
    })
  }

  hold(on: boolean): Promise<void> {
    return this.page.evaluate((wanted) => (globalThis as unknown as InPage).hold(wanted), on)
  }

  async bye(): Promise<void> {
    await this.page.evaluate(() => void (globalThis as unknown as InPage).bye())
  }

  told(): Promise<string[]> {
    return this.page.evaluate(() => (globalThis as unknown as InPage).told)
  }

  connection(): ReturnType<Ours['connection']> {
    return this.page.evaluate(() => (globalThis as unknown as InPage).connection())
  }

  /** Waits until what it hears is this tone, five looks in a row. */
  async hears(hz: number): Promise<void> {
    await this.#listen(`${hz} Hz`, ({ hz: found, level }) => level > -50 && Math.abs(found - hz) < 12)
  }

  /** Waits until this tone is gone. */
  async hearsNot(hz: number): Promise<void> {
    await this.#listen(`end of ${hz} Hz`, ({ hz: found, level }) => level < -70 || Math.abs(found - hz) > 50)
  }

  async #listen(wanted: string, fits: (peak: { hz: number; level: number }) => boolean): Promise<void> {
    const heard: string[] = []
    for (let inRow = 0, look = 0; inRow < 5; look += 1) {
      const peak = await this.page.evaluate(() => (globalThis as unknown as InPage).peak())
      inRow = fits(peak) ? inRow + 1 : 0
      heard.push(`${Math.round(peak.hz)} Hz at ${Math.round(peak.level)} dB`)
      if (look > 150) throw new Error(`the browser heard no ${wanted}: ${[...new Set(heard)].join(', ')}`)
      await this.page.waitForTimeout(100)
    }
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }
}
