/** The generator as the bench holds it: plans in, reports out. */
import { fork, type ChildProcess } from 'node:child_process'
import type { Plan, Report, Told } from './plan.ts'
import type { Algorithm, Phone, Place } from './sip-text.ts'

/** Longer than any plan takes. */
const PATIENCE_MS = 180_000

export interface Moments {
  begin?: () => void
  end?: () => void
}

export class Generator {
  readonly #child: ChildProcess
  #closed: Promise<void> | undefined

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Every phone is registered when it resolves, if wanted. */
  static async open(house: Place, phones: Phone[], { register = true, algorithm = 'SHA-256' as Algorithm } = {}): Promise<Generator> {
    const generator = new Generator(fork(new URL('./generator.ts', import.meta.url)))
    try {
      const report = await generator.run({ kind: 'open', house, phones, register, algorithm })
      if (report.failed > 0) throw new Error(`phones that could not register: ${JSON.stringify(report.failures)}`)
    } catch (error) {
      await generator.close()
      throw error
    }
    return generator
  }

  get pid(): number {
    return this.#child.pid ?? -1
  }

  /** Carries out one plan; one at a time. */
  async run(plan: Plan, moments: Moments = {}): Promise<Report> {
    const { promise, resolve, reject } = Promise.withResolvers<Report>()
    const onMessage = (message: Told): void => {
      if (message.tell === 'report') resolve(message.report)
      else moments[message.tell]?.()
    }
    const onExit = (code: number | null): void => reject(new Error(`the generator ended with ${code}`))
    const timer = setTimeout(() => reject(new Error(`the generator did not finish ${plan.kind} in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
    this.#child.on('message', onMessage).once('exit', onExit)
    try {
      this.#child.send(plan)
      return await promise
    } finally {
      clearTimeout(timer)
      this.#child.off('message', onMessage).off('exit', onExit)
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close())
  }

  async #close(): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    if (child.connected) child.disconnect()
    await gone
    clearTimeout(timer)
  }
}
