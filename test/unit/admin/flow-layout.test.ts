import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layOut } from '../../../admin/screens/dial-plan/flow-layout.ts'

const step = (name: string, depth = 0, when: string | null = null): { step: string; depth: number; when: string | null } => ({ step: name, depth, when })

test('the usual way is a straight line, each case a row of its own', () => {
  const steps = [step('ring 101'), step('ring 102', 1, 'When busy: b'), step('refuse', 2, 'When nobody answers: n'), step('mailbox', 1, 'When nobody answers: n'), step('announce', 1)]
  const { nodes, edges } = layOut(steps)
  const name = (id: string): string => nodes.find((node) => node.id === id)?.step?.step ?? 'caller'
  assert.deepEqual(edges.map(({ from, to, when }) => `${name(from)} > ${name(to)}${when === null ? '' : ` (${when.split(':')[0]})`}`), [
    'caller > ring 101', 'ring 101 > ring 102 (When busy)', 'ring 102 > refuse (When nobody answers)', 'ring 101 > mailbox (When nobody answers)', 'mailbox > announce',
  ])
  assert.deepEqual(nodes.slice(1).map(({ column, row }) => [column, row]), [[1, 0], [2, 0], [3, 0], [2, 1], [3, 1]])
  assert.equal(new Set(nodes.slice(1).map(({ column, row }) => `${column} ${row}`)).size, steps.length, 'none hides another')
})
