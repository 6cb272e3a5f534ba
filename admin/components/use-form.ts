import { useState } from 'react'
import { ApiError } from '../app/api-error.ts'

export interface Form<T> {
  values: T
  set: <K extends keyof T>(field: K, value: T[K]) => void
  /** What is wrong with each field: by our own check, or by the API. */
  errors: Partial<Record<string, string>>
  /** What went wrong besides single fields. */
  problem: unknown
  busy: boolean
  submit: () => void
  /** Back to fresh values. */
  reset: (values: T) => void
}

interface FormOptions<T> {
  initial: T
  /** Field errors that need no server; an empty object when all is well. */
  check?: (values: T) => Partial<Record<string, string>>
  save: (values: T) => Promise<unknown>
  onSaved?: () => void
}

/** State of one form. Field errors of the API (`error.details`) land at their fields; typing clears them. */
export function useForm<T extends object>({ initial, check, save, onSaved }: FormOptions<T>): Form<T> {
  const [values, setValues] = useState(initial)
  const [errors, setErrors] = useState<Partial<Record<string, string>>>({})
  const [problem, setProblem] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)

  async function send(): Promise<void> {
    const wrong = check?.(values) ?? {}
    setErrors(wrong)
    setProblem(null)
    if (Object.keys(wrong).length > 0) return
    setBusy(true)
    try {
      await save(values)
      onSaved?.()
    } catch (error) {
      if (error instanceof ApiError && error.details.length > 0) {
        const known = error.details.filter((detail) => lastPart(detail.field) in values)
        setErrors(Object.fromEntries(known.map((detail) => [lastPart(detail.field), sentence(detail.message)])))
        if (known.length < error.details.length) setProblem(error)
      } else {
        setProblem(error)
      }
    } finally {
      setBusy(false)
    }
  }

  return {
    values,
    errors,
    problem,
    busy,
    set: (field, value) => {
      setValues((current) => ({ ...current, [field]: value }))
      setErrors((current) => ({ ...current, [field as string]: undefined }))
    },
    submit: () => {
      if (!busy) void send()
    },
    reset: (fresh) => {
      setValues(fresh)
      setErrors({})
      setProblem(null)
    },
  }
}

/** `body.number` and `number` both mean the field `number`. */
function lastPart(field: string): string {
  return field.slice(field.lastIndexOf('.') + 1)
}

/** `must be one line` becomes `Must be one line.` */
function sentence(message: string): string {
  const text = message.charAt(0).toUpperCase() + message.slice(1)
  return /[.!?]$/.test(text) ? text : `${text}.`
}
