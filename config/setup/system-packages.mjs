/** The programs that tests talk to: real SIP clients, a browser, tools that look at the wire and at sound. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { step } from './step.mjs'

/** Program → Debian package. */
const PROGRAMS = {
  sipp: 'sip-tester',
  sipsak: 'sipsak',
  baresip: 'baresip-core',
  svwar: 'sipvicious',
  tshark: 'tshark',
  chromium: 'chromium',
  sox: 'sox',
  ffmpeg: 'ffmpeg',
  ip: 'iproute2',
  kamailio: 'kamailio',
  dnsmasq: 'dnsmasq-base',
  pebble: 'pebble',
}

/** Installs what is missing when we may; else says so, and the suites that need it are skipped by name. */
export async function installSystemPackages() {
  const missing = Object.keys(PROGRAMS).filter((program) => !inPath(program))
  if (missing.length === 0) return
  if (process.getuid?.() === 0 && inPath('apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const packages = missing.map((program) => PROGRAMS[program])
    const install = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'APT::Sandbox::User=root', 'install', '-y', '--no-install-recommends', ...packages]
    const apt = (what, args) => step(what, 'apt-get', args, { env, quiet: true })
    if (await apt(`installing ${packages.join(' ')} for the tests`, install)) return
    if ((await apt('reading the package lists', ['update'])) && (await apt(`installing ${packages.join(' ')} once more`, install))) return
  }
  const left = missing.filter((program) => !inPath(program))
  if (left.length > 0) {
    process.stderr.write(`Dialplane: not installed: ${left.join(', ')} (Debian packages ${left.map((program) => PROGRAMS[program]).join(' ')}). Tests that need them are skipped by name.\n`)
  }
}

function inPath(program) {
  // Debian keeps `ip` and others in sbin, which is not in an ordinary user's PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
