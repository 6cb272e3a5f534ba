import type { RingGroup } from '../app/types.ts'
import { t } from './translate.ts'

export const strategyChoices: { value: RingGroup['strategy']; label: string }[] = [
  { value: 'all', label: t('All at once (simultaneous)') },
  { value: 'enterprise', label: t('Each by a wait and a time of its own (enterprise)') },
  { value: 'in-order', label: t('One after the other, from the top (sequence, rollover)') },
  { value: 'in-turn', label: t('One after the other, each call begins with the next (round robin)') },
  { value: 'random', label: t('One after the other, in any order (random)') },
  { value: 'memory-hunt', label: t('One more after the other, the former go on (memory hunt)') },
  { value: 'first-available', label: t('Only the first who can be rung (first available)') },
]

export function strategyWords(strategy: RingGroup['strategy']): string {
  return strategyChoices.find(({ value }) => value === strategy)?.label ?? strategy
}
