/** What calls are signed with, between the API and the directory: what could sign nothing is refused. */
import { createPrivateKey, type X509Certificate } from 'node:crypto'
import { messageOf, refuseWrong, type RefusalDetail } from '../config/errors.ts'
import type { Directory, SnapshotStir } from './directory/types.ts'
import type { Stir, StirCertificate, StirSettings, StirSettingsInput } from './door.ts'
import { isOfAuthority, readPem, readSigner } from './stir/certificate.ts'
import { publishedAt, publishedName } from './stir/published.ts'
import { numbersOf } from './stir/tn-auth-list.ts'
import { signingTrouble, stateOf } from './stir/trouble.ts'
import { MOST_AUTHORITIES } from './stir/verifier.ts'

export function createStirDoor({ directory, publicUrl }: { directory: Directory; publicUrl: string }): Stir {
  const settings = (stir: SnapshotStir): StirSettings => {
    const { certificate, certificateUrl, authorities } = stir
    return {
      certificate, certificateUrl, authorities,
      trusted: authorities === null ? [] : readPem(authorities, MOST_AUTHORITIES).map((one) => ({ subject: named(one.subject), notAfter: one.validToDate, state: stateOf(one, Date.now()) })),
      about: certificate === null ? null : aboutOf(certificate),
      url: certificate === null ? null : certificateUrl ?? publishedAt(publicUrl, certificate) ?? null,
      trouble: certificate === null ? null : signingTrouble(stir, publicUrl, Date.now()) ?? null,
    }
  }
  return {
    settings: (actor) => settings(directory.snapshot().stirOf(actor.tenantId)),
    async configure(actor, input) {
      await directory.stir.configure(actor, check(input))
      return settings(directory.snapshot().stirOf(actor.tenantId))
    },
    published(name) {
      const snapshot = directory.snapshot()
      return snapshot.tenants().map(({ id }) => snapshot.stirOf(id).certificate).find((certificate) => certificate !== null && publishedName(certificate) === name) ?? undefined
    },
  }
}

/** A name as people read it. */
const named = (text: string): string => text.replaceAll('\n', ', ')

function aboutOf(certificate: string): StirCertificate {
  const [leaf] = readPem(certificate) as [X509Certificate]
  const list = readSigner(leaf)
  return { subject: named(leaf.subject), issuer: named(leaf.issuer), notBefore: leaf.validFromDate, notAfter: leaf.validToDate, state: stateOf(leaf, Date.now()), codes: [...list.codes], numbers: numbersOf(list) }
}

/** @throws Refusal `unprocessable` that names every wrong field */
function check(input: StirSettingsInput): StirSettingsInput {
  const details: RefusalDetail[] = []
  const checked = { ...input }
  const { certificate, key } = checked
  if (typeof key === 'string' && typeof certificate !== 'string') details.push({ field: 'certificate', message: 'Enter the certificate together with its key.' })
  if (typeof certificate === 'string') {
    if (typeof key !== 'string') details.push({ field: 'key', message: 'Enter the key together with its certificate.' })
    try {
      const chain = readPem(certificate)
      const [leaf] = chain as [X509Certificate]
      readSigner(leaf)
      if (leaf.validToDate.getTime() <= Date.now()) throw new Error(`it ended on ${leaf.validToDate.toISOString().slice(0, 10)}`)
      if (typeof key === 'string' && !fits(leaf, key)) details.push({ field: 'key', message: 'This is not the key of the certificate, in PEM and without a passphrase. The certificate for calls comes first, those of its authorities follow.' })
      // As others get it: the certificates and nothing else that may stand in the file.
      checked.certificate = chain.map((one) => one.toString()).join('')
    } catch (error) {
      details.push({ field: 'certificate', message: `This certificate signs no calls: ${messageOf(error)}.` })
    }
  }
  if (typeof checked.authorities === 'string') {
    try {
      const all = readPem(checked.authorities, MOST_AUTHORITIES)
      const other = all.find((one) => !isOfAuthority(one))
      if (other) throw new Error(`${named(other.subject)} is none of an authority`)
      checked.authorities = all.map((one) => one.toString()).join('')
    } catch (error) {
      details.push({ field: 'authorities', message: `These certificates of authorities cannot be taken: ${messageOf(error)}.` })
    }
  }
  if (typeof checked.certificateUrl === 'string') {
    checked.certificateUrl = checked.certificateUrl.trim()
    const wrong = urlTrouble(checked.certificateUrl)
    if (wrong !== undefined) details.push({ field: 'certificateUrl', message: wrong })
  }
  refuseWrong(details)
  return checked
}

function urlTrouble(text: string): string | undefined {
  const url = URL.parse(text)
  if (url?.protocol !== 'https:' || text.length > 300 || /[<>"\s,]/.test(text)) return 'Enter an address that begins with https://.'
  return url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' ? 'Without a user name, a question mark and a #: whoever checks signatures refuses those.' : undefined
}

function fits(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
