/** Every sentence of the panel can be said in another language. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parts } from '../../../admin/words/spanish/index.ts'
import { readFile, readPanel, type Found, type Sentence } from './sentences.ts'

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

/** What keeps a file of translations from saying everything that the panel says. */
function gaps(sentences: readonly Sentence[], files: typeof parts): string[] {
  const found: string[] = []
  const byKey = Map.groupBy(sentences, ({ key }) => key)
  for (const [key, uses] of byKey) {
    const homes = Object.keys(files).filter((file) => key in files[file]!)
    const folders = [...new Set(uses.map(({ at }) => folderOf(at)))]
    const home = folders.length > 1 ? 'shared' : folders[0]!
    if (homes.length === 0) found.push(`“${key}” (${uses[0]!.at}) is not in ${home}.ts`)
    else if (homes.length > 1 || homes[0] !== home) found.push(`“${key}” is in ${homes.map((file) => `${file}.ts`).join(', ')}, but belongs in ${home}.ts: it is said in ${folders.join(', ')}`)
    for (const file of homes) found.push(...unlike(uses[0]!, files[file]![key]!, uses))
  }
  for (const [file, translations] of Object.entries(files)) for (const key of Object.keys(translations)) if (!byKey.has(key)) found.push(`“${key}” in ${file}.ts is said nowhere`)
  return found
}

const folderOf = (at: string): string => /^admin\/(?:screens\/)?([\w-]+)/.exec(at)![1]!

const marksOf = (sentence: string): string => [...new Set(sentence.match(/\{\{\w+\}\}|<\/?\w+>|^\s|\s$/g))].filter((mark) => mark !== '{{count}}').sort().join(' ')

function unlike({ key, english, counts }: Sentence, translation: string | readonly string[], uses: readonly Sentence[]): string[] {
  const found: string[] = []
  if (uses.some((use) => use.counts !== counts)) found.push(`“${key}” counts at one place and not at another`)
  const forms = typeof translation === 'string' ? [translation] : translation
  if ((typeof translation !== 'string') !== counts) found.push(`“${key}” needs ${counts ? 'two forms' : 'one form'}`)
  else forms.forEach((form, at) => marksOf(form) !== marksOf(english[at]!) && found.push(`“${key}”: “${form}” has other placeholders`))
  if (forms.some((form) => form.trim() === '')) found.push(`“${key}” is empty`)
  return found
}

test('Spanish says everything, once, in the file of its folder, and nothing else', () => {
  assert.deepEqual(gaps(readPanel().sentences, parts), [])
})

test('what is missing, doubled, dead or unlike the English is found', () => {
  const found: Found = { sentences: [], faults: [] }
  readFile('admin/screens/example/a.tsx', "t('Trunk {{name}} is saved.', { name }); plural(n, '{{count}} call', '{{count}} calls'); rich('See <link>it</link>.', { link })", found)
  const good = { 'Trunk {{name}} is saved.': 'Se ha guardado la troncal {{name}}.', '{{count}} calls': ['{{count}} llamada', '{{count}} llamadas'], 'See <link>it</link>.': 'Véalo <link>aquí</link>.' } as const
  assert.deepEqual(gaps(found.sentences, { example: good }), [])
  const { '{{count}} calls': _, ...fewer } = good
  assert.match(gaps(found.sentences, { example: fewer })[0] ?? '', /is not in example\.ts/)
  assert.match(gaps(found.sentences, { example: good, shared: { '{{count}} calls': ['a', 'b'] } })[0] ?? '', /belongs in example\.ts/)
  assert.match(gaps(found.sentences, { example: { ...good, Gone: 'Fuera' } })[0] ?? '', /is said nowhere/)
  assert.match(gaps(found.sentences, { example: { ...good, 'Trunk {{name}} is saved.': 'Guardada {{nombre}}.' } })[0] ?? '', /other placeholders/)
  assert.match(gaps(found.sentences, { example: { ...good, 'See <link>it</link>.': 'Véalo aquí.' } })[0] ?? '', /other placeholders/)
  assert.match(gaps(found.sentences, { example: { ...good, '{{count}} calls': '{{count}} llamadas' } })[0] ?? '', /needs two forms/)
})
