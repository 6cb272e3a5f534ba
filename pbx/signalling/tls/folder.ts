/** The certificates an operator put into a folder, in any of the ways they come. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { messageOf } from '../../../config/errors.ts'
import { readCertificate, type Certificate } from './certificate.ts'

export interface FolderContent {
  /** The one named default first, then by name. */
  certificates: Certificate[]
  /** What could not be used, a sentence each. */
  problems: string[]
}

/** Of certbot, and of Kubernetes and most others. */
const PAIRS = [['fullchain.pem', 'privkey.pem'], ['tls.crt', 'tls.key']] as const

interface Found {
  name: string
  certificate: string
  key: string
}

/** A folder that does not exist holds nothing. */
export async function readFolder(folder: string): Promise<FolderContent> {
  const problems: string[] = []
  const found = await look(folder).catch((error: unknown) => {
    problems.push(`The folder ${folder} cannot be read: ${messageOf(error)}.`)
    return []
  })
  const certificates: Certificate[] = []
  for (const one of found) {
    try {
      certificates.push(readCertificate(one.certificate, await readFile(one.certificate, 'utf8'), await readFile(one.key, 'utf8')))
    } catch (error) {
      problems.push(`A certificate is left out: ${messageOf(error)}.`)
    }
  }
  return { certificates, problems }
}

async function look(folder: string): Promise<Found[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const names = new Set(entries.map((entry) => entry.name))
  const found: Found[] = pairsIn(folder, names)
  const paired = found.length > 0
  for (const name of names) {
    const [, stem = ''] = /^(.+)\.(?:crt|pem)$/.exec(name) ?? []
    // A key beside it, or in the same file.
    if (stem !== '' && !paired) {
      const path = join(folder, name)
      if (names.has(`${stem}.key`)) found.push({ name: stem, certificate: path, key: join(folder, `${stem}.key`) })
      else if ((await readFile(path, 'utf8')).includes('PRIVATE KEY-----')) found.push({ name: stem, certificate: path, key: path })
    }
    const inside = await readdir(join(folder, name)).catch(() => [])
    found.push(...pairsIn(join(folder, name), new Set(inside)))
  }
  const rank = ({ name }: Found) => (name === 'default' ? '' : name)
  return found.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

function pairsIn(folder: string, names: ReadonlySet<string>): Found[] {
  return PAIRS.flatMap(([certificate, key]) => (names.has(certificate) && names.has(key) ? [{ name: basename(folder), certificate: join(folder, certificate), key: join(folder, key) }] : []))
}
