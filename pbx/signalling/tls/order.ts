/** One certificate from an authority that speaks ACME (RFC 8555), by the challenge http-01. */
import { mkdir, readFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { join } from 'node:path'
import { messageOf, Refusal } from '../../../config/errors.ts'
import { readOrCreateKeyFile } from '../../../config/key-file.ts'
import type { AcmeSettings } from '../../../config/settings/settings.ts'
import { openChallenges } from './challenge.ts'

/** Whoever has not answered by then is tried again later. */
const ORDER_MS = 180_000

export interface Ordered {
  /** PEM, with its chain. */
  certificate: string
  key: string
}

/**
 * Proves that the names are ours and has a certificate for them made, under a new key.
 *
 * @param folder private; holds the key of our account with the authority
 * @throws Refusal `unavailable` that says what failed, and where
 */
export async function orderCertificate({ domains, email, directory, authority, httpPort }: AcmeSettings, folder: string): Promise<Ordered> {
  // A large library that most houses never need.
  const { default: acme } = await import('acme-client')
  if (authority !== undefined) {
    const ca = await readFile(authority).catch((error: unknown) => {
      throw new Refusal('unprocessable', `ACME_AUTHORITY ${authority} cannot be read: ${messageOf(error)}.`, { cause: error })
    })
    acme.axios.defaults.httpsAgent = new Agent({ ca })
  }
  acme.axios.defaults.timeout = 20_000
  // Whoever asked hears soon what is wrong; the renewal comes again by itself.
  Object.assign(acme.axios.defaults, { acmeSettings: { ...(acme.axios.defaults as { acmeSettings?: object }).acmeSettings, retryMaxAttempts: 2, retryDefaultDelay: 2 } })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const challenges = await openChallenges(httpPort)
  try {
    const client = new acme.Client({ directoryUrl: directory, accountKey: await readOrCreateKeyFile(join(folder, 'account.pem'), async () => (await acme.crypto.createPrivateEcdsaKey('P-256')).toString().trim()), backoffAttempts: 20, backoffMin: 1_000, backoffMax: 10_000 })
    const [key, csr] = await acme.crypto.createCsr({ commonName: domains[0] ?? '', altNames: [...domains] }, await acme.crypto.createPrivateEcdsaKey('P-256'))
    const certificate = await inTime(client.auto({
      csr,
      ...(email === '' ? {} : { email }),
      termsOfServiceAgreed: true,
      challengePriority: ['http-01'],
      // It looks from outside; we might not see ourselves from there.
      skipChallengeVerification: true,
      challengeCreateFn: (_authorization, challenge, keyAuthorization) => {
        challenges.set(challenge.token, keyAuthorization)
        return Promise.resolve()
      },
      challengeRemoveFn: () => Promise.resolve(),
    }))
    return { certificate, key: key.toString() }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal('unavailable', `${new URL(directory).host} issued no certificate for ${domains.join(', ')}: ${messageOf(error).slice(0, 500)}`, { cause: error })
  } finally {
    await challenges.close()
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${ORDER_MS / 60_000} minutes`)), ORDER_MS)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
