/** The engine's thread. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { startEngine } from './engine.ts'
import type { LaneModule } from './lane.ts'
import type { FromEngine, ToEngine, WorkerOptions } from './protocol.ts'
import { PortTaken } from './transport/bind.ts'
import { portLine } from './wire/line.ts'

const port = parentPort
if (port === null) throw new Error('The engine runs in a thread of its own')
const tell = (message: FromEngine) => port.postMessage(message)

try {
  const options = workerData as WorkerOptions
  let line: MessagePort | undefined
  const guest = options.lane === undefined ? undefined : (await import(options.lane)) as LaneModule
  // Over the line of the application itself, so that nothing overtakes.
  const lane = guest?.createLane((news) => line?.postMessage({ news }))
  const engine = await startEngine(options, {
    onTrace: (records) => tell({ kind: 'trace', records }),
    onGateReport: (report) => tell({ kind: 'gate', report }),
    onRefused: (peer) => tell({ kind: 'peer-refused', peer }),
    onGone: (peer) => tell({ kind: 'gone', peer }),
    onAside: (line, text) => tell({ kind: 'aside', line, text }),
    onFailure: (reason) => tell({ kind: 'failure', reason }),
  }, { lane, pulse: options.pulse })
  port.on('message', (message: ToEngine) => {
    switch (message.kind) {
      case 'status':
        return tell({ kind: 'status', status: engine.status() })
      case 'application':
        line = message.port
        return engine.adopt(portLine(message.port, message.taken))
      case 'names':
        return void engine.names(message.name, message.again).then((reports) => tell({ kind: 'names', id: message.id, reports }))
      case 'aside':
        return engine.aside(message.line, message.text)
      case 'end-calls':
        return engine.endCalls(message.reason)
      case 'gate':
        return engine.obey(message.order)
      case 'lane':
        return lane?.obey(message.order)
      case 'certificates':
        return tell({ kind: 'certificates', problem: engine.replaceCertificates(message.tls) })
      case 'close':
        return void engine.close().then(() => {
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
