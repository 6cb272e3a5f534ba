/** The certificate that an authority makes and renews by itself (ACME): when a new one is due, and what to do when none comes. */
import { X509Certificate } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { messageOf } from '../../../config/errors.ts'
import { replaceKeyFile } from '../../../config/key-file.ts'
import type { Logger } from '../../../config/logger.ts'
import type { AcmeSettings } from '../../../config/settings/settings.ts'
import { readCertificate } from './certificate.ts'
import { orderCertificate, type Ordered } from './order.ts'

export interface RenewalState {
  readonly domains: readonly string[]
  /** When it is looked at again, or tried again. */
  readonly next: Date
  /** Why there is no new one, in a sentence; undefined while nothing is wrong. */
  readonly problem: string | undefined
}

export interface Renewal {
  readonly state: RenewalState
  /** Resolves when what goes on at this moment is over. */
  settled(): Promise<void>
  close(): void
}

/** A third of its life is left: a month of three, two days of six. */
const LEFT_SHARE = 1 / 3
const LOOK_MS = 6 * 3_600_000
/** After each failure in a row; the last one again and again. Authorities bar who asks too often. */
const AGAIN_MS = [600_000, 3_600_000, 4 * 3_600_000] as const

/**
 * @param folder of the certificates; this one is in `acme` in it
 * @param home where the key of our account is
 * @param taken reads the folder again
 * @param order for tests
 */
export function startRenewal({ settings, folder, home, logger, taken, now = Date.now, order = orderCertificate }: {
  settings: AcmeSettings
  folder: string
  home: string
  logger: Logger
  taken: () => Promise<void>
  now?: () => number
  order?: (settings: AcmeSettings, folder: string) => Promise<Ordered>
}): Renewal {
  const [certificatePath, keyPath] = [join(folder, 'acme', 'fullchain.pem'), join(folder, 'acme', 'privkey.pem')]
  let closed = false
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let state: RenewalState = { domains: settings.domains, next: new Date(now()), problem: undefined }

  /** Why another one is wanted; undefined: the one that is there does. */
  const whyDue = async (): Promise<string | undefined> => {
    const read = await readFile(certificatePath, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw error
    })
    if (read === undefined) return 'there is none yet'
    const parsed = attempt(() => new X509Certificate(read))
    if (!parsed) return 'the one that is there cannot be read'
    const names = (parsed.subjectAltName ?? '').split(', ').map((name) => name.replace(/^DNS:/, '').toLowerCase())
    if (settings.domains.some((domain) => !names.includes(domain))) return 'it is to be for other names'
    const [from, to] = [parsed.validFromDate.getTime(), parsed.validToDate.getTime()]
    return to - now() < (to - from) * LEFT_SHARE ? `the one that is there ends on ${parsed.validToDate.toISOString().slice(0, 10)}` : undefined
  }

  const look = async (): Promise<void> => {
    let wait: number = LOOK_MS
    try {
      const why = await whyDue()
      if (why !== undefined && !closed) {
        logger.info({ domains: settings.domains }, `a certificate is ordered: ${why}`)
        const ordered = await order(settings, join(home, 'acme'))
        // What does not fit together must not take the place of what does.
        const made = readCertificate('the new certificate', ordered.certificate, ordered.key)
        await mkdir(dirname(keyPath), { recursive: true, mode: 0o700 })
        await replaceKeyFile(keyPath, ordered.key.trim())
        await replaceKeyFile(certificatePath, ordered.certificate.trim())
        await taken()
        logger.info({ domains: settings.domains, until: made.notAfter }, 'a new certificate is in use')
      }
      failures = 0
      state = { ...state, problem: undefined }
    } catch (error) {
      wait = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)] ?? LOOK_MS
      failures += 1
      state = { ...state, problem: messageOf(error) }
      if (!closed) logger.warn(`no new certificate: ${messageOf(error)}`)
    }
    state = { ...state, next: new Date(now() + wait) }
    if (closed) return
    timer = setTimeout(again, wait)
    timer.unref()
  }
  let going: Promise<void> = Promise.resolve()
  function again(): void {
    going = look()
  }
  again()
  return {
    get state() {
      return state
    },
    settled: () => going,
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
