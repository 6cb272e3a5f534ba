import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { wrongField } from '../../config/errors.ts'
import type { Secrets } from '../../config/secrets.ts'

const PURPOSE = 'voicemail-pin'
const KEY_BYTES = 32
const derive = promisify<string, Buffer, number, Buffer>(scrypt)

/** Why a PIN cannot be taken; undefined when it can. */
export function pinFault(pin: string, number: string): string | undefined {
  if (!/^[0-9]{4,12}$/.test(pin)) return 'A PIN has 4 to 12 digits and nothing else.'
  if (pin === number) return 'The number of the extension is the first that is tried. Choose another PIN.'
  const steps = new Set([...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at])))
  if (steps.size === 1 && [0, 1, -1].includes([...steps][0]!)) return 'A row of digits is among the first that are tried. Choose another PIN.'
  return undefined
}

/** @throws Refusal `unprocessable` with the fault */
export function refuseFault(pin: string, number: string): void {
  const message = pinFault(pin, number)
  if (message !== undefined) throw wrongField('pin', message)
}

/** A slow hash, and sealed: so few digits are guessed in no time by whoever has the hash alone. */
export async function sealPin(secrets: Secrets, tenantId: string, pin: string): Promise<Buffer> {
  const salt = randomBytes(16)
  const hash = await derive(pin, salt, KEY_BYTES)
  return secrets.seal(PURPOSE, tenantId, `${salt.toString('base64')} ${hash.toString('base64')}`)
}

export async function isPin(secrets: Secrets, tenantId: string, sealed: Buffer, pin: string): Promise<boolean> {
  const [salt = '', hash = ''] = secrets.open(PURPOSE, tenantId, sealed).split(' ')
  return timingSafeEqual(await derive(pin, Buffer.from(salt, 'base64'), KEY_BYTES), Buffer.from(hash, 'base64'))
}
