/** One call of the phone in the browser: what SIP.js tells of it, and what can be done with it. */
import { Invitation, Inviter, SessionState, type Session, type URI, type Web } from 'sip.js'
import { now } from '../live/clock.ts'
import { chosen, openMicrophone, playOn } from './devices.ts'
import type { KeptCall } from './kept-calls.ts'
import { QualityMeter } from './quality.ts'
import type { PhoneCall } from './store.ts'
import { t } from '../words/translate.ts'

interface Who {
  number: string
  name: string | null
  direction: 'in' | 'out'
  /** It went on while the page was loaded anew. */
  returning?: KeptCall
  answeredAt?: number
}

const ANSWER_MS = 12_000

export class ActiveCall {
  readonly id = crypto.randomUUID()
  readonly session: Session
  /** Resolves when it is answered, or will never be. */
  readonly settled: Promise<void>
  /** What the browser shows of it outside of the page. */
  notice: Notification | undefined
  readonly #who: Who
  readonly #changed: () => void
  readonly #meter = new QualityMeter()
  readonly #sound = new Audio()
  #state: PhoneCall['state']
  #held = false
  #muted = false
  #answeredAt: number | null
  #mos: number | null = null

  constructor(session: Session, who: Who, changed: () => void) {
    this.session = session
    this.#who = who
    this.#changed = changed
    this.#answeredAt = who.answeredAt ?? null
    this.#state = who.returning ? 'returning' : who.direction === 'in' ? 'incoming' : 'calling'
    this.#sound.autoplay = true
    this.settled = new Promise((resolve) => session.stateChange.addListener((state) => {
      if (state === SessionState.Established) this.#established()
      if (state === SessionState.Terminating) this.#become('ending')
      if (state === SessionState.Established || state === SessionState.Terminated) resolve()
    }))
  }

  view(): PhoneCall {
    const { number, name, direction } = this.#who
    return { id: this.id, number, name, direction, state: this.#state, muted: this.#muted, answeredAt: this.#answeredAt, mos: this.#mos }
  }

  /** As the page after this one needs it; undefined while it cannot be taken over. */
  name(): KeptCall | undefined {
    if (this.#state === 'returning') return this.#who.returning
    const { dialog } = this.session
    if (!dialog || this.#answeredAt === null || (this.#state !== 'talking' && this.#state !== 'held')) return undefined
    const { number, name, direction } = this.#who
    return { callId: dialog.callId, localTag: dialog.localTag, remoteTag: dialog.remoteTag, number, name, direction, answeredAt: this.#answeredAt, held: this.#held, keptAt: Date.now() }
  }

  progress(): void {
    if (this.#state === 'calling') this.#become('ringing')
  }

  async answer(): Promise<void> {
    if (this.session instanceof Invitation) await this.session.accept()
  }

  hangUp(): void {
    const { session } = this
    this.#become('ending')
    const done = session.state === SessionState.Established ? session.bye()
      : session instanceof Inviter ? session.cancel()
        : session instanceof Invitation ? session.reject({ statusCode: 486 }) : undefined
    void done?.catch(() => undefined)
  }

  mute(on: boolean): void {
    this.#muted = on
    this.#applyMute()
    this.#changed()
  }

  async hold(on: boolean): Promise<void> {
    if (on === this.#held) return
    await this.#reinvite({ hold: on })
    this.#held = on
    this.#applyMute()
    this.#become(on ? 'held' : 'talking')
  }

  /** Tells the PBX where we are now, after another connection was made. */
  async refresh(): Promise<void> {
    if (this.session.state === SessionState.Established) await this.#reinvite({ hold: this.#held, offerOptions: { iceRestart: true } })
  }

  async #reinvite(options: Web.SessionDescriptionHandlerOptions): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(t('The PBX does not answer.'))), ANSWER_MS)
      const fail = (why: string): void => { clearTimeout(timer); reject(new Error(why)) }
      this.session.invite({
        requestDelegate: { onAccept: () => { clearTimeout(timer); resolve() }, onReject: ({ message }) => fail(t('The PBX refuses: {{reasonPhrase}}', { reasonPhrase: message.reasonPhrase ?? '' })) },
        sessionDescriptionHandlerOptions: options,
      }).catch((error: unknown) => fail(String(error)))
    })
  }

  press(key: string): void {
    if (!this.#media?.sendDtmf(key, { duration: 160, interToneGap: 60 })) throw new Error(t('The key could not be sent.'))
  }

  /** Resolves when the PBX took the order; what becomes of it ends the call, or is told by `#changed`. */
  async transfer(target: URI | Session): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      void this.session.refer(target, {
        requestDelegate: { onAccept: () => resolve(), onReject: ({ message }) => reject(new Error(t('The transfer was refused: {{reasonPhrase}}', { reasonPhrase: message.reasonPhrase ?? '' }))) },
        onNotify: (notification) => {
          void notification.accept()
          const status = Number(/^SIP\/2\.0 (\d{3})/.exec(notification.request.body)?.[1] ?? 0)
          if (status >= 200 && status < 300 && this.session.state === SessionState.Established) this.hangUp()
        },
      }).catch(reject)
    })
  }

  async measure(): Promise<void> {
    const connection = this.#media?.peerConnection
    if (!connection || this.#state !== 'talking') return
    this.#mos = await this.#meter.measure(connection)
    this.#changed()
  }

  async devicesChanged(): Promise<void> {
    await playOn(this.#sound, chosen().speaker)
    const sender = this.#media?.peerConnection?.getSenders()[0]
    const [track] = sender?.track ? (await openMicrophone()).getAudioTracks() : []
    if (!sender || !track) return
    sender.track?.stop()
    await sender.replaceTrack(track)
    this.#applyMute()
  }

  /** Nothing is said to the other side: somebody else takes its place. */
  leave(): void {
    this.close()
    this.#media?.close()
  }

  close(): void {
    this.notice?.close()
    this.#sound.srcObject = null
    for (const sender of this.#media?.peerConnection?.getSenders() ?? []) sender.track?.stop()
  }

  get #media(): Web.SessionDescriptionHandler | undefined {
    return this.session.sessionDescriptionHandler as Web.SessionDescriptionHandler | undefined
  }

  #established(): void {
    this.notice?.close()
    this.#answeredAt ??= now()
    this.#sound.srcObject = this.#media?.remoteMediaStream ?? null
    void playOn(this.#sound, chosen().speaker)
    this.#become('talking')
  }

  #applyMute(): void {
    for (const sender of this.#media?.peerConnection?.getSenders() ?? []) if (sender.track) sender.track.enabled = !this.#muted && !this.#held
  }

  #become(state: PhoneCall['state']): void {
    this.#state = state
    this.#changed()
  }
}
