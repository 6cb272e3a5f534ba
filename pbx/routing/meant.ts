import type { Plan, Step } from './plan.ts'

/** A plan without the number it is for, where that is the one that was dialled. */
export type Meant = Omit<Plan, 'number'> & Partial<Pick<Plan, 'number'>>

/** Something inside. */
export function internal(steps: Step[], to: { id?: string; name?: string } = {}): Meant {
  return { direction: 'internal', extensionId: to.id ?? null, name: to.name ?? null, steps }
}

/** The caller is told that there is no such number. */
export const notInService = (reason: string): Meant => internal([{ kind: 'announcement', prompt: 'not-in-service', refusal: 'unknown-number', reason }])
