/** `--doctor`: what can be said of the machine from outside a running Dialplane. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openServer } from '../database/open.ts'
import type { Logger } from '../logger.ts'
import { processLife } from '../process-table.ts'
import type { Settings } from '../settings/settings.ts'
import { checkDatabase, checkDisk, checkMediaPorts, checkNames, checkNat, checkPorts, found, looked, type Finding } from './machine.ts'

const marks: Record<Finding['state'], string> = { good: 'ok  ', warning: 'look', bad: 'BAD ', untested: '-   ' }

export const DOCTOR = '--doctor'

/** @returns whether nothing is bad */
export async function runDoctor(settings: Settings, logger: Logger, tell: (line: string) => unknown): Promise<boolean> {
  const findings: Finding[] = []
  const say = (finding: Finding): void => {
    findings.push(finding)
    tell(`${marks[finding.state]}  ${finding.name}: ${finding.message}`)
    if (finding.cure !== null && finding.state !== 'good') tell(`      ${finding.cure}`)
  }
  const running = await isRunning(settings.home)
  say(await looked('disk', () => checkDisk(settings)))
  say(await looked('dns', () => checkNames([new URL(settings.http.publicUrl).hostname])))
  say(checkNat(settings))
  if (running) {
    say(found('ports', 'untested', 'Dialplane runs and has its ports; the page Doctor in the panel looks at the rest.', null))
  } else {
    const { sip, http } = settings
    const tcp = ([['SIP_PORT', sip.port], ['SIP_TLS_PORT', sip.tlsPort], ['SIP_WS_PORT', sip.wsPort], ['SIP_WSS_PORT', sip.wssPort]] as const).flatMap(([setting, port]) => (port === undefined ? [] : [{ setting, port }]))
    const hosts = sip.hosts.filter((host) => !host.includes(':'))
    say(await looked('ports', () => checkPorts([
      { setting: 'HTTP_PORT', host: http.host, port: http.port, transport: 'tcp' },
      ...hosts.flatMap((host) => [...tcp.map((one) => ({ ...one, host, transport: 'tcp' as const })), { setting: 'SIP_PORT', host, port: sip.port, transport: 'udp' as const }]),
    ])))
    say(await looked('media ports', () => checkMediaPorts(settings)))
  }
  if (running && settings.database.url === undefined) say(found('database', 'untested', 'Dialplane runs and has the embedded PostgreSQL.', null))
  else {
    try {
      const server = await openServer({ settings, logger })
      try {
        for (const finding of await checkDatabase(server.connection)) say(finding)
      } finally {
        await server.close()
      }
    } catch (error) {
      say(found('database', 'bad', (error as Error).message, null))
    }
  }
  const bad = findings.filter(({ state }) => state === 'bad').length
  tell(bad === 0 ? 'Nothing is wrong with the machine.' : `${bad} ${bad === 1 ? 'thing is' : 'things are'} wrong.`)
  return bad === 0
}

async function isRunning(home: string): Promise<boolean> {
  const [pid, life] = (await readFile(join(home, 'dialplane.lock'), 'utf8').catch(() => '')).split('\n')
  return life !== undefined && life !== '' && (await processLife(Number(pid))) === life
}
