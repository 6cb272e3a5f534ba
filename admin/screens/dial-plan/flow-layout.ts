/** What the place of a step follows from. */
interface Placed {
  /** The case in which it comes, at the first step of the case. */
  when: string | null
  /** How many cases it lies in. */
  depth: number
}

export interface FlowNode<Step> {
  id: string
  /** Undefined: the caller, where it begins. */
  step: Step | undefined
  /** In columns and rows. */
  column: number
  row: number
}

export interface FlowEdge {
  from: string
  to: string
  /** The case in which it goes this way; null: always. */
  when: string | null
}

/**
 * The steps of a plan as a tree from left to right. They come in the order in which they may happen, those of a case after
 * what may lead into it: the first of a case hangs on the step before it that is one case less deep, the others follow one another.
 */
export function layOut<Step extends Placed>(steps: readonly Step[]): { nodes: FlowNode<Step>[]; edges: FlowEdge[] } {
  const nodes: FlowNode<Step>[] = [{ id: 'caller', step: undefined, column: 0, row: 0 }]
  const edges: FlowEdge[] = []
  /** The last step at each depth. */
  const last: FlowNode<Step>[] = []
  let row = -1
  for (const [at, step] of steps.entries()) {
    const begins = step.when !== null
    const before = (begins ? last[step.depth - 1] : last[step.depth]) ?? nodes[0]
    if (before === undefined) continue
    const node: FlowNode<Step> = { id: `step-${at}`, step, column: before.column + 1, row: 0 }
    // Whoever is the first to follow goes on in the same row, so that the usual way is a straight line.
    const first = !edges.some(({ from }) => from === before.id)
    node.row = first && before.step !== undefined ? before.row : (row += 1)
    row = Math.max(row, node.row)
    nodes.push(node)
    edges.push({ from: before.id, to: node.id, when: step.when })
    last.length = step.depth
    last[step.depth] = node
  }
  return { nodes, edges }
}
