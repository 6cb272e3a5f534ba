import type { RingGroup } from '../app/types.ts'

export const strategyChoices: { value: RingGroup['strategy']; label: string }[] = [
  { value: 'all', label: 'All at once' },
  { value: 'in-order', label: 'One after the other, from the top' },
  { value: 'in-turn', label: 'One after the other, each call begins with the next' },
  { value: 'random', label: 'One after the other, in any order' },
]

export function strategyWords(strategy: RingGroup['strategy']): string {
  return strategyChoices.find(({ value }) => value === strategy)?.label ?? strategy
}
