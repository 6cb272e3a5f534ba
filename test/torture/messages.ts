/** The torture messages as files hold them. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rfc4475, rfc5118, type Row } from './table.ts'

export type Rfc = 'rfc4475' | 'rfc5118'

export interface TortureMessage extends Row {
  rfc: Rfc
  bytes: Buffer
  callId: string
}

const folder = (rfc: Rfc): string => fileURLToPath(new URL(rfc, import.meta.url))

/** Names of the files there are, without their endings. */
export function fileNames(rfc: Rfc): string[] {
  return readdirSync(folder(rfc)).map((name) => name.replace(/\.dat$/, '')).sort()
}

function read(rfc: Rfc, row: Row): TortureMessage {
  const bytes = readFileSync(`${folder(rfc)}/${row.name}.dat`)
  return { ...row, rfc, bytes, callId: /^(?:call-id|i)[ \t]*:[ \t]*(.*)\r$/im.exec(bytes.toString('latin1'))?.[1] ?? '' }
}

export const messages: readonly TortureMessage[] = [...rfc4475.map((row) => read('rfc4475', row)), ...rfc5118.map((row) => read('rfc5118', row))]

/** `RFC 4475 3.1.1.1 wsinv`. */
export function titleOf({ rfc, section, name }: TortureMessage): string {
  return `${rfc.replace('rfc', 'RFC ')} ${section} ${name}`
}

/**
 * The message as it would come from `port`: without `rport` answers go to the port of the topmost Via (RFC 3261 §18.2.2),
 * and 5060, which most leave out, may be another program's here. Nothing else is changed.
 */
export function sentFrom({ bytes }: TortureMessage, port: number): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/(\bSIP\s*\/\s*\d\.\d\s*\/\s*[A-Z]+\s+(?:\[[^\]]*\]|[^\s:;,]+))(?::\d+)?/, `$1:${port}`), 'latin1')
}
