import type { Binding } from './binding.ts'

/**
 * Finds what expires with one timer: bindings wait in buckets of a second. A refresh moves nothing;
 * a binding found too early in its bucket is put into the right one then.
 */
export interface ExpiryBuckets {
  /** Call after every change of `expiresAt`. */
  watch(binding: Binding): void
  forget(binding: Binding): void
  /** Bindings whose time was over at `now`; they are no longer watched. */
  due(now: number): Binding[]
}

export function createExpiryBuckets(now: number): ExpiryBuckets {
  const buckets = new Map<number, Set<Binding>>()
  const bucketOf = new Map<Binding, number>()
  let swept = Math.floor(now / 1000)

  const forget = (binding: Binding): void => {
    const second = bucketOf.get(binding)
    if (second === undefined) return
    bucketOf.delete(binding)
    const bucket = buckets.get(second)
    bucket?.delete(binding)
    if (bucket?.size === 0) buckets.delete(second)
  }
  const put = (binding: Binding, second: number): void => {
    const bucket = buckets.get(second)
    if (bucket) bucket.add(binding)
    else buckets.set(second, new Set([binding]))
    bucketOf.set(binding, second)
  }
  const watch = (binding: Binding): void => {
    const second = Math.max(swept + 1, Math.ceil(binding.expiresAt / 1000))
    const current = bucketOf.get(binding)
    if (current !== undefined && current <= second) return
    forget(binding)
    put(binding, second)
  }
  return {
    watch,
    forget,
    due(at) {
      const until = Math.floor(at / 1000)
      const due: Binding[] = []
      // After a long sleep of the machine there are fewer buckets than seconds.
      const seconds = until - swept > buckets.size ? [...buckets.keys()].filter((second) => second <= until) : range(swept + 1, until)
      swept = Math.max(swept, until)
      for (const second of seconds) {
        for (const binding of buckets.get(second) ?? []) {
          forget(binding)
          if (binding.expiresAt <= at) due.push(binding)
          else watch(binding)
        }
      }
      return due
    },
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
