import { useRef } from 'react'

/** What a dialog showed when it was last open, so that it does not change or empty while it fades out. */
export function useLastOpen<T>(opened: boolean, value: T): T {
  const last = useRef(value)
  if (opened) last.current = value
  return last.current
}
