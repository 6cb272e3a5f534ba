/** What the main thread may ask about listening to calls, an entry an operation. */
import type { Handlers, OperationName } from '../../protocol.ts'
import type { Clock } from '../clock.ts'
import { Faulty } from '../fault.ts'
import type { Graph } from '../graph.ts'
import type { Leg } from '../leg.ts'
import { Supervision } from './supervision.ts'

type SupervisionOperation = Extract<OperationName, 'supervise' | `${string}Supervision` | 'supervisionFigures'>

export function createSupervisionOperations({ clock, graph, leg }: { clock: Clock; graph: Graph; leg: (handle: number) => Leg }): Pick<Handlers, SupervisionOperation> {
  const supervisions = new Map<number, Supervision>()

  function find(number: number): Supervision {
    const found = supervisions.get(number)
    if (found === undefined) throw new Faulty('not-found', 'nobody listens here any more')
    return found
  }

  function end(number: number): void {
    graph.remove(number)
    supervisions.get(number)?.stop()
    supervisions.delete(number)
  }

  return {
    supervise({ endpoint, supervision, to, worker, format, ownFormat, mode }) {
      const supervised = leg(endpoint)
      const out = graph.target(supervision, to, worker)
      if (out === undefined) throw new Faulty('not-found', 'the media endpoint is closed')
      const made = new Supervision({ leg: supervised, format: ownFormat, out, outFormat: format, clock })
      supervisions.set(supervision, made)
      graph.add(supervision, made)
      try {
        made.change(mode)
      } catch (error) {
        end(supervision)
        throw error
      }
      return null
    },
    changeSupervision({ supervision, mode }) {
      find(supervision).change(mode)
      return null
    },
    endSupervision({ supervision }) {
      end(supervision)
      return null
    },
    supervisionFigures({ supervision }) {
      return find(supervision).figures
    },
  }
}
