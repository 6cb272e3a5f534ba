/** The phone itself: SIP.js over the panel's own address. Loaded when it is first opened; what it does is told through `store.ts`. */
import { Inviter, Registerer, RegistererState, SessionState, UserAgent, UserAgentState, Web, type Invitation, type Notification, type Session } from 'sip.js'
import { openSoftphone, type Softphone } from '../client/index.ts'
import { sentenceOf } from '../app/api-error.ts'
import { Bell, type Sound } from './bell.ts'
import { ActiveCall } from './call.ts'
import { openMicrophone } from './devices.ts'
import { keepCalls, replacing, takeKeptCalls, type KeptCall } from './kept-calls.ts'
import { announce } from './announce.ts'
import { phoneStore } from './store.ts'
import { t } from '../words/translate.ts'

/** Seconds; the registration is renewed in time. */
const EXPIRES = 300
const RETRY_FIRST_MS = 1_000
const RETRY_LONGEST_MS = 30_000
const ANSWER_MS = 8_000
const QUALITY_MS = 3_000

/** One at a time in a browser: it is made when the phone opens and ends with the page. */
export class BrowserPhone {
  readonly #calls = new Map<string, ActiveCall>()
  readonly #bell = new Bell()
  readonly #left = new AbortController()
  #agent: UserAgent | undefined
  #registerer: Registerer | undefined
  #line: Softphone | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #tries = 0
  #kept: KeptCall[] = []

  /** Waits until no other tab is the phone. */
  start(): void {
    phoneStore.update({ line: 'elsewhere', reason: t('The phone is open in another tab; it comes here when that one is closed.') })
    const hold = (): Promise<void> => new Promise((resolve) => {
      this.#left.signal.addEventListener('abort', () => resolve())
      this.#kept = takeKeptCalls()
      void this.#connect()
    })
    // Pages that came over plain HTTP from another machine have no locks, and no microphone either.
    if (!('locks' in navigator)) return phoneStore.update({ line: 'refused', reason: t('The browser lets only secure pages use a microphone. Open the panel by https://.') })
    void navigator.locks.request('dialplane.phone', { signal: this.#left.signal }, hold).catch(() => undefined)
    const meter = setInterval(() => void Promise.all([...this.#calls.values()].map((call) => call.measure())), QUALITY_MS)
    this.#left.signal.addEventListener('abort', () => clearInterval(meter))
    const back = (): void => { if (phoneStore.get().line === 'lost') void this.#reconnect() }
    window.addEventListener('online', back, { signal: this.#left.signal })
  }

  /** The phone is put away: calls end. */
  async stop(): Promise<void> {
    this.#left.abort()
    clearTimeout(this.#retry)
    this.#bell.play(undefined)
    keepCalls([])
    for (const call of this.#calls.values()) call.hangUp()
    const agent = this.#agent
    // Nothing can be said any more over a connection that the PBX ended with the session.
    if ((agent?.transport as Web.Transport | undefined)?.ws?.readyState === WebSocket.OPEN) {
      await this.#registerer?.unregister().catch(() => undefined)
      await agent?.stop().catch(() => undefined)
    }
    phoneStore.update({ line: 'off', reason: null, calls: [], problem: null })
  }

  async #connect(): Promise<void> {
    phoneStore.update({ line: 'connecting', reason: null })
    try {
      this.#line = (await openSoftphone({ throwOnError: true })).data.data
    } catch (error) {
      if (this.#left.signal.aborted) return
      const status = (error as { status?: number }).status ?? 0
      if (status === 0 || status === 429 || status >= 500) return this.#lost(sentenceOf(error))
      return phoneStore.update({ line: 'refused', reason: sentenceOf(error) })
    }
    if (this.#left.signal.aborted) return
    const agent = (this.#agent = this.#makeAgent(this.#line))
    try {
      await agent.start()
      await this.#register(agent)
    } catch (error) {
      return this.#lost(String(error))
    }
    const kept = this.#kept.splice(0)
    await Promise.all(kept.map((call) => this.#reattach(call)))
  }

  #makeAgent({ username, password, domain, path, extension }: Softphone): UserAgent {
    const server = new URL(path, location.href)
    server.protocol = server.protocol.replace('http', 'ws')
    return new UserAgent({
      uri: UserAgent.makeURI(`sip:${username}@${domain}`)!, displayName: extension.name,
      authorizationUsername: username, authorizationPassword: password,
      transportOptions: { server: server.href, keepAliveInterval: 25 },
      logBuiltinEnabled: false, allowLegacyNotifications: true, userAgentString: 'Dialplane in the browser',
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(openMicrophone),
      // No server of others is asked for our address: the PBX answers where the browser's packets come from.
      sessionDescriptionHandlerFactoryOptions: { iceGatheringTimeout: 500, peerConnectionConfiguration: { iceServers: [] } },
      delegate: {
        onInvite: (invitation) => this.#incoming(invitation),
        onNotify: (notification) => this.#notified(notification),
        onDisconnect: (error) => { if (error && !this.#left.signal.aborted) this.#lost(t('The connection to the PBX is lost.')) },
      },
    })
  }

  async #register(agent: UserAgent): Promise<void> {
    const registerer = (this.#registerer ??= new Registerer(agent, { expires: EXPIRES }))
    const outcome = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(t('The PBX does not answer.'))), ANSWER_MS)
      void registerer.register({
        requestDelegate: {
          onAccept: () => { clearTimeout(timer); resolve() },
          onReject: ({ message }) => { clearTimeout(timer); reject(new Error(t('The PBX refuses: {{reasonPhrase}}', { reasonPhrase: message.reasonPhrase ?? message.statusCode ?? '' }))) },
        },
      }).catch((error: unknown) => { clearTimeout(timer); reject(error instanceof Error ? error : new Error(String(error))) })
    })
    await outcome
    registerer.stateChange.addListener((state) => {
      if (state === RegistererState.Unregistered && registerer === this.#registerer && phoneStore.get().line === 'ready') this.#lost(t('The registration ended.'))
    })
    this.#tries = 0
    phoneStore.update({ line: 'ready', reason: null })
  }

  /** Calls go on hearing each other meanwhile: their sound does not go over this connection. */
  #lost(reason: string): void {
    clearTimeout(this.#retry)
    const wait = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** this.#tries)
    this.#tries += 1
    phoneStore.update({ line: 'lost', reason })
    this.#retry = setTimeout(() => void this.#reconnect(), wait)
  }

  async #reconnect(): Promise<void> {
    clearTimeout(this.#retry)
    if (this.#left.signal.aborted) return
    const agent = this.#agent
    try {
      if (agent?.state !== UserAgentState.Started || this.#registerer === undefined) throw new Error('not started')
      await agent.reconnect()
      await this.#register(agent)
      await Promise.all([...this.#calls.values()].map((call) => call.refresh()))
    } catch {
      if (this.#left.signal.aborted) return
      // With a fresh password; calls of the old phone are taken over like those of the page before.
      this.#kept.push(...this.#namesOfCalls())
      for (const call of this.#calls.values()) call.leave()
      this.#calls.clear()
      this.#registerer = undefined
      if (agent) agent.delegate = {}
      void agent?.transport.disconnect().catch(() => undefined)
      this.#told()
      await this.#connect()
    }
  }

  #namesOfCalls(): KeptCall[] {
    return [...this.#calls.values()].flatMap((call) => call.name() ?? [])
  }

  async #reattach(kept: KeptCall): Promise<void> {
    const call = this.#invite(kept.number, [replacing(kept)], { ...kept, returning: kept })
    await call?.settled
    if (call && kept.held && call.session.state === SessionState.Established) await call.hold(true)
  }

  dial(number: string): void {
    const wanted = number.replace(/[\s()/.-]/g, '').replace(/^tel:/i, '')
    if (wanted === '') return
    if (phoneStore.get().line !== 'ready') return phoneStore.update({ problem: t('The phone is not connected yet. Try again when it says Ready.') })
    void this.#holdOthers().then(() => this.#invite(wanted, [], { number: wanted, name: null, direction: 'out' }))
  }

  #invite(number: string, extraHeaders: string[], who: ConstructorParameters<typeof ActiveCall>[1]): ActiveCall | undefined {
    const target = this.#uri(number)
    if (!this.#agent || !target) return void phoneStore.update({ problem: t('{{number}} cannot be dialled.', { number }) })
    phoneStore.update({ problem: null })
    const inviter = new Inviter(this.#agent, target, { extraHeaders })
    const call = this.#add(inviter, who)
    inviter.invite({
      requestDelegate: {
        onProgress: () => call.progress(),
        onReject: ({ message }) => this.#refused(who.returning !== undefined, number, message.statusCode ?? 0, message.reasonPhrase ?? ''),
      },
    }).catch((error: unknown) => {
      phoneStore.update({ problem: error instanceof Error ? error.message : String(error) })
      call.leave()
      this.#forget(call)
    })
    return call
  }

  #refused(returning: boolean, number: string, status: number, phrase: string): void {
    if (status === 487) return
    const words: Record<number, string> = { 404: t('There is no such number.'), 403: t('You may not call this number.'), 480: t('Nobody can be reached there.'), 486: t('Busy.'), 600: t('Busy.'), 603: t('The call was rejected.') }
    phoneStore.update({ problem: returning ? t('The call has ended meanwhile.') : `${number}: ${words[status] ?? `${phrase} (${status})`}` })
  }

  #incoming(invitation: Invitation): void {
    const { remoteIdentity } = invitation
    const call = this.#add(invitation, { number: remoteIdentity.uri.user ?? '', name: remoteIdentity.displayName || null, direction: 'in' })
    void invitation.progress().catch(() => undefined)
    call.notice = announce(call.view())
  }

  #add(session: Session, who: ConstructorParameters<typeof ActiveCall>[1]): ActiveCall {
    const call = new ActiveCall(session, who, () => this.#told())
    this.#calls.set(call.id, call)
    session.stateChange.addListener((state) => {
      if (state === SessionState.Terminated) this.#forget(call)
    })
    this.#told()
    return call
  }

  #forget(call: ActiveCall): void {
    call.close()
    this.#calls.delete(call.id)
    this.#told()
  }

  #told(): void {
    const calls = [...this.#calls.values()].map((call) => call.view())
    phoneStore.update({ calls })
    keepCalls([...this.#kept, ...this.#namesOfCalls()])
    this.#bell.play(soundFor(calls.map(({ state }) => state)))
  }

  /** `Voice-Message: 2/8 (0/1)` (RFC 3842 §3.5). */
  #notified(notification: Notification): void {
    const match = /^Voice-Message:\s*(\d+)/im.exec(notification.request.body)
    if (match) phoneStore.update({ newMessages: Number(match[1]) })
    void notification.accept()
  }

  #uri(number: string) {
    return UserAgent.makeURI(`sip:${number.replaceAll('#', '%23')}@${this.#line?.domain ?? ''}`)
  }

  /** One talks at a time: everybody else waits on hold. */
  async #holdOthers(but?: string): Promise<void> {
    await Promise.all([...this.#calls.values()].filter((call) => call.id !== but && call.view().state === 'talking').map((call) => call.hold(true)))
  }

  async #with(id: string, work: (call: ActiveCall) => Promise<unknown> | void): Promise<void> {
    const call = this.#calls.get(id)
    if (!call) return
    phoneStore.update({ problem: null })
    try {
      await work(call)
    } catch (error) {
      phoneStore.update({ problem: error instanceof Error ? error.message : String(error) })
    }
  }

  answer = (id: string) => this.#with(id, async (call) => {
    await this.#holdOthers(id)
    await call.answer()
  })
  hangUp = (id: string) => this.#with(id, (call) => call.hangUp())
  mute = (id: string, on: boolean) => this.#with(id, (call) => call.mute(on))
  press = (id: string, key: string) => this.#with(id, (call) => call.press(key))
  hold = (id: string, on: boolean) => this.#with(id, async (call) => {
    if (!on) await this.#holdOthers(id)
    await call.hold(on)
  })
  /** Hands the other side of a call to a number, or to the other side of another call. */
  transfer = (id: string, to: { number: string } | { callId: string }) => this.#with(id, async (call) => {
    const target = 'number' in to ? this.#uri(to.number.replace(/[\s()/.-]/g, '')) : this.#calls.get(to.callId)?.session
    if (!target) throw new Error(t('Enter whom to transfer to.'))
    if ('number' in to && call.view().state === 'talking') await call.hold(true)
    await call.transfer(target)
  })
  devicesChanged = (): void => {
    for (const call of this.#calls.values()) void call.devicesChanged().catch((error: unknown) => phoneStore.update({ problem: String(error) }))
  }
}

function soundFor(states: readonly string[]): Sound | undefined {
  const busy = states.some((state) => state === 'talking' || state === 'held')
  if (states.includes('incoming')) return busy ? 'waiting' : 'bell'
  return states.includes('ringing') && !busy ? 'ringback' : undefined
}
