/** The engine as a process of its own: it goes on while the PBX is started again. */
import { isIP } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Refusal } from '../../../config/errors.ts'
import { startOurs, type SignallingOptions } from '../index.ts'
import { serveApart } from './serve.ts'

/** Where the PBX looks for it when DRACHTIO says nothing else. */
const USUAL = { host: '127.0.0.1', port: 9022 }
/** What both sides of a call are told when this process stops. */
const STOPPING = 'SIP;cause=503;text="The signalling engine stops"'
/** BYEs are given this long to be answered. */
const GOODBYE_MS = 3_000
const LOOK_MS = 50
/** How often it is looked whether the last call is over. */
const DRAIN_LOOK_MS = 500

export interface ApartProcess {
  /** Where the PBX connects. */
  readonly control: { host: string; port: number }
  readonly ports: Readonly<Record<string, number>>
  onFailure(listener: (reason: string) => void): void
  /** Refuses new calls with 503, calls for help excepted; resolves when the last one is over. */
  drain(): Promise<void>
  /** Ends calls with BYE, then closes everything. */
  close(): Promise<void>
}

/**
 * Opens SIP and the control port.
 * @throws Refusal without a secret, with a control address that is not this machine's own, and whatever `startSignalling` refuses
 */
export async function startApart(options: SignallingOptions & { secret: string }): Promise<ApartProcess> {
  const { drachtio } = options.settings.sip
  const at = drachtio ?? USUAL
  if (options.secret === '') throw new Refusal('unprocessable', 'The signalling engine needs a secret that the PBX must tell: set DRACHTIO_SECRET, here and for the PBX, to a long random text, e.g. the output of `openssl rand -base64 24`.')
  if (!isLoopback(at.host)) {
    throw new Refusal('unprocessable', `DRACHTIO is ${at.host}:${at.port}: the signalling engine opens its control port on loopback only, as what passes there is not encrypted. Set it to an address like 127.0.0.1:9022.`)
  }
  const { engine, signalling, certificates } = await startOurs(options, { control: { ...at, secret: options.secret }, aside: true })
  const stop = serveApart(engine, certificates)
  let closing: Promise<void> | undefined
  const goodbye = async (): Promise<void> => {
    engine.endCalls(STOPPING)
    for (let left = GOODBYE_MS; left > 0; left -= LOOK_MS) {
      const status = await engine.status().catch(() => undefined)
      if (!status || (status.dialogs === 0 && status.transactions.client === 0)) return
      await wait(LOOK_MS)
    }
  }
  return {
    control: { host: at.host, port: signalling.control.port },
    ports: engine.ports as Record<string, number>,
    async drain() {
      engine.gate.obey({ do: 'drain' })
      for (;;) {
        const status = await engine.status()
        if (status.dialogs === 0 && status.pending.incoming === 0) return
        await wait(DRAIN_LOOK_MS)
      }
    },
    onFailure: (listener) => signalling.onFailure(listener),
    close: () => (closing ??= (async () => {
      await goodbye()
      stop()
      await signalling.close()
    })()),
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
