/** FreeSWITCH as a small PBX, for the same load in the same run, where FREESWITCH_PROGRAM names its program: registrar with a file of users, calls in bypass media. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../support/eventually.ts'
import { Generator } from './generator-process.ts'
import { BESIDE_PASSWORD, freePort, type Beside } from './kamailio.ts'
import type { Phone } from './sip-text.ts'

const MODULES = ['console', 'logfile', 'commands', 'dptools', 'dialplan_xml', 'sofia']
/** Beyond any load of the bench. */
const MOST_SESSIONS = 10_000

const params = (all: Readonly<Record<string, string | number>>): string => Object.entries(all).map(([name, value]) => `<param name="${name}" value="${value}"/>`).join('')

function configFor(folder: string, port: number, phones: readonly Phone[]): string {
  const profile = params({
    'sip-ip': '127.0.0.1', 'sip-port': port, 'rtp-ip': '127.0.0.1', context: 'bench', dialplan: 'XML', 'auth-calls': 'true', 'accept-blind-reg': 'false', 'challenge-realm': 'auto_from',
    'force-register-domain': '127.0.0.1', 'force-subscription-domain': '127.0.0.1', 'inbound-bypass-media': 'true', 'inbound-late-negotiation': 'true', 'manage-presence': 'false', 'enable-timer': 'false',
    'nonce-ttl': 300, 'log-auth-failures': 'false', tls: 'false', 'rfc8760-auth-algorithms': 'MD5',
  })
  return `<?xml version="1.0"?>
<document type="freeswitch/xml">
<section name="configuration">
  <configuration name="modules.conf"><modules>${MODULES.map((name) => `<load module="mod_${name}"/>`).join('')}</modules></configuration>
  <configuration name="switch.conf"><settings>${params({ 'max-sessions': MOST_SESSIONS, 'sessions-per-second': MOST_SESSIONS, loglevel: 'err', 'core-db-name': join(folder, 'core.db') })}</settings></configuration>
  <configuration name="logfile.conf"><settings/><profiles><profile name="default"><settings>${params({ logfile: join(folder, 'log', 'freeswitch.log') })}</settings><mappings><map name="all" value="err,crit,alert"/></mappings></profile></profiles></configuration>
  <configuration name="sofia.conf"><global_settings>${params({ 'log-level': 0, 'debug-presence': 0 })}</global_settings><profiles><profile name="bench"><domains><domain name="all" alias="true" parse="false"/></domains><settings>${profile}</settings></profile></profiles></configuration>
</section>
<section name="dialplan"><context name="bench"><extension name="phones"><condition field="destination_number" expression="^(\\d+)$"><action application="bridge" data="user/$1@127.0.0.1"/></condition></extension></context></section>
<section name="directory"><domain name="127.0.0.1"><params><param name="dial-string" value="\${sofia_contact(\${dialed_user}@\${dialed_domain})}"/></params><groups><group name="all"><users>
${phones.map(({ user }) => `<user id="${user}"><params><param name="password" value="${BESIDE_PASSWORD}"/></params><variables><variable name="user_context" value="bench"/></variables></user>`).join('\n')}
</users></group></groups></domain></section>
</document>
`
}

/** Rejects with what it said when it does not start. */
export async function startFreeswitch(phones: readonly Phone[]): Promise<Beside> {
  const program = process.env['FREESWITCH_PROGRAM']
  if (!program) throw new Error('FREESWITCH_PROGRAM must name the program of a FreeSWITCH with mod_sofia.')
  const folder = await mkdtemp(join(tmpdir(), 'dialplane-freeswitch-'))
  const port = await freePort()
  const place = (name: string): string => join(folder, name)
  for (const name of ['conf', 'log', 'run', 'db', 'temp', 'storage', 'cache']) await mkdir(place(name))
  await writeFile(join(place('conf'), 'freeswitch.xml'), configFor(folder, port, phones))
  const folders = ['conf', 'log', 'run', 'db', 'temp', 'storage', 'cache'].flatMap((name) => [`-${name}`, place(name)])
  const child = spawn(program, ['-nf', '-nc', '-np', '-nonat', ...folders], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2000)))
  const ended = once(child, 'exit')
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const open = async (): Promise<Generator> => {
    let generator: Generator | undefined
    await eventually(async () => {
      generator = await Generator.open({ host: '127.0.0.1', port }, phones.map((phone) => ({ ...phone, password: BESIDE_PASSWORD })), { algorithm: 'MD5' }).catch(() => undefined)
      return generator !== undefined
    }, 'FreeSWITCH to register phones', 60_000)
    return generator as Generator
  }
  try {
    const generator = await Promise.race([open(), ended.then(() => Promise.reject(new Error(`FreeSWITCH ended: ${said}`)))])
    return {
      name: 'FreeSWITCH', pid: child.pid ?? -1, generator, algorithm: 'MD5', calls: true,
      async close() {
        await generator.close()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
