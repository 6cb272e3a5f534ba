/** Kamailio as a proxy of somebody else: it records its route and sends every new request to one place; as an edge it writes a Path too. */
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { findProgram } from './run/peers.ts'

export interface Kamailio {
  readonly port: number
  close(): Promise<void>
}

const START_MS = 15_000

export interface KamailioOptions {
  /** It stands between phones and their registrar, the target: adds a Path to what registers, with where it came from (RFC 3327). */
  edge?: boolean
}

/** Where a phone really is stands in the Path, and in the Contact that a dialog learns: what the phone says may be behind a NAT. */
const EDGE = {
  listen: (port: number) => `listen=tcp:127.0.0.1:${port}`,
  modules: `
loadmodule "path.so"
loadmodule "nathelper.so"
modparam("path", "use_received", 1)
onreply_route { if (is_method("INVITE")) add_contact_alias(); }`,
  everything: 'force_rport(); if (is_method("INVITE")) add_contact_alias(); if (has_totag()) handle_ruri_alias();',
  new: 'if (is_method("REGISTER")) add_path_received();',
}

function config(port: number, target: string, { edge = false }: KamailioOptions): string {
  return `#!KAMAILIO
debug=0
log_stderror=yes
fork=no
${edge ? EDGE.listen(port) : 'disable_tcp=yes'}
listen=udp:127.0.0.1:${port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"${edge ? EDGE.modules : ''}
request_route {
  if (is_method("OPTIONS") && uri == myself) { sl_send_reply("200", "OK"); exit; }
  ${edge ? EDGE.everything : ''}
  if (loose_route()${edge ? ' || $du != $null' : ''}) { ${edge ? 'if (!has_totag()) record_route();' : ''} t_relay(); exit; }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  if (is_method("ACK")) { if (t_check_trans()) t_relay(); exit; }
  ${edge ? EDGE.new : ''}
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  $du = "${target}";
  t_relay();
}
`
}

/** Resolves when it answers. @param target URI of the next hop of requests that begin something */
export async function startKamailio(target: string, options: KamailioOptions = {}): Promise<Kamailio> {
  const program = findProgram('kamailio') ?? '/usr/sbin/kamailio'
  const folder = await mkdtemp(join(tmpdir(), 'kamailio-'))
  const port = await freePort()
  const file = join(folder, 'kamailio.cfg')
  await writeFile(file, config(port, target, options))
  const child = spawn(program, ['-f', file, '-DD', '-E', '-m', '16', '-M', '4', '-n', '1', ...(options.edge ? ['-N', '1'] : []), '-Y', folder], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const probe = createSocket('udp4')
  const answered = new Promise<void>((resolve) => probe.once('message', () => resolve()))
  await new Promise<void>((resolve) => probe.bind(0, '127.0.0.1', resolve))
  const ask = (): void => probe.send(`OPTIONS sip:127.0.0.1:${port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${probe.address().port};branch=z9hG4bKprobe\r\nMax-Forwards: 5\r\nFrom: <sip:p@x>;tag=1\r\nTo: <sip:p@x>\r\nCall-ID: probe\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`, port, '127.0.0.1')
  const asking = setInterval(ask, 50)
  const late = new Promise<never>((_resolve, reject) => setTimeout(() => reject(new Error(`kamailio did not answer: ${said}`)), START_MS).unref())
  try {
    await Promise.race([answered, late, ended.then(() => Promise.reject(new Error(`kamailio ended: ${said}`)))])
  } catch (error) {
    await close()
    throw error
  } finally {
    clearInterval(asking)
    probe.close()
  }
  return { port, close }
}
