import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createLogger } from '../../../config/logger.ts'
import { readWav } from '../../../media/embedded/worker/wav.ts'
import { catalogue, openPrompts, promptFile } from '../../../media/prompts/index.ts'
import { openStorage } from '../../../media/storage/index.ts'

async function home(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'prompts-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('prompts are spoken once, whole, at 8 kHz, and found again', async (t) => {
  const folder = await home(t)
  const prompts = openPrompts(folder, createLogger('silent'))
  const [path, same] = await Promise.all([prompts.prompt('not-in-service'), prompts.prompt('not-in-service')])
  assert.equal(path, same)
  const file = await readFile(path)
  assert.equal(file.readUInt32LE(24), 8000)
  const sound = readWav(file)
  assert.ok(sound.length > 2 * 8000 && sound.length < 12 * 8000, `${sound.length / 8000} s`)
  assert.ok(sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0) > 10_000)
  // All of the catalogue, made without being asked for.
  await Promise.all(Object.keys(catalogue).map((name) => prompts.prompt(name)))
  await prompts.close()
  assert.deepEqual((await readdir(folder)).sort(), [...new Set(Object.values(catalogue).map(promptFile))].sort(), 'the same words are one file')

  const made = (await stat(path)).mtimeMs
  const later = openPrompts(folder, createLogger('silent'))
  assert.equal(await later.prompt('not-in-service'), path)
  assert.equal((await stat(path)).mtimeMs, made)
  await later.close()
})

test('text is spoken; quotes and options in it are only text', async (t) => {
  const folder = await home(t)
  const prompts = openPrompts(folder, createLogger('silent'))
  const path = await prompts.speak('  -o /out/x "hello" $(reboot)  ')
  assert.ok(readWav(await readFile(path)).length > 4000)
  await assert.rejects(prompts.speak('  '), { code: 'unprocessable' })
  await assert.rejects(prompts.speak('x'.repeat(5000)), { code: 'unprocessable' })
  await assert.rejects(prompts.prompt('toString'), { code: 'not-found' })
  await prompts.close()
  await assert.rejects(prompts.speak('too late'), { code: 'unavailable' })
})

test('only sounds in the data folder are played, links followed', async (t) => {
  const folder = await home(t)
  const storage = await openStorage(folder)
  await assert.rejects(storage.sound('/etc/passwd'), { code: 'forbidden' })
  await assert.rejects(storage.sound('../../../../../../etc/passwd'), { code: 'forbidden' })
  await assert.rejects(storage.sound('nothing.wav'), { code: 'not-found' })
  await assert.rejects(storage.checkRecording('relative.wav'), { code: 'unprocessable' })
  await assert.rejects(storage.checkRecording(join(folder, 'no', 'folder.wav')), { code: 'unprocessable' })
  await storage.checkRecording(join(folder, 'recordings', 'a.wav'))
})
