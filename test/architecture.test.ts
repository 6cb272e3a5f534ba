/** The dependency rules of the house plan, on the real tree; and each rule on a tree that breaks it. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { parseModule, readModules, top, type Module } from './support/architecture/modules.ts'
import * as rules from './support/architecture/rules.ts'

type Rule = (modules: readonly Module[]) => string[]

/** Each rule with a file that breaks it: a rule that cannot fail is none. */
const cases: readonly { name: string; rule: Rule; broken: Record<string, string> }[] = [
  { name: 'admin → api → pbx → media → config, through the doors', rule: rules.breaksDirection, broken: { 'pbx/calls/dial.ts': `import { defineRoute } from '../../api/http/route.ts'` } },
  { name: 'types count for direction', rule: rules.breaksDirection, broken: { 'media/sdp/read.ts': `import type { Call } from '../../pbx/calls/call.ts'` } },
  { name: 'api knows only the door of pbx', rule: rules.breaksDirection, broken: { 'api/calls/routes.ts': `import type { Call } from '../../pbx/calls/call.ts'` } },
  { name: 'inside pbx upper imports lower', rule: rules.breaksLevels, broken: { 'pbx/sip/stack.ts': `import { dial } from '../calls/dial.ts'` } },
  { name: 'routing decides from the directory alone', rule: rules.breaksLevels, broken: { 'pbx/routing/decide.ts': `import { createEvents } from '../events/events.ts'` } },
  { name: 'only main.ts knows signalling', rule: rules.breaksLevels, broken: { 'pbx/start.ts': `import { startSignalling } from './signalling/index.ts'` } },
  { name: 'islands import nothing of ours', rule: rules.breaksIslands, broken: { 'pbx/signalling/engine/wire/frame.ts': `import { Refusal } from '../../../../config/errors.ts'` } },
  { name: 'rooms of api keep their repositories', rule: rules.breaksApi, broken: { 'api/calls/routes.ts': `import { users } from '../identity/user-repository.ts'` } },
  { name: 'one home per library', rule: rules.breaksHomes, broken: { 'pbx/calls/dial.ts': `import Srf from 'drachtio-srf'` } },
  { name: 'no circles between files', rule: rules.breaksCycles, broken: { 'pbx/calls/a.ts': `import type { B } from './b.ts'`, 'pbx/calls/b.ts': `import { a } from './a.ts'` } },
  { name: 'no circles between rooms', rule: rules.breaksRoomCycles, broken: { 'pbx/calls/a.ts': `import { b } from '../recording/b.ts'`, 'pbx/recording/c.ts': `import type { D } from '../calls/d.ts'` } },
  { name: 'process.env is read in config/settings only', rule: rules.breaksEnvironment, broken: { 'pbx/start.ts': `export const port = process.env.PORT` } },
  { name: 'no console in the rooms', rule: rules.breaksConsole, broken: { 'pbx/start.ts': `console.log('started')` } },
  { name: 'files of at most 400 lines', rule: rules.breaksSize, broken: { 'pbx/calls/call.ts': '\n'.repeat(401) } },
  { name: 'names say what a file is', rule: rules.breaksNames, broken: { 'pbx/calls/helpers.ts': '' } },
  { name: 'nothing that ships needs a test', rule: rules.breaksTests, broken: { 'pbx/calls/call.ts': `import { openPhone } from '../../test/support/phone.ts'` } },
]

const modules = readModules()

suite('the tree keeps the rule', () => {
  for (const { name, rule } of cases.filter((one, at) => cases.findIndex((other) => other.rule === one.rule) === at)) {
    test(name, () => assert.equal(rule(modules).join('\n'), ''))
  }
  test('every import of ours names a file that is there', () => {
    const missing = modules.flatMap((module) =>
      module.imports.flatMap(({ file }) => (file === undefined || file.startsWith('admin/') || existsSync(join(top, file)) ? [] : `${module.path} imports ${file}`)),
    )
    assert.equal(missing.join('\n'), '')
  })
})

suite('the rule sees what breaks it', () => {
  for (const { name, rule, broken } of cases) {
    test(name, () => assert.equal(rule(Object.entries(broken).map(([path, text]) => parseModule(path, text))).length, 1))
  }
})
