/** The parts that keep people out, each by itself: limiter, gate, password policy, route definitions. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { z } from 'zod'
import { parseCookies } from '../../api/http/cookies.ts'
import { defineRoute } from '../../api/http/define-route.ts'
import { createGate } from '../../api/http/gate.ts'
import { createLimiter } from '../../api/http/limit.ts'
import { checkPasswordPolicy, createPasswords } from '../../api/identity/passwords.ts'
import { Refusal } from '../../config/errors.ts'

const tooMany = (seconds: number) => (error: unknown) => error instanceof Refusal && error.code === 'too-many' && error.retryAfter === seconds

suite('limiter', () => {
  function limiter() {
    let time = 1_000_000
    const options = { clock: { now: () => time }, allowed: 3, windowMs: 10_000, lockMs: 2_000, lockMaxMs: 5_000, what: 'attempts' }
    return { ...createLimiter(options), pass: (ms: number) => void (time += ms) }
  }

  test('lets so many through within the window, and others unharmed', () => {
    const { take } = limiter()
    for (let at = 0; at < 3; at += 1) take('a')
    assert.throws(() => take('a'), tooMany(2))
    take('b')
  })

  test('attempts in a lock do not lengthen it; the next lock is longer, up to the most', () => {
    const { take, pass } = limiter()
    const lock = (seconds: number) => {
      for (let at = 0; at < 3; at += 1) take('a')
      for (let at = 0; at < 5; at += 1) assert.throws(() => take('a'), tooMany(seconds))
      pass(seconds * 1_000)
    }
    for (const seconds of [2, 4, 5, 5]) lock(seconds)
  })

  test('forgets with time and with success', () => {
    const { take, forget, pass } = limiter()
    for (let round = 0; round < 5; round += 1) {
      for (let at = 0; at < 3; at += 1) take('a')
      if (round % 2) forget('a')
      else pass(10_000)
    }
  })

  test('does not grow without end', () => {
    const { take } = limiter()
    for (let at = 0; at < 120_000; at += 1) take(`address ${at}`)
    for (let at = 0; at < 3; at += 1) take('still works')
    assert.throws(() => take('still works'), tooMany(2))
  })
})

suite('gate', () => {
  const gate = (host: string, publicUrl: string) => createGate({ host, port: 8080, publicUrl }, 8080)

  test('knows its names and no others', () => {
    const local = gate('127.0.0.1', 'http://127.0.0.1:8080')
    for (const host of ['127.0.0.1:8080', 'localhost', 'LOCALHOST:8080', '[::1]:8080']) assert.ok(local.allowsHost(host), host)
    for (const host of [undefined, '', 'evil.example', 'localhost.evil.example', '192.0.2.1', '127.0.0.1.evil.example:8080', '127.0.0.2']) assert.ok(!local.allowsHost(host), host)
  })

  test('an address cannot be rebound: listening everywhere, any address will do and no name but ours', () => {
    const open = gate('0.0.0.0', 'https://pbx.example.com')
    for (const host of ['192.0.2.1:8080', '[2001:db8::1]:8080', 'pbx.example.com', 'pbx.example.com:443', 'localhost:8080']) assert.ok(open.allowsHost(host), host)
    for (const host of ['evil.example', '192.0.2.1.evil.example', 'example.com']) assert.ok(!open.allowsHost(host), host)
    for (const origin of ['https://pbx.example.com', 'http://192.0.2.1:8080', 'http://localhost:8080']) assert.ok(open.allowsOrigin(origin), origin)
    for (const origin of ['http://pbx.example.com', 'http://192.0.2.1:9090', 'https://192.0.2.1:8080', 'null', '', 'https://pbx.example.com.evil.example']) assert.ok(!open.allowsOrigin(origin), origin)
  })

  test('PUBLIC_URL may hold a path and a capital letter', () => {
    const named = gate('127.0.0.1', 'https://PBX.Example.com/phones/')
    assert.equal(named.publicOrigin, 'https://pbx.example.com')
    assert.ok(named.allowsHost('Pbx.example.com'))
  })
})

suite('passwords', () => {
  const person = { email: 'grace.hopper@example.test', name: 'Grace Brewster Hopper' }

  test('refuses what is guessed first', () => {
    const weak = ['password1234', 'Password2026!', 'p@ssw0rd1234', 'qwertyuiop12', 'qwertyuiopas', '123456789012', '098765432109', 'abcabcabcabc', 'aaaaaaaaaaaa', 'administrator', 'iloveyou2026', 'letmein12345', 'passwordpassword', 'dialplane2026', '111122223333', 'grace.hopper@example.test', 'GRACE.HOPPER', 'grace brewster hopper', 'gracebrewsterhopper']
    for (const password of weak) assert.throws(() => checkPasswordPolicy(password, person), Refusal, password)
  })

  test('takes what is not', () => {
    for (const password of ['walnut harbour kite', 'correct horse battery', 'x7Kp2mQ9vL4t', 'grace likes compilers', '480172659381']) checkPasswordPolicy(password, person)
  })

  test('hashes with argon2id and takes no hash for a wrong password', async () => {
    const passwords = await createPasswords()
    const hash = await passwords.hash('walnut harbour kite')
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    assert.equal(await passwords.verify(hash, 'walnut harbour kite'), true)
    assert.equal(await passwords.verify(hash, 'walnut harbour kits'), false)
    assert.equal(await passwords.verify(undefined, 'walnut harbour kite'), false)
  })

  test('a flood of sign-ins is turned away, not queued without end', async () => {
    const passwords = await createPasswords()
    const answers = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.verify(undefined, 'x')))
    const refused = answers.filter((answer) => answer.status === 'rejected')
    assert.equal(refused.length, 8)
    assert.equal(await passwords.verify(undefined, 'x'), false)
  })
})

test('a route without a permission cannot be defined', () => {
  const route = { method: 'get', path: '/x', operationId: 'x', summary: 'x', tag: 'x', response: z.object({}), handle: async () => ({}) } as const
  assert.throws(() => defineRoute({ ...route, permission: undefined as never }), /names no permission/)
  assert.throws(() => defineRoute({ ...route, permission: 'everything' as never }), /names no permission/)
})

test('cookies: the first of a name counts, odd ones are left out', () => {
  assert.deepEqual([...parseCookies('a=1; b=2=3;a=4; =5; c; d=')], [['a', '1'], ['b', '2=3'], ['d', '']])
  assert.equal(parseCookies(undefined).size, 0)
})
