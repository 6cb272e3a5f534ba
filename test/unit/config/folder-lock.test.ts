import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Refusal } from '../../../config/errors.ts'
import { lockFolder } from '../../../config/folder-lock.ts'
import { processLife } from '../../../config/process-table.ts'

describe('a folder lock', () => {
  let folder = ''
  let path = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dialplane-lock-'))
    path = join(folder, 'lock')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const refusedByLiving = (pid: number) => (error: unknown): boolean =>
    error instanceof Refusal && error.code === 'conflict' && error.message.includes(`in use by another Dialplane (process ${pid})`)

  it('is taken once, and again after release', async () => {
    const lock = await lockFolder(path, 'The folder')
    await assert.rejects(lockFolder(path, 'The folder'), refusedByLiving(process.pid))
    await lock.release()
    await lock.release()
    assert.deepEqual(readdirSync(folder), [])
    await (await lockFolder(path, 'The folder')).release()
  })

  it('is taken by one of many at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(path, 'The folder')))
    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1)
    assert.deepEqual(readdirSync(folder), ['lock'], 'no draft is left')
  })

  it('of a process that was killed is taken over', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const pid = child.pid ?? 0
    writeFileSync(path, `${pid}\n${await processLife(pid)}\nabc\n`)
    await assert.rejects(lockFolder(path, 'The folder'), refusedByLiving(pid))
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await lockFolder(path, 'The folder')
    assert.match(readFileSync(path, 'utf8'), new RegExp(`^${process.pid}\n`))
    await lock.release()
  })

  it('of an earlier process with the same id is taken over', async () => {
    writeFileSync(path, `${process.pid}\nanother-boot/${process.pid}/12345\nabc\n`)
    await (await lockFolder(path, 'The folder')).release()
    assert.ok(!existsSync(path))
  })

  it('file with nonsense in it is taken over', async () => {
    for (const text of ['', 'x', '\n\n\n', '99999999\n']) {
      writeFileSync(path, text)
      await (await lockFolder(path, 'The folder')).release()
    }
  })

  it('in a folder that does not exist is refused with a sentence', async () => {
    await assert.rejects(lockFolder(join(folder, 'none', 'lock'), 'The folder'), (error: unknown) => error instanceof Refusal && /cannot be written/.test(error.message))
  })
})
