/** Our engine in a process of its own, for b2bua.ts: tells where it is served. */
import { createLogger } from '../../config/logger.ts'
import { startEmbedded } from '../../pbx/signalling/embedded.ts'

const engine = await startEmbedded({ sip: { hosts: ['127.0.0.1'], port: 0, externalAddress: undefined } }, createLogger('silent'))
process.send?.({ port: engine.ports.udp, control: engine.control })
process.on('disconnect', () => process.exit(0))
