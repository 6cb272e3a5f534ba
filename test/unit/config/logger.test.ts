import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { openLogFile } from '../../../config/log-file.ts'
import { createLogger } from '../../../config/logger.ts'

describe('the logger', () => {
  const SECRET = 'c0rrect-h0rse'

  function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
    let text = ''
    write(createLogger('trace', { write: (line) => (text += line) }))
    return text
  }

  it('hides every kind of secret, wherever it stands in a line', () => {
    const kinds = ['password', 'secret', 'token', 'pin', 'digits', 'authorization', 'cookie', 'ha1', 'key']
    for (const kind of kinds) {
      const text = logged((logger) => {
        logger.info({ [kind]: SECRET }, 'at the top')
        logger.info({ device: { [kind]: SECRET } }, 'inside')
        logger.child({ [kind]: SECRET }).info('bound to a child')
      })
      assert.doesNotMatch(text, new RegExp(SECRET), kind)
      assert.equal(text.split('[hidden]').length - 1, 3, kind)
    }
    const request = logged((logger) => logger.info({ req: { headers: { authorization: SECRET, cookie: SECRET, host: 'pbx' } } }, 'request'))
    assert.doesNotMatch(request, new RegExp(SECRET))
    assert.match(request, /"host":"pbx"/)
  })

  it('writes one JSON object a line, with the level in words', () => {
    const line = JSON.parse(logged((logger) => logger.warn({ call: 'c1' }, 'late'))) as Record<string, unknown>
    assert.equal(line['level'], 'warn')
    assert.equal(line['call'], 'c1')
    assert.equal(line['msg'], 'late')
    assert.match(String(line['time']), /^\d{4}-\d{2}-\d{2}T/)
  })

  it('keeps quiet below its level', () => {
    let text = ''
    const logger = createLogger('warn', { write: (line) => (text += line) })
    logger.info('no')
    logger.error('yes')
    assert.doesNotMatch(text, /"no"/)
    assert.match(text, /"yes"/)
  })
})

describe('the log file', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialplane-log-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('is private and holds every line in order once it is closed', () => {
    const path = join(folder, 'a', 'one.log')
    const file = openLogFile(path)
    for (let i = 0; i < 1000; i++) file.write(`${i}\n`)
    file.close()
    file.close()
    file.write('after\n')
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(readFileSync(path, 'utf8'), Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(''))
  })

  it('goes on where it was', () => {
    const path = join(folder, 'two.log')
    for (const line of ['first\n', 'second\n']) {
      const file = openLogFile(path)
      file.write(line)
      file.close()
    }
    assert.equal(readFileSync(path, 'utf8'), 'first\nsecond\n')
  })

  it('turns over by size and keeps so many old files, without losing a line between them', () => {
    const path = join(folder, 'turn', 'three.log')
    const file = openLogFile(path, { maxBytes: 1000, keep: 3 })
    for (let i = 0; i < 60; i++) {
      file.write(`${String(i).padStart(99, '.')}\n`)
      file.flush()
    }
    file.close()
    assert.deepEqual(readdirSync(join(folder, 'turn')).sort(), ['three.log', 'three.log.1', 'three.log.2', 'three.log.3'])
    const text = ['.3', '.2', '.1', ''].map((age) => readFileSync(`${path}${age}`, 'utf8')).join('')
    const numbers = text.trimEnd().split('\n').map((line) => Number(line.replaceAll('.', '')))
    assert.deepEqual(numbers, Array.from({ length: 40 }, (_, i) => i + 20))
  })

  it('never throws at the writer when the disk is full, and tells afterwards what is missing', { skip: existsSync('/dev/full') ? false : 'no /dev/full' }, () => {
    const file = openLogFile('/dev/full')
    for (let i = 0; i < 3; i++) {
      file.write('lost\n')
      file.flush()
    }
    file.close()
  })

  it('that cannot be opened is refused with a sentence', () => {
    assert.throws(() => openLogFile('/dev/null/x.log'), (error: unknown) => error instanceof Refusal && /cannot be opened/.test(error.message))
  })
})
