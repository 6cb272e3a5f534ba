import { z } from 'zod'

/** A time as it crosses the wire: ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime()

// Names end up in SIP headers and log lines: a control character there is an injection.
export const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** A line of text for people: trimmed, not empty, no control characters. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !CONTROL.test(text), 'must be one line without control characters')

/** An origin of web pages whose host is a name or an address of numbers: URLs take `;` and `*` there as well, which mean more in a policy (CSP 3, host-source). */
export function isPageOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false
  const { origin, hostname } = new URL(text)
  return origin === text && /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/.test(hostname)
}

export const isoOf = (time: Date | number): string => new Date(time).toISOString()

export const isoOrNull = (time: Date | number | null): string | null => (time === null ? null : isoOf(time))

/** The same object without fields that are undefined, for interfaces in which absent and undefined differ. */
export function given<T extends object>(input: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
}

/** A named schema or null. Not `.nullable()`: the document would then call the named schema itself nullable. */
export const orNull = <T extends z.ZodType>(schema: T) => z.union([schema, z.null()])

/** What every kept object has beside its own fields. */
export const stamps = { version: z.number().int(), createdAt: instant, updatedAt: instant }

/** In the body of a change. */
export const readVersion = z.number().int().min(1).optional().meta({ description: 'The version that was read; refused with 409 when it has changed since. If-Match does the same.' })

/** A number that is dialled inside the house. */
export const ownNumber = z.string().regex(/^[0-9]{2,15}$/, 'must be 2 to 15 digits')

/** Where a call is led: what one would dial, inside or outside. */
export const dialled = z.string().regex(/^[+*]?[0-9 .()-]{2,30}$/, 'must be a number that can be dialled')
