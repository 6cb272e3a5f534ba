import type { DialogName } from '../sip/types.ts'
import type { Call } from './call.ts'
import type { Leg } from './leg.ts'

/** The calls going on, by id. Waiters are told when the last one is gone. */
export interface CallRegistry {
  add(call: Call): void
  remove(call: Call): void
  get(tenantId: string, id: string): Call | undefined
  list(tenantId: string): Call[]
  all(): Call[]
  /** The call and leg that hold this dialog, in one tenant. `early`: its INVITE has no final answer yet. */
  findDialog(tenantId: string, name: DialogName): { call: Call; leg: Leg; early: boolean } | undefined
  readonly size: number
  /** A leg of it got its dialog. */
  touch(call: Call): void
  /** Returns a function that ends the subscription. */
  onTouched(listener: (call: Call) => void): () => void
  /** Work that outlives a call and must be done before we close: a BYE not yet answered. */
  linger(work: Promise<unknown>): void
  /** Resolves when no call and no lingering work is left. */
  idle(): Promise<void>
}

export function createCallRegistry(): CallRegistry {
  const calls = new Map<string, Call>()
  const touched = new Set<(call: Call) => void>()
  const lingering = new Set<Promise<unknown>>()
  let waiters: (() => void)[] = []

  const tell = (): void => {
    if (calls.size > 0 || lingering.size > 0) return
    const ready = waiters
    waiters = []
    for (const waiter of ready) waiter()
  }

  return {
    add: (call) => void calls.set(call.id, call),
    remove(call) {
      calls.delete(call.id)
      tell()
    },
    get(tenantId, id) {
      const call = calls.get(id)
      return call?.tenantId === tenantId ? call : undefined
    },
    list: (tenantId) => [...calls.values()].filter((call) => call.tenantId === tenantId),
    all: () => [...calls.values()],
    findDialog(tenantId, name) {
      const isNamed = (dialog: DialogName): boolean => dialog.callId === name.callId && dialog.localTag === name.localTag && dialog.remoteTag === name.remoteTag
      for (const call of calls.values()) {
        if (call.tenantId !== tenantId) continue
        for (const leg of call.legs) {
          if (leg.dialog && isNamed(leg.dialog)) return { call, leg, early: false }
          if (leg.invite?.early.some(isNamed)) return { call, leg, early: true }
        }
      }
      return undefined
    },
    get size() {
      return calls.size
    },
    touch: (call) => touched.forEach((listener) => listener(call)),
    onTouched(listener) {
      touched.add(listener)
      return () => void touched.delete(listener)
    },
    linger(work) {
      const done = work.then(
        () => undefined,
        () => undefined,
      )
      lingering.add(done)
      void done.then(() => {
        lingering.delete(done)
        tell()
      })
    },
    idle: () =>
      new Promise((resolve) => {
        waiters.push(resolve)
        tell()
      }),
  }
}
