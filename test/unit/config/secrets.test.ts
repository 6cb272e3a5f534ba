import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { createSecrets, openSecrets } from '../../../config/secrets.ts'

const A = '11111111-1111-4111-8111-111111111111'
const B = '22222222-2222-4222-8222-222222222222'

describe('an envelope', () => {
  const secrets = createSecrets(randomBytes(32))

  it('opens to what was sealed, and looks different each time', () => {
    for (const text of ['', 'hunter2', 'Grüße 🎧', 'x'.repeat(10_000)]) {
      const sealed = secrets.seal('sip-credentials', A, text)
      assert.equal(secrets.open('sip-credentials', A, sealed), text)
      assert.notDeepEqual(secrets.seal('sip-credentials', A, text), sealed)
    }
  })

  it('has a version byte, and one of another version does not open', () => {
    const sealed = secrets.seal('p', A, 'text')
    assert.equal(sealed[0], 1)
    sealed[0] = 2
    assert.throws(() => secrets.open('p', A, sealed), /not an envelope of version 1/)
  })

  it('does not open for another tenant, another purpose or another master key', () => {
    const sealed = secrets.seal('p', A, 'text')
    assert.throws(() => secrets.open('p', B, sealed), /does not open/)
    assert.throws(() => secrets.open('q', A, sealed), /does not open/)
    assert.throws(() => createSecrets(randomBytes(32)).open('p', A, sealed), /does not open/)
    // Where one part ends and the next begins counts.
    assert.throws(() => secrets.open('pa', A.slice(1), secrets.seal('p', `a${A.slice(1)}`, 'text')), /does not open/)
  })

  it('does not open when any byte was changed or cut off', () => {
    const sealed = secrets.seal('p', A, 'text')
    for (let at = 1; at < sealed.length; at++) {
      const altered = Buffer.from(sealed)
      altered[at] = (altered[at] ?? 0) ^ 1
      assert.throws(() => secrets.open('p', A, altered), /does not open/, `byte ${at}`)
    }
    assert.throws(() => secrets.open('p', A, sealed.subarray(0, -1)), /does not open/)
    assert.throws(() => secrets.open('p', A, sealed.subarray(0, 20)), /not an envelope/)
  })

  it('never carries the plaintext in its error', () => {
    const sealed = secrets.seal('p', A, 'hunter2')
    assert.throws(() => secrets.open('p', B, sealed), (error: Error) => !error.message.includes('hunter2'))
  })
})

describe('the master key', () => {
  let home = ''
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'dialplane-secrets-'))
  })
  after(() => rmSync(home, { recursive: true }))

  it('is made once, private, and gives the same keys after a restart', async () => {
    const first = await openSecrets(home)
    const path = join(home, 'keys', 'master.key')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(join(home, 'keys')).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(join(home, 'keys')), ['master.key'], 'no draft is left')
    const second = await openSecrets(home)
    assert.deepEqual(second.key('nonce'), first.key('nonce'))
    assert.equal(first.key('nonce').length, 32)
    assert.notDeepEqual(first.key('nonce'), first.key('session'))
    assert.equal(second.open('p', A, first.seal('p', A, 'text')), 'text')
    assert.ok(!first.key('nonce').equals(Buffer.from(readFileSync(path, 'utf8'), 'base64')), 'the master key itself is never handed out')
  })

  it('is the same for all who make it at once', async () => {
    const crowd = mkdtempSync(join(home, 'crowd-'))
    const all = await Promise.all(Array.from({ length: 20 }, () => openSecrets(crowd)))
    assert.equal(new Set(all.map((secrets) => secrets.key('x').toString('hex'))).size, 1)
    assert.deepEqual(readdirSync(join(crowd, 'keys')), ['master.key'])
  })

  it('is refused when others can read it, with the cure', async () => {
    const path = join(home, 'keys', 'master.key')
    chmodSync(path, 0o644)
    await assert.rejects(openSecrets(home), (error: unknown) => error instanceof Refusal && error.message.includes(`chmod 600 '${path}'`))
    chmodSync(path, 0o600)
  })

  it('is refused when it is damaged, and never replaced', async () => {
    const path = join(home, 'keys', 'master.key')
    for (const text of ['', 'short', `${Buffer.alloc(31).toString('base64')}\n`, `${Buffer.alloc(33).toString('base64')}\n`]) {
      writeFileSync(path, text)
      await assert.rejects(openSecrets(home), (error: unknown) => error instanceof Refusal && /is damaged/.test(error.message), JSON.stringify(text))
      assert.equal(readFileSync(path, 'utf8'), text)
    }
  })
})
