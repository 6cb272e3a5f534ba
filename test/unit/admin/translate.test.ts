import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plural, sentences, t, takeTranslations } from '../../../admin/words/translate.ts'

// Its types are those of the panel's own program, which knows a page.
const { rich } = (await import(new URL('../../../admin/words/rich.ts', import.meta.url).href)) as { rich: (sentence: string, parts: Record<string, unknown>) => unknown }

/** What an element of React shows. */
function textOf(node: unknown): string {
  if (Array.isArray(node)) return node.map(textOf).join('')
  if (typeof node === 'object' && node !== null && 'props' in node) return textOf((node.props as { children?: unknown }).children)
  return node === undefined || node === null || node === false ? '' : String(node)
}

const say = (): string[] => [
  t('Sign in. Now: go'), t('Trunk {{name}} is saved.', { name: '{{name}} $t(x) $& <b>' }),
  plural(1, 'One call', '{{count}} calls'), plural(0, 'One call', '{{count}} calls'), plural(1234, 'One call', '{{count}} calls'), plural(1_000_000, 'One call', '{{count}} calls'),
  textOf(rich('See <link>{{name}}, there</link>, at {{time}}.', { link: (inside: unknown) => inside, name: 'it', time: 5 })), sentences('One.', false, undefined, null, '', 'Two.'),
]

test('without translations a sentence is itself, whatever stands in its values', () => {
  assert.deepEqual(say(), ['Sign in. Now: go', 'Trunk {{name}} $t(x) $& <b> is saved.', 'One call', '0 calls', '1,234 calls', '1,000,000 calls', 'See it, there, at 5.', 'One. Two.'])
})

test('translations take its place, each form of a number where it belongs, and what is missing stays English', async (context) => {
  // Other files of the same process are in English.
  context.after(() => takeTranslations('en', {}))
  await takeTranslations('es', {
    'Sign in. Now: go': 'Entre', 'Trunk {{name}} is saved.': 'Guardada: {{name}}.', '{{count}} calls': ['Una llamada', '{{count}} llamadas'], 'See <link>{{name}}, there</link>, at {{time}}.': 'A las {{time}}, vea <link>allí {{name}}</link>.',
  })
  assert.deepEqual(say(), ['Entre', 'Guardada: {{name}} $t(x) $& <b>.', 'Una llamada', '0 llamadas', '1,234 llamadas', '1,000,000 llamadas', 'A las 5, vea allí it.', 'One. Two.'])
  assert.equal(t('Nobody translated this.'), 'Nobody translated this.')
})
