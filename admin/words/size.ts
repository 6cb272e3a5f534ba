/** `12 kB`, `3.4 MB`. */
import { decimal } from './translate.ts'

export function fileSize(bytes: number): string {
  if (bytes >= 1_000_000_000) return `${decimal(bytes / 1_000_000_000, 1)} GB`
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${decimal(bytes / 1_000_000, 1)} MB`
}
