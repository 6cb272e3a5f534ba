/** An authority that speaks ACME: pebble, with a name server of the test's and a certificate of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { testAuthority } from './certificates.ts'
import { freePort } from './ports.ts'

export interface Pebble {
  directory: string
  /** File with who vouches for the directory. */
  authority: string
  /** Where it looks whether a name is whose asks. */
  httpPort: number
  /** What it printed. */
  said(): string
  close(): Promise<void>
}

/** @param nameServer `127.0.0.1:port` */
export async function startPebble(nameServer: string): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-pebble-'))
  const made = await testAuthority('Vouches for the directory')
  const own = await made.issue(['127.0.0.1', 'localhost'])
  const [port, management, httpPort, tlsPort] = [await freePort(), await freePort(), await freePort(), await freePort()]
  const [certificate, key, authority, config] = ['own.pem', 'own.key', 'authority.pem', 'pebble.json'].map((name) => join(folder, name)) as [string, string, string, string]
  await writeFile(certificate, own.certificate)
  await writeFile(key, own.key)
  await writeFile(authority, made.certificate)
  await writeFile(config, JSON.stringify({ pebble: { listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}`, certificate, privateKey: key, httpPort, tlsPort, ocspResponderURL: '', externalAccountBindingRequired: false } }))
  const child = spawn('pebble', ['-config', config, '-dnsserver', nameServer], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20' } })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await eventually(() => /Listening on/.test(text), `pebble to listen; it said: ${text}`)
  return {
    directory: `https://127.0.0.1:${port}/dir`, authority, httpPort, said: () => text,
    async close() {
      child.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
