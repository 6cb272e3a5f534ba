/** Every sentence of the panel can be said in another language. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readFile, readPanel, type Found } from './sentences.ts'

/** What is found wrong in a file that holds this. */
function faultsIn(source: string): string[] {
  const found: Found = { sentences: [], faults: [] }
  readFile('admin/screens/example.tsx', source, found)
  return found.faults
}

test('what is shown is looked up, wherever it stands', () => {
  const { faults, sentences } = readPanel()
  assert.deepEqual(faults, [], 'wrap it: admin/words/README.md says how')
  assert.ok(sentences.length > 3000, `${sentences.length} sentences`)
})

test('text that is not looked up is found', () => {
  for (const source of [
    'const a = <Text>Call ended</Text>',
    'const a = <TextInput label="Name" />',
    'const a = <TextInput placeholder="s" description={busy ? t(\'Busy.\') : "late"} />',
    'const a = <NumberInput suffix=" days" />',
    "const columns = [{ key: 'name', title: 'Name' }]",
    "notify.done('The trunk is saved.')",
    'notify.done(`Trunk ${name} is saved.`)',
    'const a = `${count} calls`',
    "const a = on ? 'Turned on' : 'Turned off'",
    "const a = <Text>{t('Call')} ended</Text>",
    "throw new Error('No microphone was found.')",
    "const a = t('{{count}} calls', { count: one ? 'One' : 'Two' })",
  ]) assert.equal(faultsIn(source).length > 0, true, source)
})

test('pieces of sentences, and sentences that no file can hold, are found', () => {
  assert.match(faultsIn("const a = t('Busy, ') + name")[0] ?? '', /a piece of a sentence/)
  assert.match(faultsIn('const a = t(sentence)')[0] ?? '', /is not given the sentence itself/)
  assert.match(faultsIn('const a = t(`Trunk ${name}`)')[0] ?? '', /is not given the sentence itself/)
})

test('what machines read is left alone', () => {
  for (const source of [
    'const a = <Text className="numbers" size="sm" c="dimmed" />',
    "const a = kind === 'Caller'",
    "import { Text } from 'somewhere'",
    "const a = <Code>npm start</Code>",
    'const a = <NumberInput suffix=" ms" placeholder="you@example.com" />',
    "localStorage.setItem('Some key', 'Some value')",
    'const a = `/calls/${id}`',
  ]) assert.deepEqual(faultsIn(source), [], source)
})
