import type { Branch, Step } from './plan.ts'

/** What a ring group shows and sounds like at phones. */
interface Marks {
  namePrefix: string
  alertInfo: string
}

/** A call that goes on from a ring group still says so at whoever rings then, unless that says something of its own. */
export function marked<B extends Branch>(branch: B, marks: Marks): B {
  return { ...branch, steps: branch.steps.map((step) => markedStep(step, marks)) }
}

function markedStep(step: Step, marks: Marks): Step {
  if (step.kind !== 'extension' && step.kind !== 'ring-group') return step
  const otherwise = Object.fromEntries(Object.entries(step.otherwise).map(([why, branch]) => [why, marked(branch, marks)]))
  const [namePrefix, alertInfo] = [step.namePrefix || marks.namePrefix, step.alertInfo || marks.alertInfo]
  if (step.kind === 'ring-group') return { ...step, otherwise, namePrefix, alertInfo }
  return { ...step, otherwise, ...(namePrefix !== '' && { namePrefix }), ...(alertInfo !== '' && { alertInfo }) }
}
