/** Signed calls: what it costs this process to sign one and to verify one. `node test/load/signatures.ts [calls]` (5,000). */
import { X509Certificate } from 'node:crypto'
import { createLogger } from '../../config/logger.ts'
import type { Directory, SnapshotTrunk } from '../../pbx/directory/types.ts'
import { createCertificateStore, createRevocationStore } from '../../pbx/stir/published-store.ts'
import { createSigner } from '../../pbx/stir/signer.ts'
import { createVerifier } from '../../pbx/stir/verifier.ts'
import { startCertificateServer } from '../support/certificate-server.ts'
import { stirAuthority } from '../support/stir-authority.ts'

const calls = Number(process.argv[2] ?? 5_000)
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const authority = await stirAuthority()
const middle = await authority.below('Between')
const pair = await middle.issue()
const server = await startCertificateServer()
const certificateUrl = server.publish('a.pem', pair.certificate + middle.certificate)
const trunk = { id: 'trunk', tenantId: 'tenant', country: 'US', format: 'plus', signCalls: true, verifyCalls: 'refuse', callerId: '+12025550000' } as unknown as SnapshotTrunk
const stir = { certificate: pair.certificate, key: pair.key, certificateUrl, authorities: authority.certificate }
const trunks = [trunk]
const numbers = Array.from({ length: 1_000 }, (_, at) => ({ number: `+1202555${1_000 + at}`, enabled: true }))
const directory = { snapshot: () => ({ stirOf: () => stir, trunksOf: () => trunks, inboundNumbersOf: () => numbers }) } as unknown as Directory
const now = (): number => Date.now()
const signer = createSigner({ directory, publicUrl: '', key: Buffer.alloc(32), now, logger: createLogger('warn') })
const verifier = createVerifier({ directory, store: createCertificateStore({ networks: ['127.0.0.1'], now }), lists: createRevocationStore({ networks: ['127.0.0.1'], now }), now })

const sign = (): string | readonly string[] | undefined => signer.sign(trunk, { called: '+12025550123', from: '+12025551042', origin: { authenticated: true, id: 'extension' } }, {})['Identity']
const identity = String(sign())
const verify = async (): Promise<void> => {
  const { verstat, reason } = await verifier.verify(trunk, { identity, date: undefined, caller: '+12025551042', called: '+12025550123' })
  if (verstat !== 'TN-Validation-Passed-A') throw new Error(reason)
}
/** Microseconds of CPU for each, all threads of this process together. */
async function cost(times: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  for (let at = 0; at < times; at += 1) await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}
try {
  await cost(200, sign)
  await cost(200, verify)
  say(`sign, certificate and 1,000 numbers known:   ${(await cost(calls, sign)).toFixed(0)} µs of CPU a call`)
  say(`verify, certificate kept, one between:       ${(await cost(calls, verify)).toFixed(0)} µs of CPU a call`)
  say(`read a certificate that is new:              ${(await cost(500, () => new X509Certificate(pair.certificate))).toFixed(0)} µs`)
  say(`an INVITE is longer by:                      ${identity.length + 'Identity: \r\nDate: \r\n'.length + new Date().toUTCString().length} bytes`)
} finally {
  await server.close()
}
