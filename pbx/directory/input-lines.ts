/** What people enter for lines to the outside, checked. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { refuseWrong, type RefusalDetail } from '../../config/errors.ts'
import { CALLERS, CALLERS_WANTED, plainly } from './input-callers.ts'
import { ruleTrouble } from '../sip/header-rules.ts'
import type { InboundNumberInput, OutboundRouteInput, TrunkInput } from '../door.ts'

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i
const DIALLED = /^[+*#]?[0-9*#]{1,20}$/
const NUMBER = /^\+?[0-9]{2,20}$/

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkTrunk<T extends Partial<TrunkInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkName(checked, details)
  if (checked.host !== undefined) {
    checked.host = checked.host.trim().replace(/^sips?:/i, '').toLowerCase()
    if (checked.host !== '' && !HOST.test(checked.host) && isIP(checked.host.replace(/^\[|\]$/g, '')) === 0) details.push({ field: 'host', message: 'Enter the name or address of the carrier, such as sip.carrier.example, without port and slashes.' })
  }
  for (const field of ['username', 'password'] as const) {
    const text = checked[field]
    // Both go into headers.
    if (typeof text === 'string' && (text === '' || text.length > 200 || /[\p{Cc}"\\]/u.test(text))) details.push({ field, message: 'Up to 200 characters, without quotes and backslashes.' })
  }
  checkCertificates(checked, details)
  for (const [at, rule] of (checked.headerRules ?? []).entries()) {
    const trouble = ruleTrouble(rule)
    if (trouble !== undefined) details.push({ field: `headerRules.${at}`, message: trouble })
  }
  if (checked.codecs) checked.codecs = [...new Set(checked.codecs)]
  if (checked.callerId) checked.callerId = number(checked.callerId, 'callerId', details)
  if (checked.networks) {
    checked.networks = [...new Set(checked.networks.map((network) => network.trim()))]
    for (const network of checked.networks) if (!isNetwork(network)) details.push({ field: 'networks', message: `${network} is no address or network, such as 198.51.100.7 or 198.51.100.0/24.` })
  }
  refuseWrong(details)
  return checked
}

/** PEM, of which a key goes with its certificate. */
function checkCertificates(checked: Partial<TrunkInput>, details: RefusalDetail[]): void {
  const read = (field: 'clientCertificate' | 'peerAuthority'): X509Certificate | undefined => {
    const text = checked[field]
    if (typeof text !== 'string') return undefined
    try {
      const certificate = new X509Certificate(text)
      if (certificate.validToDate.getTime() <= Date.now()) details.push({ field, message: `This certificate ended on ${certificate.validToDate.toISOString().slice(0, 10)}.` })
      return certificate
    } catch {
      details.push({ field, message: 'This is no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----.' })
      return undefined
    }
  }
  read('peerAuthority')
  const certificate = read('clientCertificate')
  if (typeof checked.clientKey === 'string' && typeof checked.clientCertificate !== 'string') details.push({ field: 'clientCertificate', message: 'Enter the certificate together with its key.' })
  if (certificate && typeof checked.clientKey !== 'string') details.push({ field: 'clientKey', message: 'Enter the key together with its certificate.' })
  else if (certificate && !fits(certificate, checked.clientKey ?? '')) details.push({ field: 'clientKey', message: 'This is not the key of the certificate, in PEM and without a passphrase.' })
  if (typeof checked.peerName === 'string') {
    checked.peerName = checked.peerName.trim().toLowerCase()
    if (!HOST.test(checked.peerName)) details.push({ field: 'peerName', message: 'A name such as sip.carrier.example.' })
  }
}

function fits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

/**
 * What a trunk needs, seen as a whole.
 *
 * @throws Refusal `unprocessable` that names every wrong field
 */
export function checkTrunkKind({ host, register, registersHere, username, password, hasPassword }: Pick<TrunkInput, 'host' | 'register' | 'registersHere' | 'username' | 'password'> & { hasPassword: boolean }): void {
  const details: RefusalDetail[] = []
  if (register === true && registersHere === true) details.push({ field: 'registersHere', message: 'Either we register there, or it registers here.' })
  if (!host && registersHere !== true) details.push({ field: 'host', message: 'Enter the name or address of the carrier, such as sip.carrier.example, without port and slashes.' })
  if ((register === true || registersHere === true) && !username) details.push({ field: 'username', message: 'Registering needs a user name.' })
  if (registersHere === true && (password === null || (password === undefined && !hasPassword))) details.push({ field: 'password', message: 'Registering needs a password.' })
  // Anybody may try it from anywhere.
  if (registersHere === true && typeof password === 'string' && password.length < 12) details.push({ field: 'password', message: 'At least 12 characters: whoever finds it out calls at your cost.' })
  refuseWrong(details)
}

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkInboundNumber<T extends Partial<InboundNumberInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkName(checked, details)
  if (checked.number !== undefined) checked.number = number(checked.number, 'number', details)
  if (checked.destination !== undefined) {
    checked.destination = plainly(checked.destination)
    if (!DIALLED.test(checked.destination)) details.push({ field: 'destination', message: 'Enter what one would dial to get there, such as 300.' })
  }
  if (checked.byCaller !== undefined) {
    checked.byCaller = checked.byCaller.map(({ caller, destination }) => ({ caller: plainly(caller), destination: plainly(destination) }))
    for (const { caller, destination } of checked.byCaller) {
      if (!CALLERS.test(caller)) details.push({ field: 'byCaller', message: `${caller}: ${CALLERS_WANTED}` })
      if (!DIALLED.test(destination)) details.push({ field: 'byCaller', message: `${caller}: enter what one would dial to get where such callers go, such as 300.` })
    }
    const twice = checked.byCaller.find(({ caller }, at, all) => all.findIndex((other) => other.caller === caller) < at)
    if (twice) details.push({ field: 'byCaller', message: `${twice.caller} is there twice.` })
  }
  if (checked.namePrefix !== undefined && (checked.namePrefix.length > 20 || /[\p{Cc}\p{Cs}]/u.test(checked.namePrefix))) details.push({ field: 'namePrefix', message: 'At most 20 letters, digits and signs.' })
  refuseWrong(details)
  return checked
}

/** @throws Refusal `unprocessable` that names every wrong field */
export function checkOutboundRoute<T extends Partial<OutboundRouteInput>>(input: T): T {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  checkName(checked, details)
  if (checked.pattern !== undefined) {
    checked.pattern = checked.pattern.trim().toUpperCase()
    if (!/^\+?[0-9XZN*#]*\.?$/.test(checked.pattern) || checked.pattern === '') details.push({ field: 'pattern', message: 'Digits, X for any of them, Z for 1 to 9, N for 2 to 9, and a dot at the end for whatever follows: 0., 1NXXNXXXXXX.' })
  }
  if (checked.prepend !== undefined && !/^\+?[0-9*#]{0,20}$/.test(checked.prepend)) details.push({ field: 'prepend', message: 'Digits, with a + before them or not.' })
  if (checked.callerId) checked.callerId = number(checked.callerId, 'callerId', details)
  if (checked.callers !== undefined) {
    checked.callers = checkCallers(checked.callers, details)
  }
  if (checked.trunkIds !== undefined && (checked.trunkIds.length === 0 || new Set(checked.trunkIds).size < checked.trunkIds.length)) details.push({ field: 'trunkIds', message: 'Choose at least one trunk, and each once.' })
  refuseWrong(details)
  return checked
}

/** Extensions as numbers or patterns, each once. */
export function checkCallers(given: readonly string[], details: RefusalDetail[]): string[] {
  const callers = [...new Set(given.map((caller) => caller.trim().toUpperCase()))]
  for (const caller of callers) if (!/^(?=.)[0-9XZN]{0,15}\.?$/.test(caller)) details.push({ field: 'callers', message: `${caller || 'Nothing'} is no extension, such as 201, and no pattern, such as 2XX or 3.` })
  return callers
}

export function checkName(checked: { name?: string }, details: RefusalDetail[]): void {
  if (checked.name === undefined) return
  checked.name = checked.name.trim()
  if (checked.name === '' || checked.name.length > 100 || /[\p{Cc}\p{Cs}]/u.test(checked.name)) details.push({ field: 'name', message: 'A name of up to 100 characters is needed.' })
}

/** A number as it is kept, without what people write between its digits. */
export const plainNumber = (given: string): string => given.trim().replace(/[\s.()/-]/g, '')

function number(given: string, field: string, details: RefusalDetail[]): string {
  const plain = plainNumber(given)
  if (!NUMBER.test(plain)) details.push({ field, message: 'A number has 2 to 20 digits, with a + before them or not.' })
  return plain
}

function isNetwork(text: string): boolean {
  const [address, bits, ...rest] = text.split('/')
  const family = isIP(address ?? '')
  return family !== 0 && rest.length === 0 && (bits === undefined || (/^[0-9]{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
}
