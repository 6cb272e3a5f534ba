/** The engine's thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { startEngine } from './engine.ts'
import type { FromEngine, ToEngine, WorkerOptions } from './protocol.ts'
import { PortTaken } from './transport/bind.ts'
import { portLine } from './wire/line.ts'

const port = parentPort
if (port === null) throw new Error('The engine runs in a thread of its own')
const tell = (message: FromEngine) => port.postMessage(message)

try {
  const engine = await startEngine(workerData as WorkerOptions, {
    onTrace: (records) => tell({ kind: 'trace', records }),
    onGateReport: (report) => tell({ kind: 'gate', report }),
    onFailure: (reason) => tell({ kind: 'failure', reason }),
  })
  port.on('message', (message: ToEngine) => {
    if (message.kind === 'status') tell({ kind: 'status', status: engine.status() })
    else if (message.kind === 'application') engine.adopt(portLine(message.port, message.taken))
    else if (message.kind === 'gate') engine.obey(message.order)
    else {
      void engine.close().then(() => {
        tell({ kind: 'closed' })
        port.close()
      })
    }
  })
  tell({ kind: 'ready', ports: engine.ports, controlPort: engine.controlPort })
} catch (error) {
  const known = error instanceof PortTaken ? error : undefined
  const { code, message } = error as NodeJS.ErrnoException
  tell({ kind: 'refused', transport: known?.transport ?? 'control', host: known?.host ?? '', port: known?.port ?? 0, code: code ?? '', message })
  port.close()
}
