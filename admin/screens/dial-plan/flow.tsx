import { Box, Text, UnstyledButton, useComputedColorScheme } from '@mantine/core'
import { Background, Controls, Handle, Position, ReactFlow, type Edge, type Node, type NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/style.css'
import { Pencil, PhoneIncoming } from 'lucide-react'
import { useMemo } from 'react'
import type { RoutingStep } from '../../client/index.ts'
import { layOut } from './flow-layout.ts'
import classes from './flow.module.css'
import { t } from '../../words/translate.ts'

type StepNode = Node<{ step: RoutingStep | undefined; caller: string; onEdit: ((step: RoutingStep) => void) | undefined }, 'step'>

const COLUMN = 390
const ROW = 150

/** `When busy: 102 (Ben) forwards …`: on the line only the case; the reason stands at the step. */
function caseOf(when: string | null): string {
  return when === null ? '' : when.split(': ')[0] ?? when
}

function Card({ data: { step, caller, onEdit } }: NodeProps<StepNode>) {
  if (step === undefined) {
    return (
      <div className={classes.card} data-kind="caller">
        <Text size="sm" fw={600}><PhoneIncoming size={14} aria-hidden /> {caller}</Text>
        <Handle type="source" position={Position.Right} isConnectable={false} className={classes.handle} />
      </div>
    )
  }
  const inside = (
    <>
      <Text size="sm" fw={600} component="div">{step.step}{onEdit !== undefined && step.subject !== null && <> <Pencil size={12} aria-hidden /></>}</Text>
      <Text size="xs" c="dimmed" lineClamp={3} component="div">{step.reason}</Text>
    </>
  )
  return (
    <div className={classes.card} data-kind={step.subject === null ? 'end' : 'step'}>
      <Handle type="target" position={Position.Left} isConnectable={false} className={classes.handle} />
      {onEdit !== undefined && step.subject !== null
        ? <UnstyledButton className="nodrag" aria-label={t('Change: {{step}}. {{reason}}', { step: step.step, reason: step.reason })} onClick={() => onEdit(step)}>{inside}</UnstyledButton>
        : inside}
      <Handle type="source" position={Position.Right} isConnectable={false} className={classes.handle} />
    </div>
  )
}

const kinds = { step: Card }

/** The way of a call as a graph, with every case; a step whose settings can be changed is opened by a click. */
export default function Flow({ steps, caller, onEdit }: { steps: readonly RoutingStep[]; caller: string; onEdit?: (step: RoutingStep) => void }) {
  const scheme = useComputedColorScheme('light')
  const { nodes, edges, rows } = useMemo(() => {
    const laid = layOut(steps)
    return {
      rows: Math.max(...laid.nodes.map(({ row }) => row)) + 1,
      nodes: laid.nodes.map(({ id, step, column, row }): StepNode => ({ id, type: 'step', position: { x: column * COLUMN, y: row * ROW }, data: { step, caller, onEdit } })),
      edges: laid.edges.map(({ from, to, when }): Edge => ({ id: `${from}-${to}`, source: from, target: to, label: caseOf(when), type: 'smoothstep' })),
    }
  }, [steps, caller, onEdit])
  // A long way is read from its beginning, and the rest reached by moving it; all of it at once would be too small to read.
  const first = nodes.filter(({ position: { x, y } }) => x <= 3 * COLUMN && y <= 4 * ROW)
  return (
    <Box h={Math.min(560, Math.max(220, rows * ROW + 40))} className={classes.frame} role="group" aria-label={t('The way of the call as a graph')}>
      <ReactFlow
        key={nodes.map(({ id, data }) => `${id}${data.step?.step ?? ''}`).join()}
        nodes={nodes} edges={edges} nodeTypes={kinds} colorMode={scheme} fitView fitViewOptions={{ nodes: first, maxZoom: 1, padding: 0.1 }} minZoom={0.2}
        nodesDraggable={false} nodesConnectable={false} elementsSelectable={false} nodesFocusable={false} edgesFocusable={false} zoomOnScroll={false} preventScrolling={false}
      >
        <Background />
        <Controls showInteractive={false} />
      </ReactFlow>
    </Box>
  )
}
