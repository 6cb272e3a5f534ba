import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Worker } from 'node:worker_threads'
import { Refusal } from '../../../config/errors.ts'
import { detachEnvironment, loadSettings, settingsTable } from '../../../config/settings/index.ts'
import { defaultHome } from '../../../config/settings/source.ts'
import { settingRows } from '../../../config/settings/table.ts'

let home = ''
const load = (env: Record<string, string> = {}, argv: string[] = []): ReturnType<typeof loadSettings> => loadSettings({ env: { DIALPLANE_HOME: home, ...env }, argv })

/** The sentences that stop the start. */
function refusedWith(env: Record<string, string>, argv: string[] = []): string[] {
  try {
    load(env, argv)
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error))
    assert.equal(error.code, 'unprocessable')
    assert.equal(error.message, error.details.map((detail) => detail.message).join('\n'))
    return error.details.map((detail) => detail.message)
  }
  assert.fail(`accepted: ${JSON.stringify(env)}`)
}

before(() => {
  home = mkdtempSync(join(tmpdir(), 'dialplane-settings-'))
})
after(() => rmSync(home, { recursive: true }))

describe('settings', () => {
  it('have working defaults', () => {
    const settings = load()
    assert.equal(settings.home, home)
    assert.deepEqual(settings.http, { host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080' })
    assert.deepEqual(settings.sip, {
      hosts: ['0.0.0.0', '::'], port: 5060, tlsPort: 5061, wsPort: 5066, wssPort: 7443,
      tls: { folder: join(home, 'tls'), ca: undefined, clients: 'off', verifyServers: true, minVersion: 'TLSv1.2' },
      acme: undefined,
      connections: { all: 20_000, perAddress: 4096 }, externalAddress: undefined, edges: ['127.0.0.0/8', '::1/128'], dnsServers: [], handlers: [], handlersSecret: '', drachtio: undefined, secret: '', graceSeconds: 60,
    })
    assert.deepEqual(settings.media.ports, { first: 20000, last: 29999 })
    assert.equal(settings.database.url, undefined)
    assert.equal(settings.log.to, 'file')
  })

  it('serve one family, both, and TLS only where it is wanted', () => {
    assert.deepEqual(load({ SIP_HOST: '[::1], 127.0.0.1' }).sip.hosts, ['::1', '127.0.0.1'])
    assert.deepEqual(load({ SIP_HOST: '::' }).sip.hosts, ['::'])
    assert.deepEqual(load({ DNS_SERVERS: '192.0.2.53, [2001:db8::53]:5353,2001:db8::54' }).sip.dnsServers, ['192.0.2.53', '[2001:db8::53]:5353', '2001:db8::54'])
    const { tlsPort, wsPort, wssPort } = load({ SIP_TLS_PORT: 'off', SIP_WS_PORT: 'off', SIP_WSS_PORT: 'off' }).sip
    assert.deepEqual([tlsPort, wsPort, wssPort], [undefined, undefined, undefined])
  })

  it('name the proxies whose Path is taken', () => {
    assert.deepEqual(load({ SIP_EDGES: '192.0.2.7, 10.1.2.3/16,2001:db8::/48' }).sip.edges, ['192.0.2.7', '10.1.0.0/16', '2001:db8::/48'])
    assert.deepEqual(load({ SIP_EDGES: 'none' }).sip.edges, [])
    assert.match(refusedWith({ SIP_EDGES: '10.0.0.0/40' })[0] ?? '', /SIP_EDGES.*no address and no network/)
  })

  it('name what an authority makes certificates for', () => {
    assert.deepEqual(load({ ACME_DOMAINS: 'PBX.example.com., sip.example.com', ACME_HTTP_PORT: '8081' }).sip.acme, { domains: ['pbx.example.com', 'sip.example.com'], email: '', directory: 'https://acme-v02.api.letsencrypt.org/directory', authority: undefined, httpPort: 8081 })
    for (const wrong of ['*.example.com', '192.0.2.1', 'pbx', 'pbx.example.com:443']) assert.match(refusedWith({ ACME_DOMAINS: wrong })[0] ?? '', /names such as pbx.example.com/)
    assert.match(refusedWith({ ACME_DOMAINS: 'pbx.example.com', SIP_TLS_PORT: 'off', SIP_WSS_PORT: 'off' }).join(), /nothing is served over TLS/)
  })

  it('give methods to handlers', () => {
    const { handlers } = load({ SIP_HANDLERS: 'invite=POST https://router.example.com/sip, *=tcp://[::1]:9021', SIP_HANDLERS_SECRET: 'x' }).sip
    assert.deepEqual(handlers, [{ method: 'INVITE', url: 'https://router.example.com/sip', post: true }, { method: '*', url: 'tcp://[::1]:9021', post: false }])
    assert.match(refusedWith({ SIP_HANDLERS: '*=tls://10.0.0.5:9021' })[0] ?? '', /SIP_HANDLERS_SECRET is not/)
    for (const wrong of ['INVITE', 'INVITE=ftp://x', 'INVITE=tcp://10.0.0.5', 'INVITE=POST tcp://10.0.0.5:1', 'INVITE=http://a,INVITE=http://b']) assert.match(refusedWith({ SIP_HANDLERS: wrong })[0] ?? '', /^SIP_HANDLERS is/, wrong)
  })

  it('let RTP follow SIP unless it is told otherwise', () => {
    assert.deepEqual(load({ SIP_HOST: '::1,127.0.0.1' }).media.hosts, ['::1', '127.0.0.1'])
    assert.deepEqual(load({ SIP_HOST: '127.0.0.1' }).media.hosts, ['127.0.0.1'])
    assert.deepEqual(load({ SIP_HOST: '127.0.0.1', RTP_HOST: '::1' }).media.hosts, ['::1'])
  })

  it('keep data in the system for root and with the user for everybody else', () => {
    assert.equal(defaultHome({}, 0), '/var/lib/dialplane')
    assert.equal(defaultHome({}, 1000), join(homedir(), '.local/share/dialplane'))
    assert.equal(defaultHome({ XDG_DATA_HOME: '/data' }, 1000), '/data/dialplane')
    // The XDG base directory specification has relative paths ignored.
    assert.equal(defaultHome({ XDG_DATA_HOME: 'data' }, 1000), join(homedir(), '.local/share/dialplane'))
  })

  it('come from the environment before the file before the default', () => {
    const file = join(home, 'dialplane.env')
    writeFileSync(file, '# ours\nSIP_PORT=5070\nexport HTTP_PORT = "8090"\n\nRING_SECONDS=20\n')
    try {
      const settings = load({ RING_SECONDS: '25' })
      assert.equal(settings.sip.port, 5070)
      assert.equal(settings.http.port, 8090)
      assert.equal(settings.calls.ringSeconds, 25)
      assert.equal(settings.calls.hoursMax, 12)
      assert.equal(load({ RING_SECONDS: '' }).calls.ringSeconds, 20, 'an empty variable counts as not set')
    } finally {
      rmSync(file)
    }
  })

  it('can stand in a file of any name, which may also name the home', () => {
    const file = join(home, 'other.conf')
    writeFileSync(file, `DIALPLANE_HOME=${home}/elsewhere\n`)
    assert.equal(loadSettings({ env: { DIALPLANE_CONFIG: file } }).home, join(home, 'elsewhere'))
  })

  it('allow port 0 for any free port', () => {
    const settings = load({ HTTP_PORT: '0', SIP_PORT: '0' })
    assert.equal(settings.http.port, 0)
    assert.equal(settings.sip.port, 0)
  })

  it('read a real drachtio-server', () => {
    assert.deepEqual(load({ DRACHTIO: '[::1]:9022', DRACHTIO_SECRET: 'x' }).sip.drachtio, { host: '::1', port: 9022, secret: 'x' })
  })

  it('reduce PUBLIC_URL to its origin', () => {
    assert.equal(load({ PUBLIC_URL: 'https://pbx.example.com/' }).http.publicUrl, 'https://pbx.example.com')
  })
})

describe('a bad setting', () => {
  const bad: [Record<string, string>, RegExp][] = [
    [{ SIP_PORT: 'sip' }, /^SIP_PORT is 'sip': allowed is a port from 1 to 65535/],
    [{ HTTP_PORT: '65536' }, /^HTTP_PORT is '65536'/],
    [{ HTTP_PORT: '-1' }, /^HTTP_PORT is '-1'/],
    [{ DNS_SERVERS: 'dns.example' }, /^DNS_SERVERS is 'dns\.example': allowed are up to four IP addresses/],
    [{ DNS_SERVERS: '192.0.2.53:70000' }, /^DNS_SERVERS is .*: allowed are up to four IP addresses/],
    [{ DNS_SERVERS: '1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4,1.1.1.5' }, /^DNS_SERVERS is .*: allowed are up to four IP addresses/],
    [{ SIP_HOST: 'localhost' }, /^SIP_HOST is 'localhost': allowed is an IP address/],
    [{ RTP_PORTS: '20000' }, /^RTP_PORTS is '20000': allowed is first-last/],
    [{ RTP_PORTS: '20001-20010' }, /the first port must be even/],
    [{ RTP_PORTS: '20000-20010' }, /the last port must be odd/],
    [{ RTP_PORTS: '20000-20001' }, /at least 4 ports/],
    [{ RTP_PORTS: '80-99' }, /from 1024/],
    [{ MEDIA_WORKERS: '0' }, /^MEDIA_WORKERS is '0': allowed is a whole number from 1 to 64/],
    [{ RING_SECONDS: '4.5' }, /^RING_SECONDS is '4.5': allowed is a whole number from 5 to 300/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is 'loud': allowed are trace, debug/],
    [{ PUBLIC_URL: 'pbx.example.com' }, /^PUBLIC_URL is 'pbx.example.com'/],
    [{ PUBLIC_URL: 'https://pbx.example.com/panel' }, /only scheme, host and port/],
    [{ PUBLIC_URL: 'ftp://pbx.example.com' }, /must start with http:\/\/ or https:\/\//],
    [{ DRACHTIO: '127.0.0.1', DRACHTIO_SECRET: 'x' }, /^DRACHTIO is '127.0.0.1': allowed is host:port/],
    [{ DRACHTIO: '127.0.0.1:9022' }, /DRACHTIO_SECRET is not/],
    [{ SIP_PORT: '8080' }, /HTTP_PORT and SIP_PORT are both 8080/],
    [{ SIP_WSS_PORT: '5061' }, /SIP_WSS_PORT and SIP_TLS_PORT are both 5061/],
    [{ SIP_TLS_PORT: 'none' }, /^SIP_TLS_PORT is 'none': allowed is a port from 1 to 65535, 0 for any free one, or off/],
    [{ SIP_TLS_CLIENTS: 'require' }, /SIP_TLS_CLIENTS is 'require' but SIP_TLS_CA is not set/],
    [{ SIP_HOST: '192.0.2.1,192.0.2.2' }, /^SIP_HOST is '192\.0\.2\.1,192\.0\.2\.2': allowed is one IPv4 address, one IPv6 address, or one of each/],
    [{ SIP_PORT: '20010' }, /RTP_PORTS 20000-29999 contains SIP_PORT 20010/],
    [{ EXTERNAL_ADDRESS: '0.0.0.0' }, /not a wildcard/],
    [{ REGISTER_EXPIRES_DEFAULT: '30' }, /must lie between REGISTER_EXPIRES_MIN \(60\) and REGISTER_EXPIRES_MAX \(3600\)/],
    [{ REGISTER_EXPIRES_MIN: '4000' }, /REGISTER_EXPIRES_DEFAULT is 600/],
    [{ DIALPLANE_CONFIG: '/does/not/exist.env' }, /names \/does\/not\/exist.env, which does not exist/],
  ]
  for (const [env, sentence] of bad) {
    it(`is refused: ${Object.entries(env).map((pair) => pair.join('=')).join(' ')}`, () => {
      const sentences = refusedWith(env)
      assert.equal(sentences.length, 1, sentences.join('\n'))
      assert.match(sentences[0] ?? '', sentence)
    })
  }

  it('is named together with every other bad one', () => {
    assert.equal(refusedWith({ SIP_PORT: 'x', HTTP_PORT: 'y', LOG_TO: 'z' }).length, 3)
  })

  it('is never shown when it is secret', () => {
    const [sentence = ''] = refusedWith({ DATABASE_URL: 'mysql://user:hunter2@host/db' })
    assert.match(sentence, /^DATABASE_URL has a bad value \(not shown because it is secret\)/)
    assert.doesNotMatch(sentence, /hunter2/)
    const { text, ok } = settingsTable({ DIALPLANE_HOME: home, DATABASE_URL: 'mysql://user:hunter2@host/db', DRACHTIO_SECRET: 'hunter3' })
    assert.equal(ok, false)
    assert.doesNotMatch(text, /hunter/)
    assert.match(text, /DRACHTIO_SECRET\s+\[set\]\s+environment/)
  })

  it('in the file is refused with file and line, and a hint for a slip of the pen', () => {
    const file = join(home, 'bad.env')
    writeFileSync(file, 'SIP_PROT=5060\nnonsense\nSIP_PORT=x\nDIALPLANE_CONFIG=/else.env\n')
    const sentences = refusedWith({ DIALPLANE_CONFIG: file })
    assert.equal(sentences.length, 4, sentences.join('\n'))
    assert.ok(sentences.some((s) => s.includes(`${file}, line 1: there is no setting SIP_PROT (did you mean SIP_PORT?)`)))
    assert.ok(sentences.some((s) => s.includes(`${file}, line 2: this is not a setting`)))
    assert.ok(sentences.some((s) => s.includes(`SIP_PORT is 'x' in ${file}`)))
    assert.ok(sentences.some((s) => s.includes('DIALPLANE_CONFIG stands in')))
  })

  it('may not move the home from inside the home', () => {
    const file = join(home, 'dialplane.env')
    writeFileSync(file, 'DIALPLANE_HOME=/elsewhere\n')
    try {
      assert.match(refusedWith({})[0] ?? '', /^DIALPLANE_HOME stands in/)
    } finally {
      rmSync(file)
    }
  })

  it('on the command line is refused', () => {
    assert.match(refusedWith({}, ['--port=1'])[0] ?? '', /^--port=1 is not an option/)
    assert.doesNotThrow(() => load({}, ['--settings']))
  })
})

describe('the table of settings', () => {
  it('lists every setting with value, source, default and meaning', () => {
    const { text, ok } = settingsTable({ DIALPLANE_HOME: home, SIP_PORT: '5099' })
    assert.equal(ok, true)
    for (const row of settingRows) assert.ok(text.includes(row.name), row.name)
    assert.match(text, /SIP_PORT\s+5099\s+environment/)
    assert.match(text, /RING_SECONDS\s+30\s+default/)
    assert.match(text, /Default: 5060\./)
    assert.ok(text.split('\n').every((line) => line.length <= 120))
  })

  it('has defaults that are themselves allowed', () => {
    assert.doesNotThrow(() => load(Object.fromEntries(settingRows.filter((row) => row.default !== '').map((row) => [row.name, row.default]))))
  })
})

it('a detached environment says the same, here, in threads and in children', async () => {
  const environment = { ...process.env }
  detachEnvironment()
  assert.deepEqual({ ...process.env }, environment)
  const ask = 'process.env.PATH'
  const worker = new Worker(`require('node:worker_threads').parentPort.postMessage(${ask})`, { eval: true })
  assert.deepEqual(await once(worker, 'message'), [environment['PATH']])
  assert.equal(execFileSync(process.execPath, ['-p', ask], { encoding: 'utf8' }).trim(), environment['PATH'])
})
