/** The backup file by itself: what is written is read, and nothing else is. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { backupCommandOf } from '../../../config/backup/command.ts'
import { readEntries, writeEntries, type Entry, type Manifest } from '../../../config/backup/entries.ts'
import { openBackup } from '../../../config/backup/open.ts'
import { newRecoveryKey, passKey, seal, type PassKey } from '../../../config/backup/sealed.ts'
import { writeWhole } from '../../../config/backup/whole-file.ts'
import { Refusal } from '../../../config/errors.ts'

const CHUNK = 65_536 + 16
const about = { id: 'b', createdAt: '2026-11-27T00:00:00.000Z', version: '0.1.0' }
const manifest: Manifest = { createdAt: about.createdAt, version: about.version, migrations: ['one'], postgresql: '18' }
const refused = (pattern: RegExp) => (error: unknown): boolean => error instanceof Refusal && pattern.test(error.message)

async function* pieces(...all: Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> { for (const one of all) yield await Promise.resolve(one) }
async function whole(all: AsyncIterable<Buffer>): Promise<Buffer> {
  const read: Buffer[] = []
  for await (const one of all) read.push(one)
  return Buffer.concat(read)
}
async function* entries(...all: [Entry['head'], Uint8Array[]][]): AsyncGenerator<Entry, void, undefined> { for (const [head, body] of all) yield await Promise.resolve({ head, body: pieces(...body) }) }

describe('a backup file', () => {
  let folder = ''
  let pass: PassKey
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dialplane-backup-'))
    pass = await passKey('correct horse')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const content = [randomBytes(100_000), Buffer.alloc(0), randomBytes(1), randomBytes(200_000)]
  let made = 0
  const write = async (all: Uint8Array[] = content): Promise<string> => {
    const path = join(folder, `${++made}.backup`)
    await writeWhole(path, seal(pieces(...all), about, pass))
    return path
  }
  const read = async (path: string, secret: string | PassKey = pass): Promise<Buffer> => {
    const backup = await openBackup(path, secret)
    try {
      return await whole(backup.plain())
    } finally {
      await backup.close()
    }
  }

  it('is read with its passphrase, or what was made of it, whatever its length', async () => {
    assert.deepEqual(await read(await write(), 'correct horse'), Buffer.concat(content))
    for (const length of [0, 1, 65_535, 65_536, 65_537, 131_072]) {
      const all = randomBytes(length)
      assert.deepEqual(await read(await write([all])), all, String(length))
    }
  })

  it('shows nothing of what is in it', async () => {
    const bytes = await readFile(await write([Buffer.from('sip-secret-of-anna')]))
    assert.ok(!bytes.includes('sip-secret-of-anna') && !bytes.includes('correct horse'))
    assert.ok(bytes.includes(about.createdAt))
  })

  it('does not open with another passphrase', async () => {
    await assert.rejects(read(await write(), 'battery staple'), refused(/does not open this backup/))
    await assert.rejects(read(await write(), await passKey('correct horse')), refused(/another recovery key/))
  })

  it('takes a recovery key as people type it', async () => {
    const key = newRecoveryKey()
    assert.match(key, /^DP(-[A-Z2-9]{5}){8}$/)
    const { salt, key: made } = await passKey(key)
    assert.deepEqual((await passKey(key.toLowerCase().replaceAll('-', ' '), salt)).key, made)
    assert.notDeepEqual((await passKey(newRecoveryKey(), salt)).key, made)
  })

  const harms: Record<string, (bytes: Buffer, from: number) => Buffer> = {
    'a bit is another': (bytes, from) => { bytes[from + 70_000]! ^= 1; return bytes },
    'the end is missing': (bytes, from) => bytes.subarray(0, from + CHUNK),
    'the end of the last part is missing': (bytes) => bytes.subarray(0, -1),
    'there is more': (bytes) => Buffer.concat([bytes, Buffer.from('x')]),
    'two parts changed places': (bytes, from) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + CHUNK, from + 2 * CHUNK), bytes.subarray(from, from + CHUNK), bytes.subarray(from + 2 * CHUNK)]),
    'a part is there twice': (bytes, from) => Buffer.concat([bytes.subarray(0, from + CHUNK), bytes.subarray(from)]),
    'a part is missing': (bytes, from) => Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + CHUNK)]),
    'nothing is left': () => Buffer.alloc(0),
    'the date was changed': (bytes) => Buffer.from(bytes.toString('latin1').replace('2026-11-27', '2026-11-28'), 'latin1'),
    'it is of another format': (bytes) => Buffer.from(bytes.toString('latin1').replace('"format":1', '"format":9'), 'latin1'),
    'opening it would take all memory': (bytes) => Buffer.from(bytes.toString('latin1').replace('"N":131072', '"N":1e15'), 'latin1'),
  }
  for (const [what, harm] of Object.entries(harms))
    it(`is refused when ${what}`, async () => {
      const path = await write()
      const bytes = await readFile(path)
      await writeFile(path, harm(bytes, bytes.indexOf(10, bytes.indexOf(10) + 1) + 1))
      await assert.rejects(read(path), refused(/damaged|no backup|does not open|another recovery key|format 9/))
    })

  it('is not there when the disk is full, nor half of it', async () => {
    const path = join(folder, 'full.backup')
    await assert.rejects(writeWhole(path, pieces(...content), () => open('/dev/full', 'w')), refused(/no space left for .*full\.backup/))
    await assert.rejects(writeWhole(path, (async function* () { yield Buffer.from('x'); await Promise.reject(new Error('gone')) })()), /gone/)
    assert.deepEqual((await readdir(folder)).filter((name) => name.includes('full')), [])
  })

  it('has entries with counts and checksums', async () => {
    const sums: unknown[] = []
    const plain = writeEntries(manifest, entries([{ kind: 'table', name: 'a', columns: ['x'] }, [Buffer.from('1\n2'), Buffer.from('\n')]], [{ kind: 'file', name: 'f/g', mode: 0o600 }, [randomBytes(5_000_000)]]), (sum) => sums.push(sum))
    const seen: string[] = []
    const again = await readEntries(plain, { manifest: (one) => Promise.resolve(assert.deepEqual(one, manifest)), entry: async ({ name }, body) => { for await (const piece of body) seen.push(`${name} ${piece.length}`) } })
    assert.deepEqual(again, sums)
    assert.deepEqual([again[0]?.rows, again[1]?.bytes], [2, 5_000_000])
    assert.deepEqual(seen, ['a 3', 'a 1', 'f/g 4194304', 'f/g 805696'])
  })

  it('is refused when entries are cut off or not what was written', async () => {
    const all = await whole(writeEntries(manifest, entries([{ kind: 'file', name: 'f', mode: 0o600 }, [Buffer.from('hello')]]), () => {}))
    const harmed = Buffer.from(all)
    harmed.write('j', all.indexOf('hello'))
    for (const bytes of [harmed, all.subarray(0, -20), all.subarray(0, 40), Buffer.alloc(0)])
      await assert.rejects(readEntries((async function* () { yield await Promise.resolve(bytes) })(), {}), refused(/cannot be used/))
  })

  it('is asked for by name', () => {
    assert.deepEqual(backupCommandOf(['--roles=all', '--backup', '/a b']), { command: { kind: 'backup', path: '/a b' }, rest: ['--roles=all'] })
    assert.deepEqual(backupCommandOf(['--verify-backup=/x']).command, { kind: 'verify-backup', path: '/x' })
    assert.equal(backupCommandOf(['--verify-audit']).command, undefined)
    assert.throws(() => backupCommandOf(['--restore']), refused(/needs a file/))
  })
})
